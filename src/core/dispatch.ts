import {
  type Alert,
  type Delivery,
  fingerprintOf,
  fitOneLine,
  type Incident,
  NAMED_IN_ROOT,
  type Reason,
} from './alert.ts';
import { type Board, boardOn } from './board.ts';
import type { Label } from './label.ts';
import { type Destination, destinations } from './route.ts';
import type { Cleared, Finding, Life } from './rule.ts';
import type { Settings } from './settings.ts';
import { compareSeverity, graver, raised, type Severity } from './severity.ts';
import { deliveryKey, type State, type Transition } from './state.ts';
import { subjectKey } from './subject.ts';
import { span } from './text.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Quiet period: from 1 h, doubling to 24 h (definitions §4). */
const QUIET_MS = { first: HOUR_MS, most: 24 * HOUR_MS } as const;
/** An incident takes no further alerts when none joined for so long, or when it holds so many (definitions §4). */
const INCIDENT = { idleMs: 24 * HOUR_MS, most: 1_000 } as const;
/** A line is also shown in the channel for the first alerts of an incident, and when its root is this old (definitions §4). */
const BROADCAST = { first: 3, rootAgeMs: 60 * MINUTE_MS } as const;

/** A finding with everything a decision needs. */
export interface Weighed {
  readonly rule: string;
  readonly life: Life['kind'];
  readonly finding: Finding;
  /** Label sets of the workloads concerned. */
  readonly labels: readonly (readonly Label[])[];
  readonly highValue: boolean;
}

/** The part of the state the decision is about: alerts of these fingerprints, their incidents, open incidents, waiting deliveries. */
export type Slice = Pick<State, 'alerts' | 'incidents' | 'deliveries'>;

export interface DispatchDeps {
  readonly pce: string;
  /** The PCE's clock, epoch ms. */
  readonly now: number;
  readonly settings: Pick<Settings, 'routes' | 'channels'>;
  /** Short stable id of an alert from its fingerprint. */
  alertId(fingerprint: string): string;
  /** A new unguessable id. */
  newId(): string;
  /** Only the daily look back found these: the PCE recorded them long after they happened (definitions §1). */
  readonly late?: boolean;
  /** After a downtime: what happened before this moment is folded into one digest per rule, critical and high-value excepted. */
  readonly digestBefore?: number;
}

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
      quiet: hushed ? before.quiet : { until: deps.now + QUIET_MS.first, stepMs: QUIET_MS.first },
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

const longer = ({ quiet }: Alert, now: number): Alert['quiet'] => {
  const stepMs = Math.min(now >= quiet.until ? quiet.stepMs * 2 : quiet.stepMs, QUIET_MS.most);
  return { until: now + stepMs, stepMs };
};

/** The counter of every message that shows the alert moves. */
const touch = (board: Board, fingerprint: string): void => {
  for (const { id } of board.incidentsWith(fingerprint)) board.add({ type: 'incident-touched', id });
};

/** The newest incidents that showed the alert show it again, as firing. */
const reopen = (board: Board, fingerprint: string, deps: DispatchDeps): void => {
  const newest = new Map<string, Incident>();
  for (const incident of board.incidentsWith(fingerprint))
    if (incident.openedAt >= (newest.get(incident.key)?.openedAt ?? 0)) newest.set(incident.key, incident);
  for (const incident of newest.values()) {
    const { id, severity } = incident;
    board.add({ type: 'incident-joined', id, alerts: [fingerprint], at: deps.now, severity, groups: [] });
    ensureRoot(board, id, deps);
  }
};

/** Says something about an alert in every place it is routed to: as a root if an incident opens there, else as a line. */
const tell = (board: Board, alert: Alert, weighed: Weighed, reason: Reason, deps: DispatchDeps): void => {
  const routed = { ...alert, labels: weighed.labels };
  for (const way of destinations(routed, deps.settings)) {
    // A catch-up is one message per rule, whatever the route groups by.
    const place =
      reason === 'digest' ? { ...way, key: `${way.channel}|${deps.pce}|${alert.rule}|digest` } : way;
    const open = takes(board, alert, place, deps);
    if (open === undefined) openIncident(board, alert, weighed, place, reason, deps);
    else join(board, open, alert, weighed, reason, place, deps);
  }
};

/**
 * The incident that takes an alert for this place: one of its key that is neither too old nor too full (those are closed on the
 * way), else one that holds it already: it may have been folded into another.
 */
const takes = (
  board: Board,
  { fingerprint }: Alert,
  { key, channel }: Destination,
  { now }: DispatchDeps,
): Incident | undefined => {
  for (const incident of board.openOf(key)) {
    if (now - incident.joinedAt < INCIDENT.idleMs && incident.alerts.length < INCIDENT.most) return incident;
    board.add({ type: 'incident-closed', id: incident.id });
  }
  return board
    .incidentsWith(fingerprint)
    .find(
      (incident) =>
        incident.open && incident.channel === channel && now - incident.joinedAt < INCIDENT.idleMs,
    );
};

const openIncident = (
  board: Board,
  alert: Alert,
  weighed: Weighed,
  place: Destination,
  reason: Reason,
  deps: DispatchDeps,
): void => {
  const incident: Incident = {
    id: deps.newId(),
    key: place.key,
    channel: place.channel,
    pce: deps.pce,
    rule: alert.rule,
    alerts: [alert.fingerprint],
    openedAt: deps.now,
    joinedAt: deps.now,
    open: true,
    said: 0,
    revision: 0,
    shown: 0,
    severity: alert.severity,
    groups: groupsOf(weighed),
  };
  board.add({ type: 'incident-opened', incident });
  const opening = reason === 'late' || reason === 'digest' ? reason : 'first';
  queue(board, incident, [alert.fingerprint], opening, 'root', place.mention, deps);
};

const join = (
  board: Board,
  incident: Incident,
  alert: Alert,
  weighed: Weighed,
  reason: Reason,
  place: Destination,
  deps: DispatchDeps,
): void => {
  const broadcast =
    reason === 'escalated' || (reason !== 'digest' && loud(incident, alert, weighed, reason, deps));
  board.add({
    type: 'incident-joined',
    id: incident.id,
    alerts: [alert.fingerprint],
    at: deps.now,
    severity: graver(incident.severity, alert.severity),
    groups: groupsOf(weighed),
  });
  ensureRoot(board, incident.id, deps);
  const waiting = board.waitingOf(incident.id).filter(({ state }) => state === 'queued');
  const root = waiting.find((row) => row.place === 'root');
  if (root !== undefined && (root.alerts.includes(alert.fingerprint) || root.alerts.length < NAMED_IN_ROOT))
    return board.add({ type: 'delivery-joined', key: root.key, alerts: [alert.fingerprint], place: 'root' });

  // A root that is about to be posted makes the sound; what did not fit into it needs none of its own.
  const where = broadcast && root === undefined ? 'broadcast' : 'thread';
  const fits = (row: Delivery): boolean =>
    fitOneLine([...row.alerts.flatMap((one) => board.alert(one) ?? []), alert]);
  const line = waiting.find((row) => row.place !== 'root' && row.reason === reason && fits(row));
  if (line === undefined)
    return queue(
      board,
      incident,
      [alert.fingerprint],
      reason,
      where,
      reason === 'escalated' ? place.mention : undefined,
      deps,
    );
  const louder = where === 'broadcast' ? 'broadcast' : line.place;
  board.add({ type: 'delivery-joined', key: line.key, alerts: [alert.fingerprint], place: louder });
};

/** Definitions §4 "more": an edit and a plain thread line make no sound in Slack, so what is new enough is shown in the channel too. */
const loud = (
  incident: Incident,
  alert: Alert,
  weighed: Weighed,
  reason: Reason,
  { now }: DispatchDeps,
): boolean => {
  if (reason === 'repeat' && alert.acknowledged !== undefined) return false;
  return (
    weighed.highValue ||
    compareSeverity(alert.severity, incident.severity) > 0 ||
    groupsOf(weighed).some((group) => !incident.groups.includes(group)) ||
    incident.alerts.length < BROADCAST.first ||
    now - incident.openedAt > BROADCAST.rootAgeMs
  );
};

/** The (app, env) pairs a finding concerns. */
const groupsOf = ({ labels }: Weighed): string[] =>
  labels.map((set) => {
    const value = (key: string): string => set.find((label) => label.key === key)?.value ?? '';
    return `${value('app')}/${value('env')}`;
  });

const queue = (
  board: Board,
  { id }: Incident,
  alerts: readonly string[],
  reason: Reason,
  place: Delivery['place'],
  mention: string | undefined,
  deps: DispatchDeps,
): void => {
  const incident = board.incident(id);
  board.add({
    type: 'delivery-queued',
    delivery: {
      key: deliveryKey(incident, reason),
      incident: incident.id,
      reason,
      channel: incident.channel,
      place,
      alerts,
      ...(mention === undefined ? {} : { mention }),
      queuedAt: deps.now,
      state: 'queued',
      tries: 0,
      notBefore: 0,
    },
  });
};

/** A condition is over: the alert is resolved; an incident whose last alert it was says so once and closes. */
const resolve = (board: Board, fingerprint: string, over: Cleared, deps: DispatchDeps): void => {
  const alert = board.alert(fingerprint);
  if (alert?.state !== 'firing') return;
  board.add({ type: 'alert-resolved', fingerprint, at: over.at, why: over.why });
  for (const incident of board.incidentsWith(fingerprint)) {
    if (!incident.open) {
      board.add({ type: 'incident-touched', id: incident.id });
      continue;
    }
    const members = incident.alerts.flatMap((one) => board.alert(one) ?? []);
    if (members.some(({ state }) => state === 'firing')) {
      board.add({ type: 'incident-touched', id: incident.id });
      continue;
    }
    board.add({ type: 'incident-closed', id: incident.id });
    // Before its root is posted nobody has seen it fire; and what was never posted does not end aloud.
    const posted = incident.root !== undefined || wentOut(board, incident);
    if (posted && members.some(({ hushed }) => hushed !== true))
      queue(board, incident, incident.alerts, 'resolved', 'thread', undefined, deps);
  }
};

/** A root that a person deleted, or that Slack would not take, must not swallow what is still to be said: it is posted anew. */
const ensureRoot = (board: Board, id: string, deps: DispatchDeps): void => {
  const incident = board.incident(id);
  const waits = board.waitingOf(id).some(({ place, state }) => place === 'root' && state !== 'dead');
  if (incident.root === undefined && !waits)
    queue(board, incident, incident.alerts.slice(0, NAMED_IN_ROOT), 'first', 'root', undefined, deps);
};

/** The root is under way: it may stand in Slack already although nobody has confirmed it. */
const wentOut = (board: Board, { id }: Incident): boolean =>
  board.waitingOf(id).some(({ place, state }) => place === 'root' && state === 'intent');
