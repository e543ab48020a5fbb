import { type Dict, dict, list, text } from './foreign.ts';
import { type IpList, parseIpList } from './ip-list.ts';
import type { Label } from './label.ts';
import { type Ranges, union } from './ranges.ts';
import { EVERY_SERVICE, type ServiceEntry, serviceEntries, serviceEntry } from './service-ranges.ts';

/** Labels a workload must carry: one of each key's, and none of `except`. Groups are expanded to their labels. */
export interface LabelTest {
  /** Label hrefs by key: any of one key, all keys. */
  readonly all: readonly (readonly string[])[];
  readonly except: readonly string[];
}

/** One side of a rule: who is meant by any of its parts. */
export interface Side {
  /** The actor "ams": every workload (within the scope, where the side is scoped), but those of `labels.except`. */
  readonly everyWorkload: boolean;
  /** undefined when the side names no label. */
  readonly labels: LabelTest | undefined;
  readonly workloads: readonly string[];
  readonly lists: readonly IpList[];
  /** What stands in it that the bot cannot judge: virtual services, labels and lists it does not find. */
  readonly unread: readonly string[];
}

/** Precedence (facts §9): override-deny before allow before deny. A boundary is a deny without a rule set. */
export type RuleKind = 'allow' | 'deny' | 'override-deny';

/** A rule of the policy. Illumio's word: providers offer, consumers connect. */
export interface PolicyRule {
  /** As it is in the active policy, whichever version was read. */
  readonly href: string;
  readonly kind: RuleKind;
  /** The name of its rule set or boundary: what people look for in the console. */
  readonly name: string;
  /** Any of them; empty = everything. */
  readonly scopes: readonly LabelTest[];
  /** True when a scope could not be read: it may hold for more or fewer hosts. */
  readonly scopeUnread: boolean;
  readonly providers: Side;
  readonly consumers: Side;
  /** Consumers need not be in the scope. */
  readonly unscopedConsumers: boolean;
  /** What an allow rule lets pass at most, and what a deny rule stops at least. */
  readonly services: Ranges;
}

/** A rule as it is written, whether or not it is in force. */
export interface WrittenRule extends PolicyRule {
  /** False where it, or the rule set it stands in, is switched off. */
  readonly on: boolean;
}

/** The provisioned policy, ready to be judged. */
export interface Policy {
  readonly rules: readonly PolicyRule[];
}

/** The rows of the collections of one version (facts §9), label groups and objects that rules name by href included. */
export interface PolicyRows {
  readonly ruleSets: readonly Dict[];
  readonly boundaries: readonly Dict[];
  readonly services: readonly Dict[];
  readonly ipLists: readonly Dict[];
  readonly labelGroups: readonly Dict[];
}

/** Reads the active policy. Rules and rule sets that are switched off are left out; odd parts become `unread`, never absent. */
export const parsePolicy = (rows: PolicyRows, label: (href: string) => Label | undefined): Policy => ({
  rules: parseRules(rows, label).filter(({ on }) => on),
});

/** Reads every rule of one version of the policy, those that are switched off too; what is deleted in a draft is no longer there. */
export const parseRules = (
  rows: PolicyRows,
  label: (href: string) => Label | undefined,
): readonly WrittenRule[] => {
  const book = bookOf(rows, label);
  return [
    ...rows.ruleSets.filter(isThere).flatMap((set) => rulesOfSet(set, book)),
    ...rows.boundaries.filter(isThere).map((row) => ruleOf(row, 'deny', row, book)),
  ];
};

/** The versions of one object differ only in that segment of their hrefs (facts §9), and a rule may name any. */
export const asActive = (href: string): string =>
  href.replace(/\/sec_policy\/(?:draft|\d+)\//, '/sec_policy/active/');

const activeHref = (value: unknown): string => asActive(text(dict(value)['href']) ?? '');

const isOn = (object: Dict): boolean => object['enabled'] !== false;

/** A draft keeps what is to be deleted, marked so, until it is provisioned (facts §9 `update_type`). */
export const isThere = (object: Dict): boolean =>
  object['update_type'] !== 'delete' && text(object['deleted_at']) === undefined;

/** What rules refer to by href. */
interface Book {
  /** The key of a label or group, and the hrefs of its labels; undefined when it is not known. */
  labels(href: string): { readonly key: string; readonly hrefs: readonly string[] } | undefined;
  ipList(href: string): IpList | undefined;
  service(href: string): readonly ServiceEntry[] | undefined;
}

const bookOf = (rows: PolicyRows, label: (href: string) => Label | undefined): Book => {
  const byHref = (all: readonly Dict[]): ReadonlyMap<string, Dict> =>
    new Map(all.map((row) => [activeHref(row), row]));
  const groups = byHref(rows.labelGroups);
  const services = byHref(rows.services);
  const lists = new Map(rows.ipLists.flatMap((row) => pair(activeHref(row), parseIpList(row))));
  const members = (href: string, above: ReadonlySet<string>): readonly string[] => {
    const group = groups.get(href);
    // A group that holds itself adds nothing the second time.
    if (group === undefined || above.has(href)) return [];
    const deeper = new Set([...above, href]);
    return [
      ...list(group['labels']).flatMap((one) => text(dict(one)['href']) ?? []),
      ...list(group['sub_groups']).flatMap((one) => members(activeHref(one), deeper)),
    ];
  };
  return {
    labels: (href) => {
      const group = groups.get(href);
      const key = group === undefined ? label(href)?.key : text(group['key']);
      if (key === undefined) return undefined;
      return { key, hrefs: group === undefined ? [href] : members(href, new Set()) };
    },
    ipList: (href) => lists.get(href),
    service: (href) => {
      const row = services.get(href);
      return row === undefined ? undefined : serviceEntries(row);
    },
  };
};

const pair = <K, V>(key: K, value: V | undefined): readonly (readonly [K, V])[] =>
  value === undefined ? [] : [[key, value]];

const rulesOfSet = (set: Dict, book: Book): readonly WrittenRule[] => [
  ...rulesIn(set, 'rules').map((rule) => ruleOf(rule, 'allow', set, book)),
  ...rulesIn(set, 'deny_rules').map((rule) =>
    ruleOf(rule, rule['override'] === true ? 'override-deny' : 'deny', set, book),
  ),
];

const rulesIn = (set: Dict, name: string): readonly Dict[] => list(set[name]).map(dict).filter(isThere);

const ruleOf = (rule: Dict, kind: RuleKind, set: Dict, book: Book): WrittenRule => {
  const scopes = list(set['scopes']).map((scope) => labelTest(list(scope).map(dict), book));
  const services = list(rule['ingress_services']).map(dict);
  const entries = services.flatMap((service) => entriesOf(service, book, kind));
  return {
    href: activeHref(rule),
    kind,
    on: isOn(set) && isOn(rule),
    name: text(set['name']) ?? text(rule['name']) ?? 'a rule set without name',
    scopes: scopes.map(({ test }) => test),
    scopeUnread: scopes.some(({ unread }) => unread.length > 0),
    ...sidesOf(rule, book),
    unscopedConsumers: rule['unscoped_consumers'] === true,
    services:
      services.length === 0
        ? EVERY_SERVICE
        : // What names one process or ICMP type lets through no more than its ports, and stops less than them.
          union(entries.filter(({ narrower }) => kind === 'allow' || !narrower).map((one) => one.ranges)),
  };
};

/** A service that is not found may be any for what it allows, and none for what it denies. */
const entriesOf = (service: Dict, book: Book, kind: RuleKind): readonly ServiceEntry[] => {
  if (text(service['href']) === undefined) return [serviceEntry(service)];
  const known = book.service(activeHref(service));
  if (known !== undefined) return known;
  return kind === 'allow' ? [{ ranges: EVERY_SERVICE, narrower: false }] : [];
};

/**
 * Providers and consumers under each of their names. `destinations` beside `providers` means consumers, as one guide prints it,
 * and `sources` beside `consumers` providers; alone they mean what the console calls so (facts §0, UNCERTAIN: live PCEs send
 * providers and consumers).
 */
const sidesOf = (rule: Dict, book: Book): Pick<PolicyRule, 'providers' | 'consumers'> => {
  const { providers, consumers, sources, destinations } = rule;
  const offers = providers ?? (consumers === undefined ? destinations : sources);
  const connects = consumers ?? (providers === undefined ? sources : destinations);
  return { providers: sideOf(offers, book), consumers: sideOf(connects, book) };
};

const sideOf = (actors: unknown, book: Book): Side => {
  const rows = list(actors).map(dict);
  const named = rows.filter((row) => 'label' in row || 'label_group' in row);
  const { test, unread } = labelTest(named, book);
  const lists = rows.flatMap((row) => ('ip_list' in row ? [activeHref(row['ip_list'])] : []));
  const found = lists.flatMap((href) => book.ipList(href) ?? []);
  // "All but these" without saying all: what the console writes for "all labels except".
  const onlyExcept = test.all.length === 0 && test.except.length > 0;
  return {
    everyWorkload: rows.some(({ actors: all }) => all === 'ams') || onlyExcept,
    labels: named.length === 0 ? undefined : test,
    workloads: rows.flatMap((row) => text(dict(row['workload'])['href']) ?? []),
    lists: found,
    unread: [
      ...unread,
      ...(found.length < lists.length ? ['an IP list'] : []),
      ...rows.flatMap((row) =>
        Object.keys(row)
          .filter((key) => !READ.has(key))
          .map((key) => key.replaceAll('_', ' ')),
      ),
    ],
  };
};

const READ: ReadonlySet<string> = new Set([
  'actors',
  'label',
  'label_group',
  'workload',
  'ip_list',
  'exclusion',
]);

/** Within a key any, across keys all; what is excluded counts against (facts §9). An "All …" entry has a null href and says nothing. */
const labelTest = (
  rows: readonly Dict[],
  book: Book,
): { readonly test: LabelTest; readonly unread: readonly string[] } => {
  const byKey = new Map<string, string[]>();
  const except: string[] = [];
  const unread: string[] = [];
  for (const row of rows) {
    const href = activeHref(row['label'] ?? row['label_group']);
    if (href === '') continue;
    const known = book.labels(href);
    if (known === undefined) unread.push('a label');
    else if (row['exclusion'] === true) except.push(...known.hrefs);
    else byKey.set(known.key, [...(byKey.get(known.key) ?? []), ...known.hrefs]);
  }
  return { test: { all: [...byKey.values()], except }, unread };
};
