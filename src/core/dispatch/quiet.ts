import type { Alert } from '../alert.ts';
import { changed, isRestless } from '../flapping.ts';
import { compareSeverity, type Severity } from '../severity.ts';
import type { Weighed } from './weighed.ts';

const HOUR_MS = 3_600_000;

/** Quiet period: from 1 h, doubling to 24 h, back after a quiet day (definitions §4). */
const QUIET_MS = { first: HOUR_MS, most: 24 * HOUR_MS, backAfter: 24 * HOUR_MS } as const;

/** The quiet period of an alert that is told for the first time. */
export const firstQuiet = (now: number): Alert['quiet'] => ({
  until: now + QUIET_MS.first,
  stepMs: QUIET_MS.first,
});

/** What recurs harmlessly is told once a day (definitions §3 "recurring"). */
export const daily = (now: number): Alert['quiet'] => ({
  until: now + QUIET_MS.most,
  stepMs: QUIET_MS.most,
});

/** That of an alert nobody was told of: what comes next is not withheld for its sake. */
export const noQuiet = (now: number): Alert['quiet'] => ({ until: now, stepMs: QUIET_MS.first });

/** The next quiet period of an alert that fires again: twice as long once the one before is over, the first after a quiet day. */
export const longer = ({ quiet, lastAt }: Alert, now: number): Alert['quiet'] => {
  if (now - lastAt >= QUIET_MS.backAfter) return firstQuiet(now);
  const stepMs = Math.min(now >= quiet.until ? quiet.stepMs * 2 : quiet.stepMs, QUIET_MS.most);
  return { until: now + stepMs, stepMs };
};

/** True when the quiet period does not withhold it: state and burst rules have one, high-value hosts never (definitions §3, §4). */
export const isExempt = ({ life, highValue, neverQuiet }: Omit<Weighed, 'finding'>): boolean =>
  life === 'once' || highValue || neverQuiet === true;

/** True when an alert that begins again only moves what stands in Slack: within its quiet period, or because it flaps. */
export const isHushed = (
  before: Alert | undefined,
  weighed: Weighed,
  severity: Severity,
  now: number,
): before is Alert => {
  // Of what was hidden nobody has been told.
  if (before === undefined || before.held !== undefined || weighed.life === 'once') return false;
  if (compareSeverity(severity, before.severity) > 0) return false;
  if (isRestless({ changes: changed(before.changes, weighed.finding.at) }, now)) return true;
  return !isExempt(weighed) && now < before.quiet.until;
};
