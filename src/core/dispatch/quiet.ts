import type { Alert } from '../alert.ts';

const HOUR_MS = 3_600_000;

/** Quiet period: from 1 h, doubling to 24 h (definitions §4). */
const QUIET_MS = { first: HOUR_MS, most: 24 * HOUR_MS } as const;

/** The quiet period of an alert that is told for the first time. */
export const firstQuiet = (now: number): Alert['quiet'] => ({
  until: now + QUIET_MS.first,
  stepMs: QUIET_MS.first,
});

/** The next quiet period of an alert that keeps firing: twice as long once the one before is over. */
export const longer = ({ quiet }: Alert, now: number): Alert['quiet'] => {
  const stepMs = Math.min(now >= quiet.until ? quiet.stepMs * 2 : quiet.stepMs, QUIET_MS.most);
  return { until: now + stepMs, stepMs };
};
