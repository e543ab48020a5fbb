import { DECISIONS } from '../flow.ts';
import type { Row } from './batch.ts';
import { combined, type Hash } from './hash.ts';

/** Days whose buckets may still grow: this one and, with late reports, the one before. */
const OPEN_DAYS = 2;
/** Counters of one day at most, 16 B each on disk; what does not fit is not counted, and said. */
const MOST_COUNTERS = 2_000_000;

/**
 * Counters of day buckets, and what they grew by (definitions §5): new K → its counter; same bucket grew → new − old; shrank or new
 * bucket → the counter.
 */
export interface Ledger {
  /** By how much a row grew since it was seen last. */
  delta(key: Hash, row: Row): number;
  /**
   * By how much the connections of an edge grew that its two reporters tell of: those of the side with the most count
   * (definitions §0).
   */
  growth(row: Row, delta: number): number;
  /** Forgets days whose buckets are closed. @returns entries that were not taken for want of room since the last time */
  close(today: number): number;
  encode(): Uint8Array;
}

const SIDES = { inbound: 1, outbound: 2, unstated: 3 } as const;
const BEST = 4;

export const createLedger = (days = new Map<number, Map<Hash, number>>()): Ledger => {
  let left = 0;
  const of = (day: number): Map<Hash, number> => {
    const known = days.get(day) ?? new Map<Hash, number>();
    days.set(day, known);
    return known;
  };
  const put = (counters: Map<Hash, number>, key: Hash, value: number): void => {
    if (counters.size >= MOST_COUNTERS && !counters.has(key)) left += 1;
    else counters.set(key, value);
  };
  return {
    delta(key, { day, connections }) {
      const counters = of(day);
      const old = counters.get(key);
      put(counters, key, connections);
      return old === undefined || connections < old ? connections : connections - old;
    },
    growth({ edge, decision, direction, day }, delta) {
      const counters = of(day);
      const group = combined(edge, DECISIONS.indexOf(decision));
      const side = combined(group, SIDES[direction ?? 'unstated']);
      const total = (counters.get(side) ?? 0) + delta;
      put(counters, side, total);
      const best = combined(group, BEST);
      const before = counters.get(best) ?? 0;
      if (total <= before) return 0;
      put(counters, best, total);
      return total - before;
    },
    close(today) {
      for (const day of [...days.keys()]) if (day <= today - OPEN_DAYS) days.delete(day);
      const said = left;
      left = 0;
      return said;
    },
    encode() {
      const size = [...days.values()].reduce((sum, { size }) => sum + 2 + 2 * size, 0);
      const numbers = new Float64Array(size);
      let at = 0;
      for (const [day, counters] of days) {
        numbers[at] = day;
        numbers[at + 1] = counters.size;
        at += 2;
        for (const [key, value] of counters) {
          numbers[at] = key;
          numbers[at + 1] = value;
          at += 2;
        }
      }
      return new Uint8Array(numbers.buffer);
    },
  };
};

/** Undefined for what is no ledger. */
export const decodeLedger = (bytes: Uint8Array): Ledger | undefined => {
  if (bytes.length % 8 !== 0) return undefined;
  const numbers = new Float64Array(bytes.slice().buffer);
  const days = new Map<number, Map<Hash, number>>();
  for (let at = 0; at < numbers.length; ) {
    const day = numbers[at] as number;
    const end = at + 2 + 2 * (numbers[at + 1] as number);
    if (!(end >= at + 2 && end <= numbers.length)) return undefined;
    const counters = new Map<Hash, number>();
    for (at += 2; at < end; at += 2) counters.set(numbers[at] as number, numbers[at + 1] as number);
    days.set(day, counters);
  }
  return createLedger(days);
};
