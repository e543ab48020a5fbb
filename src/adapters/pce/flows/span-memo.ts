import { afterBrackets, MORE, ODD } from './scan.ts';
import { sameBytes, type Text, textOver } from './text.ts';

/**
 * What objects and arrays of a text mean, parsed once for each different sequence of bytes. In a traffic answer 97 of 100
 * workloads and services were there before (facts/performance): comparing bytes is ten times cheaper than parsing them again.
 */
export interface SpanMemo<T> {
  /** The position after the value at `at`, MORE, or ODD when it is not JSON. `value` is then its meaning. */
  read(text: Text, at: number, end: number): number;
  value: T | undefined;
}

/** Bytes at the start that choose the candidates: the address of an end stands within. Readers keep as many spare bytes after `end`. */
export const PREFIX_BYTES = 48;
/** Candidates of one prefix that are compared before a value is just parsed. */
const CHAIN = 12;

/** Text is kept in pieces of so many bytes, a power of two: making one store larger would copy 32 MB at once. */
const STORE_BYTES = 1024 * 1024;

/**
 * A memo that holds `maxBytes` of text, rounded up to whole stores; beyond it begins anew.
 * @param meaning of the parsed value, the same for the same value
 */
export const spanMemo = <T>(meaning: (value: unknown) => T, maxBytes: number): SpanMemo<T> => {
  let stores: Text[] = [];
  /** Bytes used of the last one. */
  let used = STORE_BYTES;
  let heads = new Int32Array(1_024).fill(-1);
  /** Of each entry, side by side: its hash, where its bytes are in the stores, how many, and the entry before it in its slot. */
  let entries = new Int32Array(FIELDS * heads.length);
  let values: T[] = [];

  const remember = (hash: number, text: Text, at: number, to: number, value: T): void => {
    const size = to - at;
    if (size > STORE_BYTES) return;
    if (used + size > STORE_BYTES) addStore();
    if (values.length >= heads.length) widen();
    text.bytes.copy((stores.at(-1) as Text).bytes, used, at, to);
    const entry = values.push(value) - 1;
    entries[FIELDS * entry + HASH] = hash;
    entries[FIELDS * entry + FROM] = (stores.length - 1) * STORE_BYTES + used;
    entries[FIELDS * entry + SIZE] = size;
    link(entry);
    used += size;
  };
  const addStore = (): void => {
    if (stores.length * STORE_BYTES >= maxBytes) {
      stores = [];
      values = [];
      heads.fill(-1);
    }
    stores.push(textOver(Buffer.alloc(STORE_BYTES)));
    used = 0;
  };
  const link = (entry: number): void => {
    const slot = (entries[FIELDS * entry + HASH] as number) & (heads.length - 1);
    entries[FIELDS * entry + NEXT] = heads[slot] as number;
    heads[slot] = entry;
  };
  const widen = (): void => {
    heads = new Int32Array(2 * heads.length).fill(-1);
    const wider = new Int32Array(FIELDS * heads.length);
    wider.set(entries);
    entries = wider;
    for (let entry = 0; entry < values.length; entry += 1) link(entry);
  };

  const memo: SpanMemo<T> = {
    value: undefined,
    read(text, at, end) {
      const hash = prefixHash(text.words, at);
      let compared = 0;
      let entry = heads[hash & (heads.length - 1)] as number;
      for (; entry >= 0; entry = entries[FIELDS * entry + NEXT] as number) {
        if (entries[FIELDS * entry + HASH] !== hash) continue;
        const size = entries[FIELDS * entry + SIZE] as number;
        const from = entries[FIELDS * entry + FROM] as number;
        const store = stores[Math.trunc(from / STORE_BYTES)] as Text;
        // A complete JSON text is never the beginning of another: equal bytes are the whole value.
        if (at + size <= end && sameBytes(text.words, at, store.words, from % STORE_BYTES, size)) {
          memo.value = values[entry] as T;
          return at + size;
        }
        compared += 1;
        if (compared > CHAIN) break;
      }
      const to = afterBrackets(text.bytes, at, end);
      if (to < 0) return MORE;
      const parsed = parsedOr(text.bytes.toString('utf8', at, to));
      if (parsed === undefined) return ODD;
      const value = meaning(parsed);
      memo.value = value;
      if (compared <= CHAIN) remember(hash, text, at, to, value);
      return to;
    },
  };
  return memo;
};

const [HASH, FROM, SIZE, NEXT, FIELDS] = [0, 1, 2, 3, 4];

/** Multiplies word by word (the prime of FNV-1a) up to the first closing brace: what follows a short object must not count. */
const prefixHash = (words: DataView, at: number): number => {
  let hash = 0x811c9dc5 | 0;
  for (let here = at; here < at + PREFIX_BYTES; here += 4) {
    const word = words.getInt32(here, true);
    const braces = zeroBytes(word ^ 0x7d7d7d7d);
    if (braces !== 0) {
      hash = Math.imul(hash ^ (word & ((braces & -braces) - 1)), 0x01000193);
      break;
    }
    hash = Math.imul(hash ^ word, 0x01000193);
    hash ^= hash >>> 15;
  }
  return hash ^ (hash >>> 15);
};

/** The highest bit of each byte that is zero; above the first such byte perhaps of others too. */
const zeroBytes = (word: number): number => (word - 0x01010101) & ~word & 0x80808080;

/** undefined = not JSON; a text in brackets is never undefined itself. */
const parsedOr = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
};
