/** Called with the work a match takes; throws when there is no more of it to spend. */
export type Spend = (steps: number) => void;

/** A regular expression that takes time in proportion to the text, whatever the expression and the text are. */
export interface LinearRegex {
  /** True when the whole text matches; case is ignored. Throws what `spend` throws. */
  matches(text: string, spend: Spend): boolean;
}

export type ParsedRegex =
  | { readonly ok: true; readonly regex: LinearRegex }
  | { readonly ok: false; readonly problem: string };

/** Characters of an expression, and of steps it may come to when its `{n,m}` are written out. */
const MOST = { length: 300, steps: 1_000, repeats: 100 } as const;

/**
 * Reads an expression: characters, `.`, `[a-z]`, `\d \w \s`, groups, `|`, `* + ?` and `{n,m}`. It is held against the whole text, so
 * `a|b$` cannot match too much. What only back-tracking can do (look-around, back-references) is refused: all alternatives are
 * followed side by side, one character after the other (Thompson's construction).
 */
export const parseRegex = (source: string): ParsedRegex => {
  if (source.length > MOST.length) return { ok: false, problem: `is longer than ${MOST.length} characters` };
  try {
    const machine = machineOf(compile(readWhole(source)));
    return { ok: true, regex: { matches: (text, spend) => run(machine, text.toLowerCase(), spend) } };
  } catch (error) {
    if (!(error instanceof BadRegex)) throw error;
    return { ok: false, problem: error.message };
  }
};

/** Never leaves this file. */
class BadRegex extends Error {}

type Accepts = (code: number) => boolean;

type Node =
  | { readonly kind: 'one'; readonly accepts: Accepts }
  | { readonly kind: 'all'; readonly parts: readonly Node[] }
  | { readonly kind: 'any'; readonly parts: readonly Node[] }
  | { readonly kind: 'repeat'; readonly of: Node; readonly least: number; readonly most: number };

interface Reader {
  readonly source: string;
  at: number;
}

const readWhole = (source: string): Node => {
  // The anchors that people write out of habit say what holds anyway.
  const reader: Reader = { source: source.replace(/^\^/, '').replace(/(?<!\\)\$$/, ''), at: 0 };
  const node = readAny(reader);
  if (reader.at < reader.source.length) throw new BadRegex('closes a group that was not opened');
  return node;
};

const readAny = (reader: Reader): Node => {
  const parts = [readAll(reader)];
  while (taken(reader, '|')) parts.push(readAll(reader));
  return parts.length === 1 ? (parts[0] as Node) : { kind: 'any', parts };
};

const readAll = (reader: Reader): Node => {
  const parts: Node[] = [];
  while (reader.at < reader.source.length && !/[|)]/.test(reader.source[reader.at] ?? ''))
    parts.push(readRepeat(reader));
  return { kind: 'all', parts };
};

const readRepeat = (reader: Reader): Node => {
  let node = readOne(reader);
  for (;;) {
    const [written, least = '', comma, most = ''] =
      /^(?:[*+?]|\{(\d{1,3})(,?)(\d{0,3})\})/.exec(reader.source.slice(reader.at)) ?? [];
    if (written === undefined) return node;
    reader.at += written.length;
    // A lazy mark changes what is captured, not whether all of it matches.
    taken(reader, '?');
    node = { kind: 'repeat', of: node, ...bounds(written, least, comma, most) };
  }
};

const bounds = (
  written: string,
  least: string,
  comma: string | undefined,
  most: string,
): { least: number; most: number } => {
  if (written === '*') return { least: 0, most: Number.POSITIVE_INFINITY };
  if (written === '+') return { least: 1, most: Number.POSITIVE_INFINITY };
  if (written === '?') return { least: 0, most: 1 };
  const from = Number(least);
  const to = comma === '' ? from : most === '' ? Number.POSITIVE_INFINITY : Number(most);
  if (Math.max(from, to === Number.POSITIVE_INFINITY ? 0 : to) > MOST.repeats)
    throw new BadRegex(`repeats something more than ${MOST.repeats} times`);
  if (to < from) throw new BadRegex('repeats something at most fewer times than at least');
  return { least: from, most: to };
};

const readOne = (reader: Reader): Node => {
  const character = reader.source[reader.at] ?? '';
  reader.at += 1;
  switch (character) {
    case '(':
      return readGroup(reader);
    case '[':
      return { kind: 'one', accepts: readSet(reader) };
    case '\\':
      return { kind: 'one', accepts: readEscape(reader) };
    case '.':
      return { kind: 'one', accepts: () => true };
    case '^':
    case '$':
      throw new BadRegex(`has a ${character} within: the whole text has to match anyway`);
    case '*':
    case '+':
    case '?':
      throw new BadRegex(`has a ${character} with nothing before it to repeat`);
    default:
      return { kind: 'one', accepts: literal(character) };
  }
};

const readGroup = (reader: Reader): Node => {
  if (taken(reader, '?') && !taken(reader, ':'))
    throw new BadRegex('looks around or names a group, which is not available here');
  const node = readAny(reader);
  if (!taken(reader, ')')) throw new BadRegex('opens a group that is not closed');
  return node;
};

const readSet = (reader: Reader): Accepts => {
  const negated = taken(reader, '^');
  const parts: Accepts[] = [];
  while (!taken(reader, ']') || parts.length === 0) {
    if (reader.at >= reader.source.length) throw new BadRegex('opens a [ that is not closed');
    parts.push(readMember(reader));
  }
  return (code) => parts.some((accepts) => accepts(code)) !== negated;
};

const readMember = (reader: Reader): Accepts => {
  if (taken(reader, '\\')) return readEscape(reader);
  const from = reader.source[reader.at] ?? '';
  reader.at += 1;
  const [range, to = ''] = /^-([^\]\\])/.exec(reader.source.slice(reader.at)) ?? [];
  if (range === undefined) return literal(from);
  reader.at += range.length;
  const [first, last] = [from.charCodeAt(0), to.charCodeAt(0)];
  if (last < first) throw new BadRegex(`has a range from ${from} back to ${to}`);
  return (code) => inRange(code, first, last) || inRange(upper(code), first, last);
};

const CLASSES: Readonly<Record<string, RegExp>> = { d: /\d/, w: /\w/, s: /\s/, D: /\D/, W: /\W/, S: /\S/ };

const readEscape = (reader: Reader): Accepts => {
  const character = reader.source[reader.at] ?? '';
  reader.at += 1;
  const known = CLASSES[character];
  if (known !== undefined) return (code) => known.test(String.fromCharCode(code));
  if (/\d|[a-z]/i.test(character)) throw new BadRegex(`has a \\${character}, which is not available here`);
  if (character === '') throw new BadRegex('ends in a \\');
  return literal(character);
};

const literal = (character: string): Accepts => {
  const wanted = character.toLowerCase().charCodeAt(0);
  return (code) => code === wanted;
};

const inRange = (code: number, first: number, last: number): boolean => code >= first && code <= last;

const upper = (code: number): number => String.fromCharCode(code).toUpperCase().charCodeAt(0);

const taken = (reader: Reader, character: string): boolean => {
  if (reader.source[reader.at] !== character) return false;
  reader.at += 1;
  return true;
};

/** One character and on to the next step, or on to any of several steps without one. The end is the step after the last. */
type Step = { readonly accepts: Accepts } | { readonly to: readonly number[] };

const compile = (node: Node): readonly Step[] => {
  const steps: Step[] = [];
  const add = (step: Step): number => {
    if (steps.length >= MOST.steps) throw new BadRegex('comes to too many steps: repeat less');
    steps.push(step);
    return steps.length - 1;
  };
  /** Adds a fork whose way past what follows is known only when that stands. */
  const forked = (body: () => void, again: boolean): void => {
    const fork = add({ to: [] });
    body();
    if (again) add({ to: [fork] });
    steps[fork] = { to: [fork + 1, steps.length] };
  };
  const emit = (part: Node): void => {
    switch (part.kind) {
      case 'one':
        add({ accepts: part.accepts });
        return;
      case 'all':
        part.parts.forEach(emit);
        return;
      case 'any':
        return emitAny(part.parts);
      case 'repeat':
        for (let i = 0; i < part.least; i += 1) emit(part.of);
        if (part.most === Number.POSITIVE_INFINITY) forked(() => emit(part.of), true);
        else for (let i = part.least; i < part.most; i += 1) forked(() => emit(part.of), false);
    }
  };
  const emitAny = (parts: readonly Node[]): void => {
    const fork = add({ to: [] });
    const starts: number[] = [];
    const ends: number[] = [];
    for (const part of parts) {
      starts.push(steps.length);
      emit(part);
      ends.push(add({ to: [] }));
    }
    steps[fork] = { to: starts };
    for (const end of ends) steps[end] = { to: [steps.length] };
  };
  emit(node);
  return steps;
};

/** Where one may stand after some characters; found once, then looked up (a lazily built automaton). */
interface Place {
  readonly steps: readonly number[];
  readonly next: Map<number, Place>;
}

interface Machine {
  readonly program: readonly Step[];
  start: Place;
  places: Map<string, Place>;
}

/** Places remembered; beyond that it begins anew, so that no expression fills the memory. */
const MOST_PLACES = 500;
/** Finding a place takes about so many times the work of looking one up, for each step that stands in it. */
const FINDING = 10;

const machineOf = (program: readonly Step[]): Machine => {
  const machine: Machine = { program, start: { steps: [], next: new Map() }, places: new Map() };
  machine.start = placeOf(machine, [0]);
  return machine;
};

const run = (machine: Machine, text: string, spend: Spend): boolean => {
  let here = machine.start;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const known = here.next.get(code);
    spend(known === undefined ? FINDING * (here.steps.length + 1) : 1);
    here = known ?? step(machine, here, code);
    if (here.steps.length === 0) return false;
  }
  return here.steps.includes(machine.program.length);
};

const step = (machine: Machine, from: Place, code: number): Place => {
  if (machine.places.size >= MOST_PLACES) {
    machine.places = new Map();
    machine.start = placeOf(machine, [0]);
  }
  const place = placeOf(
    machine,
    from.steps.flatMap((at) => {
      const one = machine.program[at];
      return one !== undefined && 'accepts' in one && one.accepts(code) ? [at + 1] : [];
    }),
  );
  if (from.next.size < MOST_PLACES) from.next.set(code, place);
  return place;
};

const placeOf = (machine: Machine, from: readonly number[]): Place => {
  const steps = reached(machine.program, from);
  const key = steps.join();
  const known = machine.places.get(key);
  if (known !== undefined) return known;
  const place: Place = { steps, next: new Map() };
  machine.places.set(key, place);
  return place;
};

/** Every step that can be stood on without a further character. */
const reached = (program: readonly Step[], from: readonly number[]): readonly number[] => {
  const all = new Set<number>();
  const open = [...from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (all.has(at)) continue;
    all.add(at);
    const one = program[at];
    if (one !== undefined && 'to' in one) open.push(...one.to);
  }
  return [...all].sort((a, b) => a - b);
};
