import { afterString, BYTE, MORE, ODD, skipSpace } from './scan.ts';
import { sameBytes, type Text, textOver } from './text.ts';

/** A value that changes from row to row is not worth remembering after so many tries. */
const TRIES = 4;
/** Longer ones are found by the memo of what is skipped. */
const MOST_BYTES = 256;

/**
 * Reads the members of one object after the other. Rows of one answer have the same keys in the same order, and most of what nobody
 * needs is the same in all: what stood at a place before is looked for there first.
 */
export interface Members<K> {
  /** Where the value of the member begins that should be at `at`; MORE or ODD as in scan.ts. `key` is then its name, if it is one of ours. */
  read(nth: number, text: Text, at: number, end: number): number;
  /** After the value that stood there before, when the same one stands there now; else ODD. */
  same(nth: number, text: Text, at: number, end: number): number;
  /** Remembers the value between `at` and `to`. @returns `to` */
  learn(nth: number, text: Text, at: number, to: number): number;
  key: K | undefined;
}

interface Place<K> {
  readonly key: K | undefined;
  /** All up to the value: white space, name, colon. */
  readonly name: DataView;
  /** The value, and the sign behind it that says that it ends there. */
  value: DataView | undefined;
  tries: number;
}

/** @param keyAt which key stands between `at` and the position after its closing quote */
export const createMembers = <K>(
  keyAt: (bytes: Uint8Array, at: number, after: number) => K | undefined,
): Members<K> => {
  const places: Place<K>[] = [];

  const discover = (nth: number, text: Text, at: number, end: number): number => {
    const { bytes } = text;
    const name = skipSpace(bytes, at);
    if (bytes[name] !== BYTE.quote) return name >= end ? MORE : ODD;
    const after = afterString(bytes, name, end);
    if (after < 0) return after;
    const colon = skipSpace(bytes, after);
    if (bytes[colon] !== BYTE.colon) return colon >= end ? MORE : ODD;
    const value = skipSpace(bytes, colon + 1);
    if (value >= end) return MORE;
    members.key = keyAt(bytes, name + 1, after);
    places[nth] = { key: members.key, name: copied(text, at, value), value: undefined, tries: 0 };
    return value;
  };

  const members: Members<K> = {
    key: undefined,
    read(nth, text, at, end) {
      const before = places[nth];
      if (before === undefined || !stands(text, at, before.name, end)) return discover(nth, text, at, end);
      members.key = before.key;
      return at + before.name.byteLength;
    },
    same(nth, text, at, end) {
      const value = places[nth]?.value;
      return value !== undefined && stands(text, at, value, end) ? at + value.byteLength - 1 : ODD;
    },
    learn(nth, text, at, to) {
      const place = places[nth];
      if (place === undefined || to < 0 || to - at > MOST_BYTES || place.tries >= TRIES) return to;
      place.tries += 1;
      place.value = place.tries < TRIES && ends(text.bytes[to]) ? copied(text, at, to + 1) : undefined;
      return to;
    },
  };
  return members;
};

/** The bytes after `end` are zero or old: what reaches them is not there. */
const stands = (text: Text, at: number, wanted: DataView, end: number): boolean =>
  at + wanted.byteLength <= end && sameBytes(text.words, at, wanted, 0, wanted.byteLength);

const ends = (byte: number | undefined): boolean => byte === BYTE.comma || byte === BYTE.closeObject;

/** A copy of its own: what a Buffer calls a slice is a view of bytes that are soon others. */
const copied = ({ bytes }: Text, from: number, to: number): DataView =>
  textOver(Buffer.from(bytes.subarray(from, to))).words;
