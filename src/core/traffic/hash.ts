/** What stands for a text in tables of a million: a whole number below 2^53. Two of a million texts share one in 1 of 18,000 estates. */
export type Hash = number;

const TWO_32 = 2 ** 32;
const BITS_21 = 0x1fffff;

export const low = (hash: Hash): number => hash >>> 0;
export const high = (hash: Hash): number => Math.floor(hash / TWO_32);

/** Scrambles two 32-bit halves into one number (the finalizer of MurmurHash3, crosswise). */
const joined = (a: number, b: number): Hash => {
  let x = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  let y = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  x ^= Math.imul(y ^ (y >>> 15), 0x2c1b3c6d);
  y ^= Math.imul(x ^ (x >>> 12), 0x297a2d39);
  return TWO_32 * (y & BITS_21) + (x >>> 0);
};

export const hashOf = (text: string): Hash => {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 0x9e3779b1);
    b = Math.imul(b ^ code, 0x5f356495);
  }
  return joined(a, b);
};

/** One number for two, in this order. */
export const combined = (a: Hash, b: Hash): Hash =>
  joined(
    Math.imul(low(a), 0x9e3779b1) + Math.imul(high(b), 0x165667b1) + 0x27d4eb2f,
    Math.imul(low(b), 0x5f356495) + Math.imul(high(a), 0x27d4eb2f) + 0x165667b1,
  );
