import type { Delivery } from './alert.ts';
import { compareSeverity, type Severity } from './severity.ts';
import type { Transition } from './state.ts';

/** What would be posted first in a channel, of a commit. */
export interface FirstRoot {
  readonly row: Delivery;
  /** Root posts that the commit queues in this channel. */
  readonly among: number;
}

/**
 * The root post that goes first in each channel, of those that a commit queues with the incidents it opens: the gravest, of those
 * the first. They may be sent when the commit is durable, whatever the state held before.
 * @param now epoch ms; what may only be sent later is left out
 */
export const firstRoots = (
  transitions: readonly Transition[],
  now: number,
): ReadonlyMap<string, FirstRoot> => {
  const severities = new Map<string, Severity>();
  for (const t of transitions) {
    if (t.type === 'incident-opened') severities.set(t.incident.id, t.incident.severity);
    if (t.type === 'incident-joined' && severities.has(t.id)) severities.set(t.id, t.severity);
  }
  const first = new Map<string, FirstRoot>();
  for (const t of transitions) {
    if (t.type !== 'delivery-queued' || t.delivery.place !== 'root' || t.delivery.notBefore > now) continue;
    const row = t.delivery;
    const severity = severities.get(row.incident);
    if (severity === undefined) continue;
    const other = first.get(row.channel);
    const graver =
      other === undefined || compareSeverity(severity, severities.get(other.row.incident) ?? 'info') > 0;
    first.set(row.channel, { row: graver ? row : other.row, among: (other?.among ?? 0) + 1 });
  }
  return first;
};
