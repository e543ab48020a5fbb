import type { Interval } from './settings.ts';

/** A poll that returns more rows has so much to read again in its overlap that polls go to one a minute (definitions §1). */
const BUSY_ROWS = 3_000;
const BUSY_MS = 60_000;

/**
 * When events are polled next.
 * @param configured ms or a cron expression; a cron expression is what the operator wants, whatever comes
 * @param rows of the newest poll's answer, those read before included
 */
export const pollPace = (configured: Interval, rows: number): Interval =>
  typeof configured === 'number' && rows > BUSY_ROWS ? Math.max(configured, BUSY_MS) : configured;
