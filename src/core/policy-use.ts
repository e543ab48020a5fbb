import { carries, inScope } from './meant.ts';
import type { Policy, PolicyRule, Side } from './policy.ts';
import type { Workload } from './workload.ts';

/**
 * Whether a rule names the host, by itself or by its labels within the rule's scope. "All workloads" names nobody: it would make
 * every machine one that policy uses.
 */
export const usedIn = ({ rules }: Policy): ((host: Workload) => boolean) => {
  const byHref = new Set(
    rules.flatMap(({ providers, consumers }) => [...providers.workloads, ...consumers.workloads]),
  );
  const byLabel = rules.filter(
    ({ providers, consumers }) => namesLabels(providers) || namesLabels(consumers),
  );
  return ({ href, labels }) =>
    byHref.has(href) ||
    (labels.length > 0 && byLabel.some((rule) => namesAny(rule, new Set(labels.map((one) => one.href)))));
};

const namesLabels = ({ labels }: Side): boolean => labels !== undefined && labels.all.length > 0;

const namesAny = (rule: PolicyRule, labels: ReadonlySet<string>): boolean =>
  meant(rule.providers, labels, inScope(rule, labels)) ||
  meant(rule.consumers, labels, rule.unscopedConsumers || inScope(rule, labels));

const meant = ({ labels: test }: Side, labels: ReadonlySet<string>, within: boolean): boolean =>
  within && test !== undefined && test.all.length > 0 && carries(test, labels);
