/** A repeatable source of chance: the same seed gives the same sequence. */
export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
  /** 0 ≤ n < `below`. */
  int(below: number): number;
  pick<T>(from: readonly T[]): T;
  /** A version-4 UUID. */
  uuid(): string;
}

/** A generator (mulberry32) seeded by the hash of `seed`, so that independent parts can have a sequence of their own. */
export const createRandom = (seed: string): Random => {
  let state = hash(seed);
  const word = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
  const random: Random = {
    next: () => word() / 2 ** 32,
    int: (below) => Math.floor(random.next() * below),
    pick: <T>(from: readonly T[]): T => from[random.int(from.length)] as T,
    uuid: () => formatUuid([word(), word(), word(), word()]),
  };
  return random;
};

/** FNV-1a, 32 bits: a small number that depends on the whole text. */
export const hash = (text: string): number => {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
};

const formatUuid = (words: readonly number[]): string => {
  const hex = words.map((word) => word.toString(16).padStart(8, '0')).join('');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
};
