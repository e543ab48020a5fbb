/**
 * Numbers pairs of whole numbers (0 ≤ n < 2³¹) in the order they come. An open-addressing table in typed arrays: a Map with
 * composite keys spends most of a 200,000-row query in the garbage collector.
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
  let slots = new Int32Array(1_024).fill(-1);
  let members = new Int32Array(1_024);
  let size = 0;

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
  const grow = (): void => {
    slots = new Int32Array(2 * slots.length).fill(-1);
    const wider = new Int32Array(2 * members.length);
    wider.set(members);
    members = wider;
    for (let id = 0; id < size; id++)
      slots[probe(members[2 * id] as number, members[2 * id + 1] as number)] = id;
  };

  return {
    get size() {
      return size;
    },
    id(first, second) {
      let at = probe(first, second);
      const known = slots[at] as number;
      if (known >= 0) return known;
      if (2 * (size + 1) > slots.length) {
        grow();
        at = probe(first, second);
      }
      slots[at] = size;
      members[2 * size] = first;
      members[2 * size + 1] = second;
      size += 1;
      return size - 1;
    },
    find: (first, second) => slots[probe(first, second)] as number,
    first: (id) => members[2 * id] ?? 0,
    second: (id) => members[2 * id + 1] ?? 0,
  };
};

/** Spreads neighbouring numbers over the table (multipliers of MurmurHash3's finaliser). */
const mixed = (first: number, second: number): number => {
  let hash = Math.imul(first, 0x85ebca6b) ^ Math.imul(second, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return hash ^ (hash >>> 13);
};
