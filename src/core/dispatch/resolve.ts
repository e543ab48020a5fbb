import type { Incident } from '../alert.ts';
import type { Board } from '../board.ts';
import { isRestless } from '../flapping.ts';
import type { Cleared } from '../rule.ts';
import { queue } from './notify.ts';
import type { DispatchDeps } from './weighed.ts';

/** A condition is over: the alert is resolved; an incident whose last alert it was says so once and closes. */
export const resolve = (board: Board, fingerprint: string, over: Cleared, deps: DispatchDeps): void => {
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
    if (posted && members.some((one) => one.hushed !== true && !isRestless(one, deps.now)))
      queue(board, incident, incident.alerts, 'resolved', 'thread', undefined, deps);
  }
};

/** The root is under way: it may stand in Slack already although nobody has confirmed it. */
const wentOut = (board: Board, { id }: Incident): boolean =>
  board.waitingOf(id).some(({ place, state }) => place === 'root' && state === 'intent');
