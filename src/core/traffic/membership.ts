import { type Hash, high, low } from './hash.ts';

/** Bits and probes an entry: one wrong "yes" in 70,000 per slice, so that fourteen days of eight slices stay below 1 % (definitions §5). */
const BITS = 24;
const PROBES = 12;
const FIRST_SLICE = 4_096;
/** Entries of one filter at most: 3 MB. A day with more of them is said, and what does not fit stays unknown. */
const MOST_MEMBERS = 1_000_000;

/** Which things were there, in a few bits each: a "no" is certain, a "yes" nearly. */
export interface Membership {
  has(hash: Hash): boolean;
  /** False when it is full: then the thing is not in it. */
  add(hash: Hash): boolean;
  readonly size: number;
  encode(): Uint8Array;
}

interface Slice {
  readonly bits: Uint8Array;
  readonly most: number;
  size: number;
}

/** A Bloom filter that grows by slices, each twice as large as the one before. */
export const membership = (slices: Slice[] = []): Membership => {
  const has = (hash: Hash): boolean => slices.some((slice) => stands(slice, hash));
  const size = (): number => slices.reduce((sum, slice) => sum + slice.size, 0);
  return {
    has,
    get size() {
      return size();
    },
    add(hash) {
      if (has(hash)) return true;
      if (size() >= MOST_MEMBERS) return false;
      let slice = slices[slices.length - 1];
      if (slice === undefined || slice.size === slice.most) {
        slice = emptySlice(slice === undefined ? FIRST_SLICE : Math.min(2 * slice.most, MOST_MEMBERS));
        slices.push(slice);
      }
      put(slice, hash);
      return true;
    },
    encode() {
      const out = new Uint8Array(slices.reduce((sum, { bits }) => sum + HEAD + bits.length, 0));
      const view = new DataView(out.buffer);
      let at = 0;
      for (const { bits, most, size: filled } of slices) {
        view.setUint32(at, most);
        view.setUint32(at + 4, filled);
        out.set(bits, at + HEAD);
        at += HEAD + bits.length;
      }
      return out;
    },
  };
};

/** Of each slice in bytes: how many entries it takes, how many it holds; then its bits. */
const HEAD = 8;

/** Undefined for what is no filter. */
export const decodeMembership = (bytes: Uint8Array): Membership | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const slices: Slice[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + HEAD > bytes.length) return undefined;
    const most = view.getUint32(at);
    const size = view.getUint32(at + 4);
    const end = at + HEAD + bytesFor(most);
    if (most === 0 || most > MOST_MEMBERS || size > most || end > bytes.length) return undefined;
    slices.push({ most, size, bits: bytes.slice(at + HEAD, end) });
    at = end;
  }
  return membership(slices);
};

const bytesFor = (most: number): number => Math.ceil((most * BITS) / 8);

const emptySlice = (most: number): Slice => ({ most, size: 0, bits: new Uint8Array(bytesFor(most)) });

/** The bits of a hash are a walk of equal steps (double hashing). */
const stands = ({ bits }: Slice, hash: Hash): boolean => {
  const count = 8 * bits.length;
  const step = stepOf(hash);
  for (let probe = 0, at = low(hash) % count; probe < PROBES; probe += 1, at = (at + step) % count)
    if (((bits[at >> 3] as number) & (1 << (at & 7))) === 0) return false;
  return true;
};

const put = (slice: Slice, hash: Hash): void => {
  const { bits } = slice;
  const count = 8 * bits.length;
  const step = stepOf(hash);
  for (let probe = 0, at = low(hash) % count; probe < PROBES; probe += 1, at = (at + step) % count)
    bits[at >> 3] = (bits[at >> 3] as number) | (1 << (at & 7));
  slice.size += 1;
};

const stepOf = (hash: Hash): number => 2 * (high(hash) * 997 + (low(hash) >>> 11)) + 1;
