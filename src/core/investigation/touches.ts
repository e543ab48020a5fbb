import type { PceEvent } from '../event.ts';
import { dict, list, text } from '../foreign.ts';
import { labelEvents } from '../label-events.ts';
import { carries } from '../meant.ts';
import { asActive, type LabelTest, type Policy } from '../policy.ts';
import { isPolicyEvent, isProvisioning, provisionedIn } from '../policy-changes.ts';
import { affectedHosts } from '../subject.ts';
import type { Estate, Workload } from '../workload.ts';

/** How an event touches a host. */
export interface Touch {
  readonly host: string;
  readonly kind: 'event' | 'labels' | 'policy';
  /** Why it is here although it does not name the host; '' when it names it. */
  readonly why: string;
}

/**
 * Which of the hosts an event touches: those it names, those that carry a label, or get one by a group or profile, that it changes,
 * and those in the scope of the policy it drafts or provisions. A scope that cannot be read may be any: it is kept, and says so.
 */
export const touchesOf = (
  hosts: readonly Workload[],
  policy: Policy | undefined,
  estate: Estate,
): ((event: PceEvent) => readonly Touch[]) => {
  const scopes = scopesByRuleSet(policy);
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

type Scopes = ReadonlyMap<string, { readonly scopes: readonly LabelTest[]; readonly unread: boolean }>;

const scopesByRuleSet = (policy: Policy | undefined): Scopes =>
  new Map(
    (policy?.rules ?? []).flatMap(({ href, scopes, scopeUnread }) => {
      const set = ruleSetOf(href);
      return set === undefined ? [] : [[set, { scopes, unread: scopeUnread }] as const];
    }),
  );

/** The rule set an href is, or is part of, without its version. */
const ruleSetOf = (href: string): string | undefined => /^.*\/rule_sets\/[^/]+/.exec(asActive(href))?.[0];

const byScope = (event: PceEvent, hosts: readonly Workload[], scopes: Scopes): readonly Touch[] => {
  const objects = isProvisioning(event)
    ? provisionedIn(event)
    : event.resources.flatMap(({ resource }) =>
        Object.values(resource).flatMap((one) => text(one['href']) ?? []),
      );
  const judged = objects.map((href) => coverage(href, event, scopes));
  if (judged.length === 0) judged.push(undefined);
  return hosts.flatMap(({ href, labels }): Touch[] => {
    const own = new Set(labels.map((label) => label.href));
    if (judged.some((covers) => covers?.(own) === true))
      return [{ host: href, kind: 'policy', why: 'its labels are in the scope' }];
    return judged.includes(undefined)
      ? [{ host: href, kind: 'policy', why: 'its scope is not known here' }]
      : [];
  });
};

/** Whether the scope of a policy object holds labels; undefined when the object has no scope that is known. */
const coverage = (
  href: string,
  event: PceEvent,
  scopes: Scopes,
): ((labels: ReadonlySet<string>) => boolean) | undefined => {
  const told = scopeTold(href, event);
  if (told !== undefined) return (labels) => told.some((scope) => scope.every((label) => labels.has(label)));
  const known = scopes.get(ruleSetOf(href) ?? '');
  if (known === undefined || known.unread) return undefined;
  return (labels) => known.scopes.length === 0 || known.scopes.some((test) => carries(test, labels));
};

/** The scope a rule set's own event tells: label hrefs, AND within, OR between; groups and exclusions make it unknown (facts §9). */
const scopeTold = (href: string, { resources }: PceEvent): readonly (readonly string[])[] | undefined => {
  const ruleSet = resources.map(({ resource }) => resource['rule_set']).find((one) => one?.['href'] === href);
  if (ruleSet === undefined || !Array.isArray(ruleSet['scopes'])) return undefined;
  const scopes: string[][] = [];
  for (const scope of list(ruleSet['scopes'])) {
    const entries = list(scope).map(dict);
    if (entries.some((entry) => entry['exclusion'] === true || 'label_group' in entry)) return undefined;
    // An "All …" entry has a null href and says nothing.
    scopes.push(entries.flatMap((entry) => text(dict(entry['label'])['href']) ?? []));
  }
  return scopes;
};
