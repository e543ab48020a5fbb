import { GROWTH } from './growing.ts';

/**
 * Numbers pairs of whole numbers (|n| < 2³¹, the first dense from 0) in the order they come. An open-addressing table in typed
 * arrays: a Map with composite keys spends most of a 200,000-row query in the garbage collector.
 */
export interface NumberPairs {
  readonly size: number;
  /** The number of a pair, a new one for a pair not met before. */
  id(first: number, second: number): number;
  /** Puts the numbers of the first `size` pairs, one member in each column, into the column of the first members. */
  ids(firsts: Int32Array, seconds: Int32Array, size: number): void;
  /** The number of a pair, or -1. */
  find(first: number, second: number): number;
  first(id: number): number;
  second(id: number): number;
}

export const numberPairs = (): NumberPairs => new Pairs();

/** A class: methods of closures would be other functions in every table, and V8 would optimise whoever calls them anew for each (docs/performance.md, "Flows"). */
class Pairs implements NumberPairs {
  size = 0;
  #members: Int32Array = new Int32Array(1_024);
  /**
   * By first: the earliest pair that begins with it. It is in no slot: most edges have one service and most groups one part, so that
   * most pairs are found without hashing.
   */
  #earliest: Int32Array = new Int32Array(1_024).fill(-1);
  /** All other pairs. */
  #slots = new Int32Array(1_024).fill(-1);
  #hashed = 0;

  id(first: number, second: number): number {
    const one = this.#earliest[first] ?? -1;
    if (one < 0) return this.#pushFirst(first, second);
    if (this.#members[2 * one + 1] === second) return one;
    let at = this.#probe(first, second);
    const known = this.#slots[at] as number;
    if (known >= 0) return known;
    if (2 * (this.#hashed + 1) > this.#slots.length) {
      this.#growSlots();
      at = this.#probe(first, second);
    }
    const id = this.#push(first, second);
    this.#slots[at] = id;
    this.#hashed += 1;
    return id;
  }

  ids(firsts: Int32Array, seconds: Int32Array, size: number): void {
    for (let at = 0; at < size; at += 1) firsts[at] = this.id(firsts[at] as number, seconds[at] as number);
  }

  find(first: number, second: number): number {
    const one = this.#earliest[first] ?? -1;
    if (one < 0 || this.#members[2 * one + 1] === second) return one;
    return this.#slots[this.#probe(first, second)] as number;
  }

  first(id: number): number {
    return this.#members[2 * id] ?? 0;
  }

  second(id: number): number {
    return this.#members[2 * id + 1] ?? 0;
  }

  /** Where the pair stands, or the free slot where it would. Linear probing; the table is never more than half full. */
  #probe(first: number, second: number): number {
    const slots = this.#slots;
    const members = this.#members;
    const mask = slots.length - 1;
    let at = mixed(first, second) & mask;
    for (;;) {
      const id = slots[at] as number;
      if (id < 0 || (members[2 * id] === first && members[2 * id + 1] === second)) return at;
      at = (at + 1) & mask;
    }
  }

  #push(first: number, second: number): number {
    if (2 * this.size === this.#members.length) this.#members = widened(this.#members);
    this.#members[2 * this.size] = first;
    this.#members[2 * this.size + 1] = second;
    this.size += 1;
    return this.size - 1;
  }

  #pushFirst(first: number, second: number): number {
    while (first >= this.#earliest.length) this.#earliest = widened(this.#earliest, -1);
    const id = this.#push(first, second);
    this.#earliest[first] = id;
    return id;
  }

  #growSlots(): void {
    this.#slots = new Int32Array(GROWTH * this.#slots.length).fill(-1);
    for (let id = 0; id < this.size; id += 1) {
      const first = this.#members[2 * id] as number;
      if (this.#earliest[first] !== id)
        this.#slots[this.#probe(first, this.#members[2 * id + 1] as number)] = id;
    }
  }
}

const widened = (numbers: Int32Array, rest = 0): Int32Array => {
  const wider = new Int32Array(GROWTH * numbers.length);
  wider.set(numbers);
  if (rest !== 0) wider.fill(rest, numbers.length);
  return wider;
};

/** Spreads neighbouring numbers over the table (multipliers of MurmurHash3's finaliser). */
const mixed = (first: number, second: number): number => {
  let hash = Math.imul(first, 0x85ebca6b) ^ Math.imul(second, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return hash ^ (hash >>> 13);
};
