import type { Label } from './label.ts';
import type { Policy, PolicyRule, Side } from './policy.ts';

/** A rule of the active policy that names a label: by href, what people call it, and all it says as one text to compare. */
export interface NamingRule {
  readonly href: string;
  readonly name: string;
  readonly says: string;
}

/** The rules that name one of the labels on either side or in their scope; groups count as the labels they hold. */
export const rulesNaming = (policy: Policy, labels: readonly Label[]): NamingRule[] => {
  const hrefs = new Set(labels.map(({ href }) => href));
  return policy.rules.filter((rule) => labelsOf(rule).some((href) => hrefs.has(href))).map(sayingOf);
};

const labelsOf = ({ scopes, providers, consumers }: PolicyRule): string[] =>
  [...scopes, ...[providers, consumers].flatMap((side) => side.labels ?? [])].flatMap(({ all, except }) => [
    ...all.flat(),
    ...except,
  ]);

const sayingOf = (rule: PolicyRule): NamingRule => {
  const { href, name, kind, scopes, unscopedConsumers, services, providers, consumers } = rule;
  return {
    href,
    name,
    says: JSON.stringify([
      kind,
      scopes,
      unscopedConsumers,
      services,
      sideSays(providers),
      sideSays(consumers),
    ]),
  };
};

const sideSays = ({ lists, ...side }: Side): unknown => ({ ...side, lists: lists.map(({ href }) => href) });

/** What rules said at one look, by href: [name, what it says]. Plain JSON, kept in a rule's memory. */
export type NamingBook = Readonly<Record<string, readonly [string, string]>>;

export const namingBook = (rules: readonly NamingRule[]): Record<string, [string, string]> =>
  Object.fromEntries(rules.map(({ href, name, says }) => [href, [name, says]]));

/** How rules differ from one look to the next, for people: "one added to Quarantine", "one changed in …", "one removed from …". */
export const changedRules = (before: NamingBook, after: NamingBook): string[] => [
  ...Object.entries(before).flatMap(([href, [name, says]]) => {
    const now = after[href];
    if (now === undefined) return [`one removed from ${name}`];
    return now[1] === says ? [] : [`one changed in ${now[0]}`];
  }),
  ...Object.entries(after).flatMap(([href, [name]]) =>
    before[href] === undefined ? [`one added to ${name}`] : [],
  ),
];
