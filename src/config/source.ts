import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { Flaw, Path } from './problem.ts';

/** A YAML file as plain data that remembers on which line everything stands. */
export interface Source {
  /** Maps, lists and scalars; a key without a value holds undefined. */
  readonly tree: unknown;
  readonly problems: readonly Flaw[];
  /** The line of a setting, or of the nearest section around it that exists. From 1. */
  lineOf(path: Path): number;
}

/**
 * Reads YAML. Never throws, whatever the text is. The library's own messages are not passed on: they quote the file, and the
 * file holds secrets.
 */
export const readSource = (text: string): Source => {
  const lines = new Map<string, number>();
  const problems: Flaw[] = [];
  const lineOf = (path: Path): number => {
    for (let depth = path.length; depth > 0; depth--) {
      const line = lines.get(JSON.stringify(path.slice(0, depth)));
      if (line !== undefined) return line;
    }
    return 1;
  };
  let tree: unknown;
  try {
    tree = parse(text, lines, problems);
  } catch {
    // Only what no person writes gets here: the parser is recursive and gives up on thousands of open brackets.
    problems.push({
      path: [],
      line: 1,
      message: 'The file cannot be read as YAML.',
      hint: 'is it the right file?',
    });
  }
  return { tree, problems, lineOf };
};

const TAG_HINT = 'a value that begins with ! needs quotes';

/** What to look for, by the YAML library's error code. */
const HINTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces, not with tabs',
  BAD_INDENT: 'a quote or bracket is not closed, or lines of one section begin in different columns',
  MISSING_CHAR: 'a quote or a bracket is not closed, or a `:` or `,` is missing',
  BLOCK_AS_IMPLICIT_KEY: 'a `:` or the space after it is missing, or a value with `: ` in it needs quotes',
  MULTILINE_IMPLICIT_KEY: 'a `:` or the space after it is missing on the line before',
  MULTIPLE_DOCS: 'remove the `---` and what follows it: one file holds one configuration',
  TAG_RESOLVE_FAILED: TAG_HINT,
};

const parse = (text: string, lines: Map<string, number>, problems: Flaw[]): unknown => {
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'error',
  });
  const at = (node: { range?: readonly number[] | null | undefined } | null): number =>
    Math.max(1, counter.linePos(node?.range?.[0] ?? 0).line);

  for (const { code, pos } of [...document.errors, ...document.warnings])
    problems.push({
      path: [],
      line: Math.max(1, counter.linePos(pos[0]).line),
      message: 'This is not valid YAML.',
      hint: HINTS[code] ?? 'check the indentation, quotes and brackets here',
    });
  visit(document, {
    Value: (_, node) => {
      // Only `!!binary` and its like are neither of these; plain values carry their type's tag or none.
      if (!isScalar(node) || node.value === null || /^(string|number|boolean)$/.test(typeof node.value))
        return;
      problems.push({ path: [], line: at(node), message: 'YAML tags are not read here.', hint: TAG_HINT });
    },
    Alias: (_, node) => {
      problems.push({
        path: [],
        line: at(node),
        message: 'YAML aliases are not read here.',
        hint: 'write the value out; a value that begins with * needs quotes',
      });
    },
  });
  if (problems.length > 0) return undefined;

  const plain = (node: Node | null, path: Path): unknown => {
    if (isScalar(node)) return node.value ?? undefined;
    if (isSeq<Node | null>(node))
      return node.items.map((item, i) => {
        lines.set(JSON.stringify([...path, i]), at(item));
        return plain(item, [...path, i]);
      });
    if (!isMap<Node | null, Node | null>(node)) return undefined;
    const map: Record<string, unknown> = {};
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? (key.source ?? String(key.value)) : '__proto__';
      const here = [...path, name];
      if (name === '__proto__')
        problems.push({ path, line: at(key), message: 'has a key that is no name', hint: 'use plain words' });
      else if (Object.hasOwn(map, name))
        problems.push({ path: here, line: at(key), message: 'appears twice', hint: 'keep one of them' });
      else {
        lines.set(JSON.stringify(here), at(key));
        map[name] = plain(value, here);
      }
    }
    return map;
  };
  return plain(document.contents, []);
};
