import { type Alert, fingerprintOf, pastOf, type Reason } from './alert.ts';
import { type Board, boardOn } from './board.ts';
import { type Cover, coverOf } from './dispatch/cover.ts';
import { reopen, touch } from './dispatch/incident.ts';
import { daily, firstQuiet, isExempt, isHushed, longer, noQuiet } from './dispatch/quiet.ts';
import { release } from './dispatch/release.ts';
import { resolve } from './dispatch/resolve.ts';
import { tell } from './dispatch/tell.ts';
import type { DispatchDeps, Slice, Weighed } from './dispatch/weighed.ts';
import { changed } from './flapping.ts';
import type { Cleared, Finding } from './rule.ts';
import { compareSeverity, graver, raised, type Severity } from './severity.ts';
import type { State, Transition } from './state.ts';
import { subjectKey } from './subject.ts';
import { span } from './text.ts';

export { attend, isReleased, needsAttention } from './dispatch/attend.ts';
export { inhibitorsOf } from './dispatch/cover.ts';
export type { DispatchDeps, Slice, Weighed } from './dispatch/weighed.ts';

/**
 * What findings and cleared conditions mean for alerts, incidents and notifications (definitions §4). Pure: returns the transitions
 * to commit, each finding ending in a notification, a counter, a quiet period, a silence or an inhibition, none dropped.
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

const fire = (board: Board, given: Weighed, deps: DispatchDeps): void => {
  const { rule, labels } = given;
  const { subject } = given.finding;
  const fingerprint = fingerprintOf(deps.pce, rule, subjectKey(subject));
  const severity =
    given.highValue && given.finding.weighed !== true
      ? raised(given.finding.severity)
      : given.finding.severity;
  const cover = coverOf(board, { ...given, pce: deps.pce, fingerprint, subject, severity }, deps);
  const weighed = { ...given, finding: saidAs(given.finding, cover, deps) };
  const before = board.alert(fingerprint);
  if (before === undefined || before.state === 'resolved')
    return begin(board, fingerprint, weighed, severity, cover, before, deps);

  const rose = compareSeverity(severity, before.severity) > 0;
  const due = isExempt(weighed) || cover.kind === 'passes' || deps.now >= before.quiet.until;
  const told = cover.kind !== 'held' && !isSnoozed(before, deps.now) && (due || rose);
  board.add({
    type: 'alert-repeated',
    fingerprint,
    at: weighed.finding.at,
    event: weighed.finding.event,
    title: weighed.finding.title,
    story: weighed.finding.story,
    severity:
      before.life === 'burst' && given.finding.daily !== true ? graver(before.severity, severity) : severity,
    ...(before.suggests.join() === given.finding.suggests.join() ? {} : { suggests: given.finding.suggests }),
    quiet: told ? nextQuiet(before, given.finding, deps.now) : before.quiet,
    ...(told && (rose || before.life === 'once') ? { escalation: { since: deps.now, step: 0 } } : {}),
    ...(before.life === 'once' ? { begunAt: deps.now } : {}),
  });
  if (cover.kind === 'held' || isSnoozed(before, deps.now)) return touch(board, fingerprint);
  if (before.held !== undefined) return release(board, fingerprint, labels, deps);
  if (!told) return touch(board, fingerprint);
  const alert = board.alert(fingerprint) as Alert;
  if (rose) return tell(board, alert, labels, 'escalated', deps);
  const reason =
    before.life === 'once' || weighed.finding.digest === true
      ? toldAs(alert, weighed.finding, deps)
      : 'repeat';
  tell(board, alert, labels, reason, deps);
};

/** What the PCE recorded late says so, and so does what a silence would have hidden. */
const saidAs = (finding: Finding, cover: Cover, { late, now }: DispatchDeps): Finding => ({
  ...finding,
  story: [
    ...finding.story,
    ...(late === true
      ? [` The PCE recorded this late: I found it ${span(now - finding.at)} after it happened.`]
      : []),
    ...(cover.kind === 'passes'
      ? [
          ` Silenced by ${cover.silence.byName} until `,
          { time: cover.silence.until },
          '; the first grave one of a day is shown all the same.',
        ]
      : []),
  ],
});

/** An alert begins to fire. Within its quiet period it only moves what already stands in Slack; hidden, it only counts. */
const begin = (
  board: Board,
  fingerprint: string,
  weighed: Weighed,
  severity: Severity,
  cover: Cover,
  before: Alert | undefined,
  deps: DispatchDeps,
): void => {
  const { rule, life, finding, highValue } = weighed;
  const { now } = deps;
  const held = cover.kind === 'held' ? cover.held : undefined;
  const hushed = held === undefined && cover.kind !== 'passes' && isHushed(before, weighed, severity, now);
  const snoozed = before !== undefined && isSnoozed(before, now);
  const quiet = (): Alert['quiet'] => {
    if (held !== undefined) return noQuiet(now);
    if (hushed) return before?.quiet ?? firstQuiet(now);
    return nextQuiet(before?.held === undefined ? before : undefined, finding, now);
  };
  const past = pastOf(before);
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
      begunAt: now,
      highValue,
      quiet: quiet(),
      ...(life === 'once' ? {} : { changes: changed(before?.changes, finding.at) }),
      ...(past.length === 0 ? {} : { past }),
      ...(before?.snoozed === undefined ? {} : { snoozed: before.snoozed }),
      ...(hushed ? { hushed } : {}),
      ...(held === undefined ? {} : { held }),
      ...(hushed || snoozed || held !== undefined ? {} : { escalation: { since: now, step: 0 } }),
    },
  });
  if (held !== undefined) return touch(board, fingerprint);
  if (hushed || snoozed) return reopen(board, fingerprint, deps);
  const alert = board.alert(fingerprint) as Alert;
  tell(board, alert, weighed.labels, toldAs(alert, finding, deps), deps);
};

/** How long an alert that is told now is quiet after it. @param before undefined = nobody was told of it yet */
const nextQuiet = (before: Alert | undefined, finding: Finding, now: number): Alert['quiet'] => {
  if (finding.daily === true) return daily(now);
  return before === undefined ? firstQuiet(now) : longer(before, now);
};

/** Why a new alert is told: found late, part of a catch-up, or simply one more (of none so far: the first). */
const toldAs = (
  { severity, highValue, firstAt }: Alert,
  { digest }: Finding,
  { late, digestBefore }: DispatchDeps,
): Reason => {
  if (digest === true) return 'digest';
  if (digestBefore !== undefined && firstAt < digestBefore && severity !== 'critical' && !highValue)
    return 'digest';
  return late === true ? 'late' : 'more';
};

/** True while a person has put it off. */
const isSnoozed = ({ snoozed }: Alert, now: number): boolean => snoozed !== undefined && now < snoozed.until;
