import type { PceEvent } from './event.ts';
import { flag } from './foreign.ts';
import { type AffectedHost, affectedHosts, firstNamedHosts } from './subject.ts';
import type { Estate } from './workload.ts';

const CHECKS = ['system_task.agent_offline_check', 'system_task.endpoint_offline_check'];
const GOODBYE = 'agent.goodbye';
const AFTER_GOODBYE = 'workload.offline_after_ven_goodbye';
const ONLINE = 'workload.online';

/** The events that say whether hosts are there (facts §2.3). */
export const PRESENCE = {
  types: [...CHECKS, GOODBYE, ONLINE],
  notices: [AFTER_GOODBYE, ONLINE],
} as const;

/** What an event says of a host: the PCE dropped it, it is back, or it announced that it shuts down. */
export interface Presence {
  readonly event: PceEvent;
  readonly host: AffectedHost;
  readonly says: 'offline' | 'online' | 'goodbye';
}

/**
 * Reads the shapes of facts §2.3: the checks list workloads in `resource_changes` (`online` true → false); the others name the host
 * in their notification, in a change, or only as the maker of the event, by release.
 */
export const presence = (event: PceEvent, estate: Estate): Presence[] => {
  const report = (says: Presence['says'], hosts: readonly AffectedHost[]): Presence[] =>
    hosts.map((host) => ({ event, host, says }));

  if (CHECKS.includes(event.type)) {
    const resources = event.resources.filter(({ changes }) => flag(changes['online']?.['after']) !== true);
    return report('offline', affectedHosts({ ...event, resources }, estate, ['changes', 'notices']));
  }
  const offline = namedBy(event, AFTER_GOODBYE, estate);
  if (offline.length > 0) return report('offline', offline);
  const online = namedBy(event, ONLINE, estate);
  if (online.length > 0) return report('online', online);
  if (event.type !== GOODBYE) return [];
  return report('goodbye', firstNamedHosts(event, estate, ['actor', 'changes', 'notices']));
};

/** The hosts of a notification, or of an event, of that type. */
const namedBy = (event: PceEvent, type: string, estate: Estate): AffectedHost[] => {
  const notices = event.notices.filter((notice) => notice.type === type);
  if (notices.length === 0 && event.type !== type) return [];
  return firstNamedHosts({ ...event, notices }, estate, ['notices', 'changes', 'actor']);
};
