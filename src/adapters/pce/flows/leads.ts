import { afterString, BYTE, MORE, ODD, skipSpace } from './scan.ts';
import { sameBytes, type Text, textOver } from './text.ts';

/** A value that nobody needs and that changed so often is read over instead of being looked for. */
const TRIES = 4;
/** Longer ones are read over at once: the memo of what is skipped finds them. */
const MOST_BYTES = 256;
/** Leads kept behind one value, and in all; beyond that the oldest, or all of them, are forgotten. */
const MOST_BEHIND = 8;
const MOST_LEADS = 1_000;

/**
 * Finds the values of one object after the other. Rows of one answer have the same keys in the same order, and most of what nobody
 * needs is the same in all: everything between two values that are needed, `,"state":"closed","flow_direction":`, is a lead. What led
 * on from a value before is compared first, in one go; what is new is read member by member, and from then on a lead.
 */
export interface Leads<K> {
  /** A new object. */
  begin(): void;
  /**
   * `at` is after the opening brace, or after the value found before. The position of the next value, with its name in `key`; one that
   * nobody needs but that varies is `varying`. The position after the object for `end`. MORE or ODD as in scan.ts.
   */
  next(text: Text, at: number, end: number): number;
  key: K | 'varying' | 'end';
}

interface Lead<K> {
  readonly bytes: DataView;
  readonly size: number;
  readonly key: K | 'varying' | 'end';
  /** What followed the value it leads to. */
  behind: Lead<K>[];
}

/** Which key stands between `at` and the position after its closing quote. */
type KeyAt<K> = (bytes: Uint8Array, at: number, after: number) => K | undefined;
/** The position after any value, MORE or ODD. */
type Skip = (text: Text, at: number, end: number) => number;

export const createLeads = <K>(keyAt: KeyAt<K>, skip: Skip): Leads<K> => new Finder(keyAt, skip);

/** A class, as the memo of spans is. */
class Finder<K> implements Leads<K> {
  key: Leads<K>['key'] = 'end';
  readonly #keyAt: KeyAt<K>;
  readonly #skip: Skip;
  readonly #varying = createVarying();
  readonly #root: Lead<K> = { bytes: new DataView(new ArrayBuffer(0)), size: 0, key: 'end', behind: [] };
  #last = this.#root;
  #known = 0;

  constructor(keyAt: KeyAt<K>, skip: Skip) {
    this.#keyAt = keyAt;
    this.#skip = skip;
  }

  begin(): void {
    this.#last = this.#root;
  }

  next(text: Text, at: number, end: number): number {
    const { behind } = this.#last;
    for (let n = 0; n < behind.length; n += 1) {
      const lead = behind[n] as Lead<K>;
      const to = at + lead.size;
      // The bytes after `end` are zero or old: what reaches them is not there.
      if (to > end || !sameBytes(text.words, at, lead.bytes, 0, lead.size)) continue;
      this.#last = lead;
      this.key = lead.key;
      return to;
    }
    return this.#learn(text, at, end);
  }

  /** Member by member up to a value that somebody needs. */
  #learn(text: Text, at: number, end: number): number {
    const { bytes } = text;
    for (let here = at, first = this.#last === this.#root; ; first = false) {
      here = skipSpace(bytes, here);
      if (bytes[here] === BYTE.closeObject && here < end) return this.#add(text, at, here + 1, 'end');
      if (!first) {
        if (bytes[here] !== BYTE.comma) return here >= end ? MORE : ODD;
        here = skipSpace(bytes, here + 1);
      }
      if (bytes[here] !== BYTE.quote) return here >= end ? MORE : ODD;
      const after = afterString(bytes, here, end);
      if (after < 0) return after;
      const colon = skipSpace(bytes, after);
      if (bytes[colon] !== BYTE.colon) return colon >= end ? MORE : ODD;
      const value = skipSpace(bytes, colon + 1);
      if (value >= end) return MORE;
      const key = this.#keyAt(bytes, here + 1, after);
      if (key !== undefined) return this.#add(text, at, value, key);
      const to = this.#skip(text, value, end);
      if (to < 0) return to;
      if (this.#varying(bytes, here, value, to)) return this.#add(text, at, value, 'varying');
      here = to;
    }
  }

  #add(text: Text, at: number, to: number, key: Leads<K>['key']): number {
    this.#known += 1;
    if (this.#known > MOST_LEADS) {
      this.#known = 0;
      this.#root.behind = [];
    }
    // A copy of its own: what a Buffer calls a slice is a view of bytes that are soon others.
    const bytes = textOver(Buffer.from(text.bytes.subarray(at, to))).words;
    const lead: Lead<K> = { bytes, size: bytes.byteLength, key, behind: [] };
    if (this.#last.behind.length === MOST_BEHIND) this.#last.behind.shift();
    this.#last.behind.push(lead);
    this.#last = lead;
    this.key = key;
    return to;
  }
}

/** Whether the value of a member, whose name is at `at` and whose value ends at `to`, changes from object to object. */
const createVarying = (): ((bytes: Buffer, at: number, value: number, to: number) => boolean) => {
  const seen = new Map<string, { value: string; changes: number }>();
  return (bytes, at, value, to) => {
    if (to - value > MOST_BYTES) return true;
    const name = bytes.toString('latin1', at, value);
    const now = bytes.toString('latin1', value, to);
    const before = seen.get(name);
    if (before === undefined) {
      if (seen.size >= MOST_LEADS) return true;
      seen.set(name, { value: now, changes: 0 });
      return false;
    }
    if (before.value !== now && before.changes < TRIES) {
      before.value = now;
      before.changes += 1;
    }
    return before.changes >= TRIES;
  };
};
