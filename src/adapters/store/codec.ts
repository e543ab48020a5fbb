import { crc32 } from 'node:zlib';
import type { SeenEvents, State, Transition } from '../../core/state.ts';
import { PersistedState, readTransition } from '../../core/state-schema.ts';

const PIECE_CHARS = 65_536;

/** The state as JSON text, in pieces of about 64 KB: a large state never holds the event loop. @see PersistedState */
export function* encodeState(state: State): Generator<string> {
  let piece = '{';
  let first = true;
  for (const [name, table] of Object.entries(state) as [keyof State, ReadonlyMap<string, unknown>][]) {
    piece += `${first ? '' : ','}${JSON.stringify(name)}:[`;
    first = false;
    let comma = '';
    for (const [key, row] of table) {
      piece += `${comma}[${JSON.stringify(key)},${JSON.stringify(name === 'seen' ? minuteLists(row) : row)}]`;
      comma = ',';
      if (piece.length < PIECE_CHARS) continue;
      yield piece;
      piece = '';
    }
    piece += ']';
  }
  yield `${piece}}`;
}

const minuteLists = (minutes: unknown): [number, [string, number | null][]][] =>
  [...(minutes as ReadonlyMap<number, SeenEvents>)].map(([minute, events]) => [minute, [...events]]);

/** The state out of parsed JSON. Throws zod's error, which names the field. */
export const decodeState = (value: unknown): State => PersistedState.parse(value);

/** One journal line: the commits of one group. `n` counts lines over the life of the data directory. */
export interface JournalLine {
  readonly n: number;
  /** undefined where a transition could be read as JSON but is none that this release knows. */
  readonly transitions: readonly (Transition | undefined)[];
}

/**
 * A journal line with its line end: `{"n":seq,"crc":crc32,"t":[transitions]}`, the CRC over the text of `n`, a colon and the text of `t`.
 * @param transitions JSON of single transitions
 */
export const encodeLine = (n: number, transitions: readonly string[]): string => {
  const t = `[${transitions.join(',')}]`;
  return `{"n":${n},"crc":${crcOf(n, t)},"t":${t}}\n`;
};

const LINE = /^\{"n":(\d+),"crc":(\d+),"t":(\[.*\])\}$/s;

/** The line out of its text without the line end; undefined when it is not exactly what was written. */
export const decodeLine = (
  text: string,
  migrate: (transition: unknown) => unknown = (transition) => transition,
): JournalLine | undefined => {
  const [, digits, crc, t] = LINE.exec(text) ?? [];
  const n = Number(digits);
  if (t === undefined || Number(crc) !== crcOf(n, t)) return undefined;
  const transitions = JSON.parse(t) as unknown[];
  return { n, transitions: transitions.map((transition) => readTransition(migrate(transition))) };
};

const crcOf = (n: number, t: string): number => crc32(t, crc32(`${n}:`));
