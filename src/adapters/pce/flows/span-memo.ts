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

/** Text is kept in pieces of 1 MB: making one store larger would copy 32 MB at once. */
const STORE_BITS = 20;
const STORE_BYTES = 1 << STORE_BITS;

/**
 * A memo that holds `maxBytes` of text, rounded up to whole stores; beyond it begins anew.
 * @param meaning of the parsed value, the same for the same value
 */
export const spanMemo = <T>(meaning: (value: unknown) => T, maxBytes: number): SpanMemo<T> =>
  new Memo(meaning, maxBytes);

/** A class: methods of closures would be other functions in every memo, and V8 would optimise whoever calls them anew for each (docs/performance.md, "Flows"). */
class Memo<T> implements SpanMemo<T> {
  value: T | undefined = undefined;
  readonly #meaning: (value: unknown) => T;
  readonly #maxBytes: number;
  #stores: Text[] = [];
  /** Bytes used of the last one. */
  #used = STORE_BYTES;
  #heads: Int32Array = new Int32Array(1_024).fill(-1);
  /** Of each entry, side by side: its hash, where its bytes are in the stores, how many, and the entry before it in its slot. */
  #entries: Int32Array = new Int32Array(FIELDS * 1_024);
  #values: T[] = [];

  constructor(meaning: (value: unknown) => T, maxBytes: number) {
    this.#meaning = meaning;
    this.#maxBytes = maxBytes;
  }

  read(text: Text, at: number, end: number): number {
    const hash = prefixHash(text.words, at);
    const entries = this.#entries;
    let compared = 0;
    let entry = this.#heads[hash & (this.#heads.length - 1)] as number;
    for (; entry >= 0; entry = entries[FIELDS * entry + NEXT] as number) {
      if (entries[FIELDS * entry + HASH] !== hash) continue;
      const size = entries[FIELDS * entry + SIZE] as number;
      const from = entries[FIELDS * entry + FROM] as number;
      const store = this.#stores[from >>> STORE_BITS] as Text;
      // A complete JSON text is never the beginning of another: equal bytes are the whole value.
      if (at + size <= end && sameBytes(text.words, at, store.words, from & (STORE_BYTES - 1), size)) {
        this.value = this.#values[entry] as T;
        return at + size;
      }
      compared += 1;
      if (compared > CHAIN) break;
    }
    const to = afterBrackets(text.bytes, at, end);
    if (to < 0) return MORE;
    const parsed = parsedOr(text.bytes.toString('utf8', at, to));
    if (parsed === undefined) return ODD;
    const value = this.#meaning(parsed);
    this.value = value;
    if (compared <= CHAIN) this.#remember(hash, text, at, to, value);
    return to;
  }

  #remember(hash: number, text: Text, at: number, to: number, value: T): void {
    const size = to - at;
    if (size > STORE_BYTES) return;
    if (this.#used + size > STORE_BYTES) this.#addStore();
    if (this.#values.length >= this.#heads.length) this.#widen();
    text.bytes.copy((this.#stores.at(-1) as Text).bytes, this.#used, at, to);
    const entry = this.#values.push(value) - 1;
    this.#entries[FIELDS * entry + HASH] = hash;
    this.#entries[FIELDS * entry + FROM] = (this.#stores.length - 1) * STORE_BYTES + this.#used;
    this.#entries[FIELDS * entry + SIZE] = size;
    this.#link(entry);
    this.#used += size;
  }

  #addStore(): void {
    if (this.#stores.length * STORE_BYTES >= this.#maxBytes) {
      this.#stores = [];
      this.#values = [];
      this.#heads.fill(-1);
    }
    this.#stores.push(textOver(Buffer.alloc(STORE_BYTES)));
    this.#used = 0;
  }

  #link(entry: number): void {
    const slot = (this.#entries[FIELDS * entry + HASH] as number) & (this.#heads.length - 1);
    this.#entries[FIELDS * entry + NEXT] = this.#heads[slot] as number;
    this.#heads[slot] = entry;
  }

  #widen(): void {
    this.#heads = new Int32Array(2 * this.#heads.length).fill(-1);
    const wider = new Int32Array(FIELDS * this.#heads.length);
    wider.set(this.#entries);
    this.#entries = wider;
    for (let entry = 0; entry < this.#values.length; entry += 1) this.#link(entry);
  }
}

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
