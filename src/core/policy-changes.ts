import type { PceEvent } from './event.ts';
import { type Changed, changedIn } from './event-words.ts';
import { dict, number, text } from './foreign.ts';
import type { Estate } from './workload.ts';

/** What became of a change of the draft, as far as the events that were read say. */
export type Fate =
  | { readonly kind: 'draft' }
  | {
      readonly kind: 'provisioned';
      readonly version: number | undefined;
      readonly event: PceEvent;
    }
  /** All drafts were thrown away. */
  | { readonly kind: 'reverted'; readonly event: PceEvent };

/** One object of the policy that an event changed. */
export interface PolicyChange {
  readonly event: PceEvent;
  readonly changed: Changed;
  readonly fate: Fate;
}

/** Resources of an event type that are policy: drafts until they are provisioned (facts §9). */
const POLICY = new Set([
  'rule_set',
  'rule_sets',
  'sec_rule',
  'deny_rule',
  'deny_rules',
  'ip_tables_rule',
  'enforcement_boundary',
  'ip_list',
  'ip_lists',
  'service',
  'services',
  'label_group',
  'virtual_service',
  'virtual_services',
  'virtual_server',
  'firewall_settings',
  'secure_connect_gateway',
  'sec_policy',
  'sec_policy_pending',
]);

/** Whether an event is about draft or provisioned policy. */
export const isPolicyEvent = ({ type }: Pick<PceEvent, 'type'>): boolean =>
  POLICY.has(type.slice(0, type.indexOf('.')));

/** True for the event of a provisioning or a restore of an older version. */
export const isProvisioning = ({ type }: Pick<PceEvent, 'type'>): boolean =>
  type === 'sec_policy.create' || type === 'sec_policy.restore';

/**
 * Changes of policy objects, oldest first, each with what became of it. A provisioning that names the objects it took over settles
 * those; one that names none settles all drafts before it (facts §2.3 sec_policy.create). Failed attempts change nothing.
 * @param events policy events, oldest first
 */
export const policyChanges = (events: readonly PceEvent[], estate: Estate): readonly PolicyChange[] => {
  const done = events.filter(({ status }) => status !== 'failure');
  const settling = done.filter(
    (event) => isProvisioning(event) || event.type === 'sec_policy_pending.delete',
  );
  return done
    .filter((event) => !settling.includes(event))
    .flatMap((event) =>
      changedIn(event, estate).map((changed) => ({ event, changed, fate: fateOf(event, changed, settling) })),
    );
};

const fateOf = (event: PceEvent, { href }: Changed, settling: readonly PceEvent[]): Fate => {
  for (const later of settling) {
    if (later.at < event.at || later === event) continue;
    if (later.type === 'sec_policy_pending.delete') return { kind: 'reverted', event: later };
    const objects = provisionedIn(later);
    if (objects.length === 0 || (href !== undefined && objects.some((object) => isPartOf(href, object))))
      return { kind: 'provisioned', version: versionOf(later), event: later };
  }
  return { kind: 'draft' };
};

/** Draft and active hrefs differ only in that segment (facts §9), and a rule is part of its rule set. */
const isPartOf = (href: string, object: string): boolean => {
  const [own, whole] = [bare(href), bare(object)];
  return own === whole || own.startsWith(`${whole}/`);
};

const bare = (href: string): string => href.replace(/\/sec_policy\/[^/]+\//, '/');

/** Hrefs of the objects a provisioning took over; [] when its event names none. */
export const provisionedIn = ({ resources }: PceEvent): string[] =>
  resources.flatMap(({ resource }) =>
    Object.values(dict(dict(resource['sec_policy'])['modified_objects'])).flatMap((kind) =>
      Object.keys(dict(kind)),
    ),
  );

/** The version a provisioning made. */
export const versionOf = ({ resources }: PceEvent): number | undefined => {
  const [first] = resources;
  return number(first?.resource['sec_policy']?.['version'] ?? first?.changes['version']?.['after']);
};

/** What the person who provisioned wrote. */
export const commitMessageOf = ({ resources }: PceEvent): string | undefined => {
  const [first] = resources;
  return text(
    first?.resource['sec_policy']?.['commit_message'] ?? first?.changes['commit_message']?.['after'],
  );
};
