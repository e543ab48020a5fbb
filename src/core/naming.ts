import type { Policy, PolicyRule, Side } from './policy.ts';

/** The rules that name one label, by what they do to hosts that carry it; names of rule sets, each once. */
export interface Naming {
  /** Override-deny rules with the label as destination (provider) and as source (consumer): what isolates (definitions §7.0). */
  readonly deniedIn: readonly string[];
  readonly deniedOut: readonly string[];
  /** Every rule that names it, on either side or in its scope. */
  readonly all: readonly PolicyRule[];
}

/** Which active rules name a label, directly or by a label group. A label that is excluded is not named. */
export const namingOf = (policy: Policy, href: string): Naming => {
  const on = (side: Side): boolean => side.labels?.all.some((any) => any.includes(href)) ?? false;
  const inScope = ({ scopes }: PolicyRule): boolean =>
    scopes.some(({ all }) => all.some((any) => any.includes(href)));
  const overriding = policy.rules.filter(({ kind }) => kind === 'override-deny');
  const names = (rules: readonly PolicyRule[]): string[] => [...new Set(rules.map(({ name }) => name))];
  return {
    deniedIn: names(overriding.filter(({ providers }) => on(providers))),
    deniedOut: names(overriding.filter(({ consumers }) => on(consumers))),
    all: policy.rules.filter((rule) => on(rule.providers) || on(rule.consumers) || inScope(rule)),
  };
};
