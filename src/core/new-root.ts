import { type Alert, type Delivery, type Incident, inLines, NAMED_IN_ROOT, type Reason } from './alert.ts';
import { deliveryKey, type Transition } from './state.ts';

/**
 * A new root for an incident whose message is gone, and the lines of its thread that name what the root does not.
 * @param alerts those of the incident
 * @param now epoch ms
 */
export const newRoot = (
  incident: Incident,
  alerts: readonly Alert[],
  now: number,
  channel = incident.root?.channel ?? incident.channel,
): Transition[] => {
  const queued = (
    reason: Reason,
    place: Delivery['place'],
    alerts: readonly string[],
    n: number,
  ): Transition => ({
    type: 'delivery-queued',
    delivery: {
      key: deliveryKey({ ...incident, said: incident.said + n }, reason),
      incident: incident.id,
      reason,
      channel,
      place,
      alerts,
      queuedAt: now,
      state: 'queued',
      tries: 0,
      notBefore: 0,
    },
  });
  const named = new Set(incident.alerts.slice(0, NAMED_IN_ROOT));
  const rest = inLines(alerts.filter(({ fingerprint }) => !named.has(fingerprint)));
  return [
    queued('first', 'root', [...named], 0),
    ...rest.map((line, n) => queued('more', 'thread', line, n + 1)),
  ];
};
