import { fingerprint } from '../fleet/fleet.ts';
import type { End } from './bucket.ts';

/** VENs report what they saw every `period` ms, each at a moment of its own (definitions §5: about every 10 minutes). */
export interface Reporting {
  /** The last report of this end at or before a time (epoch ms). */
  last(end: End, now: number): number;
  /** The first report after a time: when something seen at that time becomes visible. */
  next(end: End, seenAt: number): number;
}

/** Reports every `period` ms (> 0). */
export const createReporting = (period: number): Reporting => {
  const phase = (end: End): number => (end.workload ? fingerprint(end.workload) % period : 0);
  const last = (end: End, now: number): number => now - ((now + phase(end)) % period);
  return { last, next: (end, seenAt) => last(end, seenAt) + period };
};
