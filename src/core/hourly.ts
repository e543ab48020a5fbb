import { z } from 'zod';

export const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
/** With fewer samples a count says nothing: still learning (definitions §3 events-rate, §5 blocked-spike). */
const LEARNT = 5;

const Counts = z.record(z.string(), z.number());
export type Counts = z.infer<typeof Counts>;

/** Counts by name, hour by hour, from `first` (hours since the epoch) on; null = that hour was not watched. */
export const Hours = z
  .object({ first: z.number(), counts: z.array(Counts.nullable()) })
  .default({ first: 0, counts: [] });
export type Hours = z.infer<typeof Hours>;

/** The history with that hour in it; the same hour again replaces it. Only the last `days` stay. */
export const withHour = (
  { first, counts }: Hours,
  hour: number,
  given: Counts | null,
  days: number,
): Hours => {
  if (counts.length === 0) return { first: hour, counts: [given] };
  const all = new Map(counts.map((one, i) => [first + i, one]));
  all.set(hour, given);
  const last = Math.max(...all.keys());
  const begin = Math.max(Math.min(...all.keys()), last - days * DAY_HOURS);
  return {
    first: begin,
    counts: Array.from({ length: last - begin + 1 }, (_, i) => all.get(begin + i) ?? null),
  };
};

/** null = that hour was not watched. */
export const countsAt = ({ first, counts }: Hours, hour: number): Counts | null =>
  counts[hour - first] ?? null;

export const namesIn = ({ counts }: Hours): string[] => [
  ...new Set(counts.flatMap((one) => Object.keys(one ?? {}))),
];

export interface Usual {
  readonly median: number;
  /** Median absolute deviation. */
  readonly deviation: number;
}

/** What a name's count is at that hour of the day, on the same kind of day, over the days before; undefined = still learning. */
export const usualAt = (hours: Hours, hour: number, name: string, days: number): Usual | undefined => {
  const samples = Array.from({ length: days }, (_, i) => hour - (i + 1) * DAY_HOURS).flatMap((then) => {
    const counts = countsAt(hours, then);
    return counts === null || isWeekend(then) !== isWeekend(hour) ? [] : [counts[name] ?? 0];
  });
  if (samples.length < LEARNT) return undefined;
  const middle = median(samples);
  return { median: middle, deviation: median(samples.map((one) => Math.abs(one - middle))) };
};

/** @param hour hours since the epoch; days are those of UTC */
export const isWeekend = (hour: number): boolean => [0, 6].includes(new Date(hour * HOUR_MS).getUTCDay());

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
};
