import { type PceEvent, parseEvent } from './event.ts';

/** Events of a text, each with the line it begins on, and every record that is none, with why. Lines count from 1. */
export interface ReadEvents {
  readonly events: readonly { readonly event: PceEvent; readonly line: number }[];
  readonly rejected: readonly { readonly line: number; readonly why: string }[];
}

/**
 * Reads the events of a text: a JSON array, one object a line, or syslog lines with a JSON body, which may go on over several lines
 * and may follow each other without a line's end. What stands before the first `{` of a line is its prefix. Never throws; a record
 * that breaks off costs itself only.
 */
export const readEvents = (text: string): ReadEvents => {
  const events: { event: PceEvent; line: number }[] = [];
  const rejected: { line: number; why: string }[] = [];
  for (const { line, value, why } of arrayElements(text) ?? records(text)) {
    const parsed = why === undefined ? parseEvent(value) : ({ ok: false, why } as const);
    if (parsed.ok) events.push({ event: parsed.event, line });
    else rejected.push({ line, why: parsed.why });
  }
  return { events, rejected };
};

interface Piece {
  readonly line: number;
  readonly value?: unknown;
  /** Why it could not even be read as JSON. */
  readonly why?: string;
}

/** The elements of a text that is one JSON array; undefined for any other text. */
const arrayElements = (text: string): Piece[] | undefined => {
  const pieces: Piece[] = [];
  const lineAt = lineCounter(text);
  let at = blanksEnd(text, 0);
  if (text[at] !== '[') return undefined;
  at = blanksEnd(text, at + 1);
  if (text[at] === ']') return blanksEnd(text, at + 1) === text.length ? pieces : undefined;
  for (;;) {
    const end = valueEnd(text, at, Number.POSITIVE_INFINITY);
    const value = end === undefined ? undefined : parsed(text.slice(at, end));
    if (end === undefined || value === undefined) return undefined;
    pieces.push({ line: lineAt(at), value: value.of });
    at = blanksEnd(text, end);
    if (text[at] === ']') return blanksEnd(text, at + 1) === text.length ? pieces : undefined;
    if (text[at] !== ',') return undefined;
    at = blanksEnd(text, at + 1);
  }
};

/** Nesting above which a record of a line counts as broken off, so that many such records cannot cost the square of the text. */
const MOST_DEPTH = 200;

/** The objects of a text, wherever they begin; a line with no object on it, and what breaks off, is told with why. */
function* records(text: string): Generator<Piece> {
  const lineAt = lineCounter(text);
  const brace = finder(text, '{');
  const newline = finder(text, '\n');
  let at = 0;
  let fresh = true;
  while (at < text.length) {
    const lineEnd = newline(at);
    const start = brace(at);
    if (start >= lineEnd) {
      // The brackets and commas of an array that is not quite one are no records.
      if (fresh && /[^\s[\],\uFEFF]/.test(text.slice(at, lineEnd)))
        yield { line: lineAt(at), why: 'no JSON object' };
      at = lineEnd + 1;
      fresh = true;
      continue;
    }
    const end = valueEnd(text, start, MOST_DEPTH);
    const value = end === undefined ? undefined : parsed(text.slice(start, end));
    yield value === undefined
      ? { line: lineAt(start), why: 'its JSON breaks off or is not valid' }
      : { line: lineAt(start), value: value.of };
    at = end === undefined || value === undefined ? lineEnd + 1 : end;
    fresh = at === lineEnd + 1;
  }
}

const parsed = (text: string): { readonly of: unknown } | undefined => {
  try {
    return { of: JSON.parse(text) };
  } catch {
    return undefined;
  }
};

/** Line numbers of positions asked for in ascending order. */
const lineCounter = (text: string): ((at: number) => number) => {
  const newline = finder(text, '\n');
  let line = 1;
  let counted = 0;
  return (at) => {
    for (let next = newline(counted); next < at; next = newline(counted)) {
      line += 1;
      counted = next + 1;
    }
    return line;
  };
};

const blanksEnd = (text: string, at: number): number => {
  let end = at;
  while (end < text.length && /[\s\uFEFF]/.test(text.charAt(end))) end += 1;
  return end;
};

/** Where the next such character is, or the text's end; for positions in ascending order, each searched for once. */
const finder = (text: string, what: string): ((from: number) => number) => {
  let found = -1;
  return (from) => {
    if (found < from) {
      const next = text.indexOf(what, from);
      found = next < 0 ? text.length : next;
    }
    return found;
  };
};

/** What may stand in JSON outside a string, beside brackets: blanks, separators, numbers, true, false, null. */
const PLAIN = /[\s,:\-+.\w]/;

/**
 * Where the JSON value that begins at `at` ends; undefined when it breaks off, above all at a line's end within a string. Balanced
 * brackets, not yet valid JSON. A scan by hand: one odd megabyte must not cost a regular expression's stack.
 */
const valueEnd = (text: string, at: number, mostDepth: number): number | undefined => {
  let depth = 0;
  let here = at;
  while (here < text.length) {
    const character = text.charAt(here);
    if (character === '"') {
      const end = stringEnd(text, here);
      if (end === undefined) return undefined;
      here = end;
      if (depth === 0) return here;
      continue;
    }
    if (depth === 0 && here > at && /[\s,\]}]/.test(character)) return here;
    if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    else if (!PLAIN.test(character)) return undefined;
    if (depth < 0 || depth > mostDepth) return undefined;
    here += 1;
    if (depth === 0 && (character === '}' || character === ']')) return here;
  }
  return undefined;
};

/** Just behind the quote that ends the string which begins at `at`; undefined when its line ends first. */
const stringEnd = (text: string, at: number): number | undefined => {
  for (let here = at + 1; here < text.length; here += 1) {
    const code = text.charCodeAt(here);
    if (code === QUOTE) return here + 1;
    if (code === BACKSLASH) here += 1;
    else if (code === NEWLINE) return undefined;
  }
  return undefined;
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;
