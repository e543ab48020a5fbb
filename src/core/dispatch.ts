import { type Alert, fingerprintOf, type Reason } from './alert.ts';
import { type Board, boardOn } from './board.ts';
import { reopen, touch } from './dispatch/incident.ts';
import { firstQuiet, longer } from './dispatch/quiet.ts';
import { resolve } from './dispatch/resolve.ts';
import { tell } from './dispatch/tell.ts';
import type { DispatchDeps, Slice, Weighed } from './dispatch/weighed.ts';
import type { Cleared, Finding } from './rule.ts';
import { compareSeverity, graver, raised, type Severity } from './severity.ts';
import type { State, Transition } from './state.ts';
import { subjectKey } from './subject.ts';
import { span } from './text.ts';

export type { DispatchDeps, Slice, Weighed } from './dispatch/weighed.ts';

/**
 * What findings and cleared conditions mean for alerts, incidents and notifications (definitions §4). Pure: returns the transitions
 * to commit, each finding ending in a notification, a counter or a quiet period, none dropped.
 */
export const dispatch = (
  found: readonly Weighed[],
  cleared: readonly { readonly rule: string; readonly cleared: Cleared }[],
  slice: Slice,
  state: State,
  deps: DispatchDeps,
): readonly Transition[] => {
  const board = boardOn({ ...state, ...slice });
  for (const weighed of found) fire(board, weighed, deps);
  for (const { rule, cleared: over } of cleared)
    resolve(board, fingerprintOf(deps.pce, rule, subjectKey(over.subject)), over, deps);
  return board.transitions;
};

const fire = (board: Board, weighed: Weighed, deps: DispatchDeps): void => {
  const { rule } = weighed;
  const finding = deps.late === true ? saidLate(weighed.finding, deps.now) : weighed.finding;
  const fingerprint = fingerprintOf(deps.pce, rule, subjectKey(finding.subject));
  const severity = weighed.highValue ? raised(finding.severity) : finding.severity;
  const before = board.alert(fingerprint);
  if (before === undefined || before.state === 'resolved')
    return begin(board, fingerprint, { ...weighed, finding }, severity, before, deps);

  const rose = compareSeverity(severity, before.severity) > 0;
  const due = before.life === 'once' || weighed.highValue || deps.now >= before.quiet.until;
  board.add({
    type: 'alert-repeated',
    fingerprint,
    at: finding.at,
    event: finding.event,
    title: finding.title,
    story: finding.story,
    severity: before.life === 'burst' ? graver(before.severity, severity) : severity,
    quiet: due || rose ? longer(before, deps.now) : before.quiet,
  });
  const alert = board.alert(fingerprint) as Alert;
  if (isSnoozed(alert, deps.now)) return touch(board, fingerprint);
  if (rose) return tell(board, alert, weighed, 'escalated', deps);
  if (before.life === 'once') return tell(board, alert, weighed, toldAs(alert, deps), deps);
  if (due) return tell(board, alert, weighed, 'repeat', deps);
  touch(board, fingerprint);
};

const saidLate = (finding: Finding, now: number): Finding => ({
  ...finding,
  story: [
    ...finding.story,
    ` The PCE recorded this late: I found it ${span(now - finding.at)} after it happened.`,
  ],
});

/** An alert begins to fire. Within its quiet period it only moves what already stands in Slack. */
const begin = (
  board: Board,
  fingerprint: string,
  { rule, life, finding, highValue, ...weighed }: Weighed,
  severity: Severity,
  before: Alert | undefined,
  deps: DispatchDeps,
): void => {
  const hushed =
    before !== undefined &&
    !highValue &&
    deps.now < before.quiet.until &&
    compareSeverity(severity, before.severity) <= 0;
  board.add({
    type: 'alert-fired',
    alert: {
      id: deps.alertId(fingerprint),
      fingerprint,
      pce: deps.pce,
      rule,
      life,
      subject: finding.subject,
      state: life === 'once' ? 'told' : 'firing',
      severity,
      title: finding.title,
      story: finding.story,
      workloads: finding.workloads,
      suggests: finding.suggests,
      event: finding.event,
      count: 1,
      firstAt: finding.at,
      lastAt: finding.at,
      highValue,
      quiet: hushed ? before.quiet : firstQuiet(deps.now),
      ...(before?.snoozed === undefined ? {} : { snoozed: before.snoozed }),
      ...(hushed ? { hushed } : {}),
    },
  });
  const alert = board.alert(fingerprint) as Alert;
  if (hushed || isSnoozed(alert, deps.now)) return reopen(board, fingerprint, deps);
  tell(board, alert, { rule, life, finding, highValue, ...weighed }, toldAs(alert, deps), deps);
};

/** Why a new alert is told: found late, part of a catch-up, or simply one more (of none so far: the first). */
const toldAs = ({ severity, highValue, firstAt }: Alert, { late, digestBefore }: DispatchDeps): Reason => {
  if (digestBefore !== undefined && firstAt < digestBefore && severity !== 'critical' && !highValue)
    return 'digest';
  return late === true ? 'late' : 'more';
};

const isSnoozed = ({ snoozed }: Alert, now: number): boolean => snoozed !== undefined && now < snoozed.until;
