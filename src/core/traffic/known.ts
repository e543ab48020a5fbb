import type { Hash } from './hash.ts';
import { decodeMembership, type Membership, membership } from './membership.ts';

/** How far back an edge counts as known (definitions §5). */
export const KNOWN_DAYS = 14;
/** With fewer earlier days, what is new means little (definitions §5 "learning"). */
export const LEARNT_DAYS = 3;

/** Which edges were there on which UTC day (days since the epoch). */
export interface KnownEdges {
  /** True when the edge was seen on one of the fourteen days before. */
  before(edge: Hash, day: number): boolean;
  on(edge: Hash, day: number): boolean;
  /** False when that day's filter is full. */
  add(edge: Hash, day: number): boolean;
  /** Earlier days of the last fourteen of which something is known. */
  daysBefore(day: number): number;
  has(day: number): boolean;
  /** Notes that the day was read, even if nobody talked on it. */
  open(day: number): void;
  /** Days that changed since the last call, encoded. */
  changed(): ReadonlyMap<number, Uint8Array>;
  /** Drops what is older than fourteen days. */
  forget(today: number): void;
}

/** @param stored by day; what is no filter is left out: that day is unknown */
export const createKnownEdges = (stored: ReadonlyMap<number, Uint8Array> = new Map()): KnownEdges => {
  const days = new Map<number, Membership>();
  const touched = new Set<number>();
  for (const [day, bytes] of stored) {
    const filter = decodeMembership(bytes);
    if (filter !== undefined) days.set(day, filter);
  }
  const opened = (day: number): Membership => {
    const filter = membership();
    days.set(day, filter);
    touched.add(day);
    return filter;
  };
  const isEarlier = (day: number, than: number): boolean => day < than && day >= than - KNOWN_DAYS;
  return {
    before(edge, day) {
      for (const [other, filter] of days) if (isEarlier(other, day) && filter.has(edge)) return true;
      return false;
    },
    on: (edge, day) => days.get(day)?.has(edge) === true,
    add(edge, day) {
      const filter = days.get(day) ?? opened(day);
      const { size } = filter;
      const fits = filter.add(edge);
      if (filter.size > size) touched.add(day);
      return fits;
    },
    daysBefore: (day) => [...days.keys()].filter((other) => isEarlier(other, day)).length,
    has: (day) => days.has(day),
    open(day) {
      if (!days.has(day)) opened(day);
    },
    changed() {
      const encoded = new Map(
        [...touched].flatMap((day) => {
          const filter = days.get(day);
          return filter === undefined ? [] : [[day, filter.encode()] as const];
        }),
      );
      touched.clear();
      return encoded;
    },
    forget(today) {
      for (const day of [...days.keys()]) if (day < today - KNOWN_DAYS) days.delete(day);
    },
  };
};
