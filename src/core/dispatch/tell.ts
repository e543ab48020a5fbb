import {
  type Alert,
  type Delivery,
  fitOneLine,
  type Incident,
  NAMED_IN_ROOT,
  type Reason,
} from '../alert.ts';
import type { Board } from '../board.ts';
import { type Destination, destinations } from '../route.ts';
import { compareSeverity, graver } from '../severity.ts';
import { groupsOf, loud } from './broadcast.ts';
import { openIncident, takes } from './incident.ts';
import { ensureRoot, queue } from './notify.ts';
import type { DispatchDeps, LabelSets } from './weighed.ts';

/** Says something about an alert in every place it is routed to: as a root if an incident opens there, else as a line. */
export const tell = (
  board: Board,
  alert: Alert,
  labels: LabelSets,
  reason: Reason,
  deps: DispatchDeps,
): void => {
  const routed = { ...alert, labels };
  for (const way of destinations(routed, deps.settings, deps.now)) {
    // A catch-up is one message per rule, whatever the route groups by.
    const place =
      reason === 'digest' ? { ...way, key: `${way.channel}|${deps.pce}|${alert.rule}|digest` } : way;
    tellAt(board, alert, labels, place, reason, deps);
  }
};

/** Says something about an alert in one place: as a root if an incident opens there, else as a line. */
export const tellAt = (
  board: Board,
  alert: Alert,
  labels: LabelSets,
  place: Destination,
  reason: Reason,
  deps: DispatchDeps,
): void => {
  const open = takes(board, alert, place, deps);
  if (open === undefined) openIncident(board, alert, labels, place, reason, deps);
  else join(board, open, alert, labels, reason, place, deps);
};

/** Said in the channel, and whom the route names is called. */
const isEscalation = (reason: Reason): boolean => reason === 'escalated' || reason === 'unanswered';

const join = (
  board: Board,
  incident: Incident,
  alert: Alert,
  labels: LabelSets,
  reason: Reason,
  place: Destination,
  deps: DispatchDeps,
): void => {
  const broadcast =
    isEscalation(reason) || (reason !== 'digest' && loud(incident, alert, labels, reason, deps.now));
  board.add({
    type: 'incident-joined',
    id: incident.id,
    alerts: [alert.fingerprint],
    at: deps.now,
    severity: graver(incident.severity, alert.severity),
    groups: groupsOf(labels),
  });
  ensureRoot(board, incident.id, deps);
  const waiting = board.waitingOf(incident.id).filter(({ state }) => state === 'queued');
  const root = waiting.find((row) => row.place === 'root');
  if (root !== undefined && (root.alerts.includes(alert.fingerprint) || root.alerts.length < NAMED_IN_ROOT))
    return board.add({
      type: 'delivery-joined',
      key: root.key,
      alerts: [alert.fingerprint],
      place: 'root',
      // What became graver before it was posted mentions whom the graver one asks for.
      ...(place.mention !== undefined && compareSeverity(alert.severity, incident.severity) > 0
        ? { mention: place.mention }
        : {}),
    });

  // A root that is about to be posted makes the sound; what did not fit into it needs none of its own.
  const where = broadcast && root === undefined ? 'broadcast' : 'thread';
  const fits = (row: Delivery): boolean =>
    fitOneLine([...row.alerts.flatMap((one) => board.alert(one) ?? []), alert]);
  const line = waiting.find(
    (row) => row.place !== 'root' && row.place !== 'file' && row.reason === reason && fits(row),
  );
  if (line === undefined)
    return queue(
      board,
      incident,
      [alert.fingerprint],
      reason,
      where,
      isEscalation(reason) ? place.mention : undefined,
      deps,
    );
  const louder = where === 'broadcast' ? 'broadcast' : line.place;
  board.add({ type: 'delivery-joined', key: line.key, alerts: [alert.fingerprint], place: louder });
};
