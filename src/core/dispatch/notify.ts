import type { Delivery, Incident, Reason } from '../alert.ts';
import { NAMED_IN_ROOT } from '../alert.ts';
import type { Board } from '../board.ts';
import { deliveryKey } from '../state.ts';
import type { DispatchDeps } from './weighed.ts';

/** Puts one thing to say on the board: what, where, and whom it mentions. */
export const queue = (
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

/** A root that a person deleted, or that Slack would not take, must not swallow what is still to be said: it is posted anew. */
export const ensureRoot = (board: Board, id: string, deps: DispatchDeps): void => {
  const incident = board.incident(id);
  const waits = board.waitingOf(id).some(({ place, state }) => place === 'root' && state !== 'dead');
  if (incident.root === undefined && !waits)
    queue(board, incident, incident.alerts.slice(0, NAMED_IN_ROOT), 'first', 'root', undefined, deps);
};
