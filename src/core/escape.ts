import type { PceEvent } from './event.ts';
import type { Matchable } from './host-match.ts';
import { looksLike, type QuarantinedHost } from './quarantined.ts';
import { type AffectedHost, firstNamedHosts } from './subject.ts';
import type { Estate } from './workload.ts';

/** Events in which the machine of a quarantined host may come back as another one (definitions §7.11). */
export const ESCAPES = {
  clones: ['agent.clone_detected', 'agent.activate_clone'],
  arrivals: ['agent.activate', 'workload.create', 'workloads.bulk_create', 'lost_agent.found'],
} as const;

/** A machine that may be a quarantined one, and what the two have in common. */
export interface Escape {
  readonly host: AffectedHost;
  readonly from: QuarantinedHost;
  readonly by: 'identity' | 'name' | 'address';
}

/**
 * Machines of an event that appear with the name or an address of a quarantined one, or speak with its identity.
 * @param forMs how long after a quarantine a machine counts
 */
export const escapesIn = (
  event: PceEvent,
  quarantined: readonly QuarantinedHost[],
  estate: Estate,
  forMs: number,
): Escape[] => {
  const is = (types: readonly string[]): boolean =>
    types.includes(event.type) || event.notices.some(({ type }) => types.includes(type));
  const cloned = is(ESCAPES.clones);
  if (!cloned && !ESCAPES.arrivals.some((type) => type === event.type)) return [];
  const watched = quarantined.filter(({ at }) => at <= event.at && event.at <= at + forMs);
  if (watched.length === 0) return [];
  const held = new Set(quarantined.map(({ href }) => href));
  const same = cloned || event.type === 'lost_agent.found';
  return firstNamedHosts(event, estate, ['changes', 'notices', 'actor']).flatMap((host): Escape[] => {
    const { href } = host.subject;
    // What is itself in quarantine escapes nothing, unless another machine speaks in its name.
    if (!same && href !== null && held.has(href)) return [];
    for (const from of watched) {
      const by = from.href === href ? 'identity' : looksLike(from, machineOf(host, event));
      if (by !== undefined) return [{ host, from, by }];
    }
    return [];
  });
};

/** A machine that the inventory does not hold is known by its name and by where its VEN called from. */
const machineOf = ({ subject, workload }: AffectedHost, { action, actor }: PceEvent): Matchable => {
  if (workload !== undefined && workload.interfaces.length > 0) return workload;
  const address = actor.kind === 'host' ? action.address : undefined;
  return {
    name: subject.name,
    hostname: subject.name,
    interfaces: address === undefined ? [] : [{ name: '', address }],
    publicAddress: undefined,
    labels: workload?.labels ?? [],
  };
};
