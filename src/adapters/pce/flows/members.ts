import { afterString, BYTE, MORE, ODD, skipSpace, standsAt } from './scan.ts';

/** A value that changes from row to row is not worth remembering after so many tries. */
const TRIES = 4;
/** Longer ones are found by the memo of what is skipped. */
const MOST_BYTES = 256;

/**
 * Reads the members of one object after the other. Rows of one answer have the same keys in the same order, and most of what nobody
 * needs is the same in all: what stood at a place before is looked for there first, byte by byte.
 */
export interface Members<K> {
  /** Where the value begins whose quoted name should be at `at`; MORE or ODD as in scan.ts. `key` is then its name, if it is one of ours. */
  read(nth: number, bytes: Uint8Array, at: number, end: number): number;
  /** After the value that stood there before, when the same one stands there now; else ODD. */
  same(nth: number, bytes: Uint8Array, at: number, end: number): number;
  /** Remembers the value between `at` and `to`. @returns `to` */
  learn(nth: number, bytes: Uint8Array, at: number, to: number): number;
  key: K | undefined;
}

interface Place<K> {
  readonly key: K | undefined;
  /** The name with its quotes and colon, as written. */
  readonly name: Uint8Array;
  value: Uint8Array | undefined;
  tries: number;
}

/** @param keyAt which key stands between `at` and the position after its closing quote */
export const createMembers = <K>(
  keyAt: (bytes: Uint8Array, at: number, after: number) => K | undefined,
): Members<K> => {
  const places: Place<K>[] = [];
  const members: Members<K> = {
    key: undefined,
    read(nth, bytes, at, end) {
      const before = places[nth];
      if (before !== undefined && stands(bytes, at, before.name, end)) {
        members.key = before.key;
        return at + before.name.length;
      }
      if (bytes[at] !== BYTE.quote) return at >= end ? MORE : ODD;
      const after = afterString(bytes, at, end);
      if (after < 0) return after;
      const colon = skipSpace(bytes, after);
      if (bytes[colon] !== BYTE.colon) return colon >= end ? MORE : ODD;
      const value = skipSpace(bytes, colon + 1);
      if (value >= end) return MORE;
      members.key = keyAt(bytes, at + 1, after);
      places[nth] = { key: members.key, name: copied(bytes, at, value), value: undefined, tries: 0 };
      return value;
    },
    same(nth, bytes, at, end) {
      const value = places[nth]?.value;
      return value !== undefined && stands(bytes, at, value, end) ? at + value.length : ODD;
    },
    learn(nth, bytes, at, to) {
      const place = places[nth];
      if (place === undefined || to < 0 || to - at > MOST_BYTES || place.tries >= TRIES) return to;
      place.tries += 1;
      place.value = place.tries < TRIES ? copied(bytes, at, to) : undefined;
      return to;
    },
  };
  return members;
};

/** The bytes after `end` are zero or old: what reaches them is not there. */
const stands = (bytes: Uint8Array, at: number, wanted: Uint8Array, end: number): boolean =>
  at + wanted.length <= end && standsAt(bytes, at, wanted);

/** A copy of its own: what a Buffer calls a slice is a view of bytes that are soon others. */
const copied = (bytes: Uint8Array, from: number, to: number): Uint8Array =>
  Uint8Array.from(bytes.subarray(from, to));
