import type { Dict } from '../foreign.ts';
import { list, text } from '../foreign.ts';
import type { Label } from '../label.ts';
import { asActive, isThere, type PolicyRows, parseRules, type WrittenRule } from '../policy.ts';

/** What of the policy is to be held against what: one object in two versions of it. */
export interface PolicyQuestion {
  /** Of the object, in any version. */
  readonly href: string;
  /** Version numbers; absent = the active policy before, the draft after. */
  readonly versions?: { readonly before: number; readonly after: number };
}

/** How an object differs between two versions, in the rules that it makes. */
export interface PolicyChange {
  /** What people call it. */
  readonly name: string;
  readonly kind: ObjectKind;
  /** True when it is what rules refer to, and not a holder of rules. */
  readonly referred: boolean;
  /** True while a draft of it waits to be provisioned or reverted. */
  readonly pending: boolean;
  /** The rules that are not the same before and after: its own, or those of the whole policy that refer to it. */
  readonly before: readonly WrittenRule[];
  readonly after: readonly WrittenRule[];
}

/** The objects of a policy that can make it broader, by their collection (facts §9). */
export const OBJECT_KINDS = {
  rule_sets: 'rule set',
  enforcement_boundaries: 'enforcement boundary',
  ip_lists: 'IP list',
  services: 'service',
  label_groups: 'label group',
} as const;
export type Collection = keyof typeof OBJECT_KINDS;
export type ObjectKind = (typeof OBJECT_KINDS)[Collection];

/** An object of the policy. */
export interface PolicyObject {
  /** In the active policy. */
  readonly href: string;
  readonly collection: Collection;
  /** True for what holds rules of its own; all else is what rules refer to. */
  readonly alone: boolean;
}

/** Which object an href of the policy means, that of a rule its rule set: undefined for what is none of these. */
export const objectOf = (href: string): PolicyObject | undefined => {
  const [, object, name] =
    /(\/orgs\/\d+\/sec_policy\/(?:draft|active|\d+)\/([a-z_]+)\/[^/?]+)/.exec(href) ?? [];
  const collection = COLLECTIONS.find((one) => one === name);
  if (object === undefined || collection === undefined) return undefined;
  const alone = collection === 'rule_sets' || collection === 'enforcement_boundaries';
  return { href: asActive(object), collection, alone };
};

const COLLECTIONS = Object.keys(OBJECT_KINDS) as readonly Collection[];

/** What tells two questions apart. */
export const questionKey = ({ href, versions }: PolicyQuestion): string =>
  versions === undefined ? asActive(href) : `${asActive(href)}@${versions.before}-${versions.after}`;

/** The same object in another version. */
export const inVersion = (href: string, version: 'draft' | 'active' | number): string =>
  asActive(href).replace('/sec_policy/active/', `/sec_policy/${version}/`);

/** What was read to answer a question. Undefined = that version has no such object. */
export interface ChangeRows {
  readonly before: Dict | undefined;
  readonly after: Dict | undefined;
  /** What the active policy has; rule sets and boundaries only where the object is one that rules refer to. */
  readonly active: PolicyRows;
  /** What the draft refers to: it may name what the active policy does not have. */
  readonly drafted: Referred;
}

/** Collections that rules refer to by href. */
export type Referred = Pick<PolicyRows, 'services' | 'ipLists' | 'labelGroups'>;

/**
 * Holds the object against itself: everything else stays as it is in the active policy, so that what one person drafted is never put
 * down to another.
 */
export const changeOf = (
  object: PolicyObject,
  rows: ChangeRows,
  label: (href: string) => Label | undefined,
): PolicyChange => {
  const { collection, alone } = object;
  const { before, after, active, drafted } = rows;
  const base: PolicyRows = alone ? { ...active, ruleSets: [], boundaries: [] } : active;
  const known: PolicyRows = {
    ...base,
    services: added(base.services, drafted.services),
    ipLists: added(base.ipLists, drafted.ipLists),
    labelGroups: added(base.labelGroups, drafted.labelGroups),
  };
  const was = parseRules(replaced(base, collection, object.href, before), label);
  const is = parseRules(replaced(known, collection, object.href, after), label);
  const [one, other] = differing(was, is);
  return {
    name: text(after?.['name']) ?? text(before?.['name']) ?? 'an object without name',
    kind: OBJECT_KINDS[collection],
    referred: !alone,
    pending: after !== undefined && [after, ...rulesIn(after)].some(({ update_type: type }) => type != null),
    before: one,
    after: other,
  };
};

const rulesIn = (row: Dict): Dict[] => [...list(row['rules']), ...list(row['deny_rules'])] as Dict[];

const ROWS = {
  rule_sets: 'ruleSets',
  enforcement_boundaries: 'boundaries',
  ip_lists: 'ipLists',
  services: 'services',
  label_groups: 'labelGroups',
} as const satisfies Record<Collection, keyof PolicyRows>;

const hrefOf = (row: Dict): string => asActive(text(row['href']) ?? '');

const replaced = (
  rows: PolicyRows,
  collection: Collection,
  href: string,
  by: Dict | undefined,
): PolicyRows => {
  const name = ROWS[collection];
  const others = rows[name].filter((row) => hrefOf(row) !== href);
  return { ...rows, [name]: by === undefined || !isThere(by) ? others : [...others, by] };
};

/** What only the draft has, beside what both have. */
const added = (active: readonly Dict[], drafted: readonly Dict[]): readonly Dict[] => {
  const known = new Set(active.map(hrefOf));
  return [...active, ...drafted.filter((row) => !known.has(hrefOf(row)))];
};

type Rules = readonly WrittenRule[];

const differing = (before: Rules, after: Rules): readonly [Rules, Rules] => {
  const [was, is] = [saying(before), saying(after)];
  const changed = (rule: WrittenRule): boolean => was.get(rule.href) !== is.get(rule.href);
  return [before.filter(changed), after.filter(changed)];
};

/** All that rules say, as texts to compare; addresses are whole numbers too large for JSON. */
const saying = (rules: Rules): ReadonlyMap<string, string> =>
  new Map(
    rules.map((rule) => [
      rule.href,
      JSON.stringify(rule, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    ]),
  );
