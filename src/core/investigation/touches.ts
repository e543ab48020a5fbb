import type { PceEvent } from '../event.ts';
import { type Dict, dict, list, text } from '../foreign.ts';
import { labelEvents } from '../label-events.ts';
import { inScope } from '../meant.ts';
import { asActive, type Policy } from '../policy.ts';
import { isPolicyEvent, isProvisioning, provisionedIn } from '../policy-changes.ts';
import { affectedHosts } from '../subject.ts';
import type { Estate, Workload } from '../workload.ts';

/** How an event touches a host. */
export interface Touch {
  readonly host: string;
  readonly kind: 'event' | 'labels' | 'draft' | 'provisioned';
  /** Why it is here although it does not name the host; '' when it names it. */
  readonly why: string;
}

/**
 * Which of the hosts an event touches: those it names, those that carry a label, or get one by a group or profile, that it changes,
 * and those in the scope of the policy it drafts or provisions. A scope that cannot be read may be any: it is kept, and says so.
 * @param told events that may tell scopes of rule sets: those of drafts, and of sets without a rule, stand in no provisioned policy
 */
export const touchesOf = (
  hosts: readonly Workload[],
  policy: Policy | undefined,
  estate: Estate,
  told: readonly PceEvent[] = [],
): ((event: PceEvent) => readonly Touch[]) => {
  const scopes = new Map([...scopesByRuleSet(policy), ...scopesTold(told)]);
  const named = new Set(hosts.map(({ href }) => href));
  return (event) => {
    if (isPolicyEvent(event)) return byScope(event, hosts, scopes);
    const changes = labelEvents(event, estate);
    const relabelled = new Set(
      changes.flatMap(({ of, subject }) => (of === 'carrier' || subject.href === null ? [] : [subject.href])),
    );
    const own = affectedHosts(event, estate).flatMap(({ subject, workload }): Touch[] => {
      const host = workload?.href ?? subject.href ?? '';
      return named.has(host) ? [{ host, kind: relabelled.has(host) ? 'labels' : 'event', why: '' }] : [];
    });
    const carried = changes
      .filter(({ of }) => of === 'carrier')
      .flatMap(({ delta, subject }) => {
        const hrefs = new Set([...delta.added, ...delta.removed].map(({ href }) => href));
        return hosts
          .filter(({ labels }) => labels.some(({ href }) => hrefs.has(href)))
          .map(({ href }): Touch => ({ host: href, kind: 'labels', why: `it carries ${subject.name}` }));
      });
    return [...own, ...carried];
  };
};

/** Whether labels are in a scope; undefined = it cannot be read. */
type Scope = ((labels: ReadonlySet<string>) => boolean) | undefined;
type Scopes = ReadonlyMap<string, Scope>;

const scopesByRuleSet = (policy: Policy | undefined): Scopes =>
  new Map(
    (policy?.rules ?? []).flatMap((rule) => {
      const set = ruleSetOf(rule.href);
      return set === undefined
        ? []
        : [
            [
              set,
              rule.scopeUnread ? undefined : (labels: ReadonlySet<string>) => inScope(rule, labels),
            ] as const,
          ];
    }),
  );

/** What events of rule sets tell of their scopes, the newest last. */
const scopesTold = (events: readonly PceEvent[]): Scopes =>
  new Map(
    events.flatMap(({ resources }) =>
      resources.flatMap(({ resource }) => {
        const set = ruleSetOf(text(resource['rule_set']?.['href']) ?? '');
        const scope = scopeTold(resource['rule_set'] ?? {});
        return set === undefined || scope === undefined ? [] : [[set, scope] as const];
      }),
    ),
  );

/** The rule set an href is, or is part of, without its version. */
const ruleSetOf = (href: string): string | undefined => /^.*\/rule_sets\/[^/]+/.exec(asActive(href))?.[0];

const byScope = (event: PceEvent, hosts: readonly Workload[], scopes: Scopes): readonly Touch[] => {
  const kind = isProvisioning(event) ? 'provisioned' : 'draft';
  const objects = isProvisioning(event)
    ? provisionedIn(event)
    : event.resources.flatMap(({ resource }) =>
        Object.values(resource).flatMap((one) => text(one['href']) ?? []),
      );
  const own = scopesTold([event]);
  const judged = objects.map((href): Scope => {
    const set = ruleSetOf(href) ?? '';
    return own.get(set) ?? scopes.get(set);
  });
  if (judged.length === 0) judged.push(undefined);
  return hosts.flatMap(({ href: host, labels }): Touch[] => {
    const carried = new Set(labels.map(({ href }) => href));
    if (judged.some((holds) => holds?.(carried) === true))
      return [{ host, kind, why: 'its labels are in the scope' }];
    return judged.includes(undefined) ? [{ host, kind, why: 'its scope is not known here' }] : [];
  });
};

/** The scope a rule set's own event tells: AND within, OR between; groups and exclusions make it unknown (facts §9). */
const scopeTold = (ruleSet: Dict): Scope => {
  if (!Array.isArray(ruleSet['scopes'])) return undefined;
  const scopes: string[][] = [];
  for (const scope of list(ruleSet['scopes'])) {
    const entries = list(scope).map(dict);
    if (entries.some((entry) => entry['exclusion'] === true || 'label_group' in entry)) return undefined;
    // An "All …" entry has a null href and says nothing.
    scopes.push(entries.flatMap((entry) => text(dict(entry['label'])['href']) ?? []));
  }
  return (labels) => scopes.some((scope) => scope.every((href) => labels.has(href)));
};
