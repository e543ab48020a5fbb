import type { Label } from '../label.ts';
import { inScope, isMeant } from '../meant.ts';
import type { PolicyRule } from '../policy.ts';
import type { Estate } from '../workload.ts';

/** Managed hosts that carry the same labels: to policy they are alike, so one is judged for all. */
interface Kin {
  readonly labels: readonly Label[];
  readonly hrefs: ReadonlySet<string>;
  readonly hosts: readonly string[];
}

/** The managed hosts of an estate, as rules see them. */
export interface Population {
  readonly kin: readonly Kin[];
  readonly managed: number;
}

/** One end of a rule. */
export interface End {
  readonly rule: PolicyRule;
  readonly side: 'providers' | 'consumers';
}

/** Hosts that some rules concern. */
export interface Concerned {
  readonly hosts: number;
  /** Label sets of them, each with how many carry it. */
  readonly kinds: readonly { readonly labels: readonly Label[]; readonly hosts: number }[];
}

/** Groups the managed hosts by their labels: thousands of hosts are a few hundred kinds. */
export const populationOf = (estate: Estate): Population => {
  const kin = new Map<string, { labels: readonly Label[]; hosts: string[] }>();
  for (const { managed, labels, href } of estate.workloads()) {
    if (!managed) continue;
    // In the order they come: a set that comes in two orders is two kinds, which changes no count.
    let key = '';
    for (const label of labels) key += `${label.href} `;
    const known = kin.get(key);
    if (known === undefined) kin.set(key, { labels, hosts: [href] });
    else known.hosts.push(href);
  }
  return {
    managed: estate.managed,
    kin: [...kin.values()].map((one) => ({ ...one, hrefs: new Set(one.labels.map(({ href }) => href)) })),
  };
};

/** What hosts have in common that carry the same labels. */
export const kinKey = (labels: readonly Label[]): string =>
  labels
    .map(({ href }) => href)
    .sort()
    .join();

/** The hosts that any of these ends means, each once. */
export const concernedBy = (ends: readonly End[], { kin }: Population): Concerned => {
  const named = new Set(ends.flatMap(({ rule, side }) => rule[side].workloads));
  const kinds = kin.flatMap(({ labels, hrefs, hosts }) => {
    const all = ends.some((end) => means(end, NOBODY, hrefs));
    const some = all
      ? hosts
      : hosts.filter((href) => named.has(href) && ends.some((end) => means(end, href, hrefs)));
    return some.length === 0 ? [] : [{ labels, hosts: some.length }];
  });
  return { kinds, hosts: kinds.reduce((sum, { hosts }) => sum + hosts, 0) };
};

/** Whether the end is held to the scope of its rule set: consumers may be let out of it (facts §9 `unscoped_consumers`). */
export const isScoped = ({ rule, side }: End): boolean => side === 'providers' || !rule.unscopedConsumers;

/** An href no rule names: what is left is judged by labels alone. */
const NOBODY = '';

const means = (end: End, href: string, labels: ReadonlySet<string>): boolean =>
  isMeant(end.rule[end.side], href, labels) && (!isScoped(end) || inScope(end.rule, labels));
