import type { Response } from './response.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Reminders of a quarantine whose time ends: 30 min before, at the time, hourly for 4 h (definitions §7.8). */
const REMIND_MS: readonly number[] = [-30 * MINUTE_MS, 0, HOUR_MS, 2 * HOUR_MS, 3 * HOUR_MS, 4 * HOUR_MS];
/** Later than this it is never released by itself (definitions §7.8). */
const LATE_MS = HOUR_MS;
/** What [Extend 4 h] adds. */
export const EXTEND_MS = 4 * HOUR_MS;

/** How many reminders have come due by now. One that was asked for a shorter time than 30 min is not reminded of before its time. */
export const remindersDue = ({ until, endedAt = 0, kept }: Response, now: number): number => {
  if (until === undefined || kept !== undefined) return 0;
  return REMIND_MS.filter((offset) => now >= until + offset && until + offset > endedAt).length;
};

/** What the end of a quarantine's time comes to now. `why` completes "It is not released by itself: …". */
export type EndOfTime =
  | { readonly kind: 'not yet' }
  | { readonly kind: 'release' }
  | { readonly kind: 'ask'; readonly why?: string };

/**
 * Released by itself only if it was asked so, nothing of the host fires, no drift is open and the time passed at most 1 h ago
 * (definitions §7.8). @param drift what became of the host since, a sentence; undefined = it is as it was
 */
export const endOfTime = (
  { until, review, kept }: Response,
  {
    firing,
    drift,
    now,
  }: { readonly firing: number; readonly drift?: string | undefined; readonly now: number },
): EndOfTime => {
  if (until === undefined || kept !== undefined || now < until) return { kind: 'not yet' };
  if (review?.ending !== 'release') return { kind: 'ask' };
  if (now - until > LATE_MS) return { kind: 'ask', why: 'its time passed more than 1 h ago' };
  if (firing > 0) return { kind: 'ask', why: 'an alert of the host is firing' };
  if (drift !== undefined) return { kind: 'ask', why: `the host is not as it was. ${drift}` };
  return { kind: 'release' };
};
