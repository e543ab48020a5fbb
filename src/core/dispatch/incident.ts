import type { Alert, Incident, Reason } from '../alert.ts';
import type { Board } from '../board.ts';
import type { Destination } from '../route.ts';
import { groupsOf } from './broadcast.ts';
import { ensureRoot, queue } from './notify.ts';
import type { DispatchDeps, LabelSets } from './weighed.ts';

/** An incident takes no further alerts when none joined for so long, or when it holds so many (definitions §4). */
const INCIDENT = { idleMs: 24 * 3_600_000, most: 1_000 } as const;

/**
 * The incident that takes an alert for this place: one of its key that is neither too old nor too full (those are closed on the
 * way), else one that holds it already: it may have been folded into another.
 */
export const takes = (
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

/** Reasons that a root says of itself; any other alert is simply the first of its incident. */
const OPENING: readonly Reason[] = ['late', 'digest', 'escalated', 'unanswered'];

/** A new incident with its root post. */
export const openIncident = (
  board: Board,
  alert: Alert,
  labels: LabelSets,
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
    groups: groupsOf(labels),
  };
  board.add({ type: 'incident-opened', incident });
  const opening = OPENING.includes(reason) ? reason : 'first';
  queue(board, incident, [alert.fingerprint], opening, 'root', place.mention, deps);
};

/** The counter of every message that shows the alert moves. */
export const touch = (board: Board, fingerprint: string): void => {
  for (const { id } of board.incidentsWith(fingerprint)) board.add({ type: 'incident-touched', id });
};

/** The newest incidents that showed the alert show it again, as firing. */
export const reopen = (board: Board, fingerprint: string, deps: DispatchDeps): void => {
  const newest = new Map<string, Incident>();
  for (const incident of board.incidentsWith(fingerprint))
    if (incident.openedAt >= (newest.get(incident.key)?.openedAt ?? 0)) newest.set(incident.key, incident);
  for (const incident of newest.values()) {
    const { id, severity } = incident;
    board.add({ type: 'incident-joined', id, alerts: [fingerprint], at: deps.now, severity, groups: [] });
    ensureRoot(board, id, deps);
  }
};
