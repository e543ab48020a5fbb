import { type Alert, type Delivery, type Incident, inLines } from './alert.ts';
import { isNeverGrouped } from './route.ts';
import type { Transition } from './state.ts';
import { deliveryKey } from './state.ts';

/** Root posts are joined when a channel's projected wait exceeds 15 s, until it is below 5 s (definitions §4 "Storm"). */
const WAIT_MS = { start: 15_000, end: 5_000 } as const;
/** Slack takes about one post a second and channel (facts/slack §3). */
const POST_MS = 1_000;

/** A root that waits, with what decides whether it may be joined with another. */
export interface WaitingRoot {
  readonly delivery: Delivery;
  readonly incident: Incident;
  readonly alerts: readonly Alert[];
}

/**
 * What to join while too many root posts wait in one channel: those of one rule and PCE become one incident that names all. Critical
 * and high-value ones are never joined with lower ones. The largest group is joined first, and no more than needed.
 * @param named how many hosts a root message names; the others go into one line of its thread
 */
export const foldStorm = (
  waiting: readonly WaitingRoot[],
  now: number,
  named: number,
): readonly Transition[] => {
  let wait = waiting.length * POST_MS;
  if (wait <= WAIT_MS.start) return [];
  const groups = new Map<string, WaitingRoot[]>();
  for (const one of waiting) {
    if (isNeverGrouped(one.incident.rule)) continue;
    const key = `${one.incident.pce}|${one.incident.rule}|${isUrgent(one)}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const transitions: Transition[] = [];
  for (const group of [...groups.values()].sort((a, b) => b.length - a.length)) {
    if (wait <= WAIT_MS.end || group.length < 2) break;
    transitions.push(...joined(group, now, named));
    // The joined root, and the line of its thread that names the rest.
    wait -= (group.length - 2) * POST_MS;
  }
  return transitions;
};

const isUrgent = ({ incident, alerts }: WaitingRoot): boolean =>
  incident.severity === 'critical' || alerts.some(({ highValue }) => highValue);

const joined = (group: readonly WaitingRoot[], now: number, named: number): Transition[] => {
  const [first, ...others] = [...group].sort((a, b) => a.delivery.queuedAt - b.delivery.queuedAt);
  if (first === undefined) return [];
  const { incident, delivery } = first;
  const all = [...new Set([...incident.alerts, ...others.flatMap((one) => one.incident.alerts)])];
  const inRoot = all.slice(0, Math.max(named, delivery.alerts.length));
  const known = new Map(group.flatMap((one) => one.alerts.map((alert) => [alert.fingerprint, alert])));
  const rest = inLines(all.slice(inRoot.length).flatMap((one) => known.get(one) ?? []));
  return [
    { type: 'incidents-folded', into: incident.id, from: others.map((one) => one.incident.id) },
    { type: 'delivery-joined', key: delivery.key, alerts: inRoot, place: 'root' },
    ...rest.map(
      (alerts, n): Transition => ({
        type: 'delivery-queued',
        delivery: {
          key: deliveryKey({ ...incident, said: incident.said + n }, 'more'),
          incident: incident.id,
          reason: 'more',
          channel: delivery.channel,
          place: 'thread',
          alerts,
          queuedAt: now,
          state: 'queued',
          tries: 0,
          notBefore: 0,
        },
      }),
    ),
  ];
};
