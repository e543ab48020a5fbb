import type { LabelTest, PolicyRule, Side } from './policy.ts';

/** Meant as a workload: by name, as "every workload", or by labels. */
export const isMeant = (side: Side, href: string, labels: ReadonlySet<string>): boolean =>
  side.workloads.includes(href) ||
  (side.everyWorkload && !(side.labels?.except.some((one) => labels.has(one)) ?? false)) ||
  (side.labels !== undefined && side.labels.all.length > 0 && carries(side.labels, labels));

/** Whether labels are in the scope of a rule: in any of its scopes, everything where it has none. */
export const inScope = ({ scopes }: PolicyRule, labels: ReadonlySet<string>): boolean =>
  scopes.length === 0 || scopes.some((scope) => carries(scope, labels));

/** Whether labels pass a test. */
export const carries = ({ all, except }: LabelTest, labels: ReadonlySet<string>): boolean =>
  all.every((any) => any.some((href) => labels.has(href))) && !except.some((href) => labels.has(href));
