/**
 * Numbers pairs of whole numbers (|n| < 2³¹, the first dense from 0) in the order they come. An open-addressing table in typed
 * arrays: a Map with composite keys spends most of a 200,000-row query in the garbage collector.
 */
export interface NumberPairs {
  readonly size: number;
  /** The number of a pair, a new one for a pair not met before. */
  id(first: number, second: number): number;
  /** The number of a pair, or -1. */
  find(first: number, second: number): number;
  first(id: number): number;
  second(id: number): number;
}

export const numberPairs = (): NumberPairs => {
  let members: Int32Array = new Int32Array(1_024);
  let size = 0;
  /**
   * By first: the earliest pair that begins with it. It is in no slot: most edges have one service and most groups one part, so that
   * most pairs are found without hashing.
   */
  let earliest: Int32Array = new Int32Array(1_024).fill(-1);
  /** All other pairs. */
  let slots = new Int32Array(1_024).fill(-1);
  let hashed = 0;

  /** Where the pair stands, or the free slot where it would. Linear probing; the table is never more than half full. */
  const probe = (first: number, second: number): number => {
    const mask = slots.length - 1;
    let at = mixed(first, second) & mask;
    for (;;) {
      const id = slots[at] as number;
      if (id < 0 || (members[2 * id] === first && members[2 * id + 1] === second)) return at;
      at = (at + 1) & mask;
    }
  };
  const push = (first: number, second: number): number => {
    if (2 * size === members.length) members = widened(members);
    members[2 * size] = first;
    members[2 * size + 1] = second;
    size += 1;
    return size - 1;
  };
  const pushFirst = (first: number, second: number): number => {
    while (first >= earliest.length) earliest = widened(earliest, -1);
    const id = push(first, second);
    earliest[first] = id;
    return id;
  };
  const growSlots = (): void => {
    slots = new Int32Array(2 * slots.length).fill(-1);
    for (let id = 0; id < size; id += 1) {
      const first = members[2 * id] as number;
      if (earliest[first] !== id) slots[probe(first, members[2 * id + 1] as number)] = id;
    }
  };

  return {
    get size() {
      return size;
    },
    id(first, second) {
      const one = earliest[first] ?? -1;
      if (one < 0) return pushFirst(first, second);
      if (members[2 * one + 1] === second) return one;
      let at = probe(first, second);
      const known = slots[at] as number;
      if (known >= 0) return known;
      if (2 * (hashed + 1) > slots.length) {
        growSlots();
        at = probe(first, second);
      }
      const id = push(first, second);
      slots[at] = id;
      hashed += 1;
      return id;
    },
    find(first, second) {
      const one = earliest[first] ?? -1;
      if (one < 0 || members[2 * one + 1] === second) return one;
      return slots[probe(first, second)] as number;
    },
    first: (id) => members[2 * id] ?? 0,
    second: (id) => members[2 * id + 1] ?? 0,
  };
};

const widened = (numbers: Int32Array, rest = 0): Int32Array => {
  const wider = new Int32Array(2 * numbers.length);
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
