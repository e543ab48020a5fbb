import type { ResourceChange } from '../event.ts';
import { type Dict, dict, list, text } from '../foreign.ts';
import { serviceEntry, servicesText } from '../service-ranges.ts';
import { listed } from '../text.ts';

/**
 * What an event says by itself that became wider: a scope with an "All …" entry, which has a null href (facts §2.3), all workloads on a
 * side, any service, something switched on. What it names by href alone says nothing here.
 */
export const eventWords = (
  type: string,
  { changes, changeType }: ResourceChange,
  resource: Dict,
): readonly string[] => {
  const created = changeType === 'create';
  const on = changes['enabled']?.['after'] === true && changes['enabled']?.['before'] !== true;
  return [
    ...scopeWords(changes['scopes'], resource['scopes'], created || on),
    ...(type === 'deny_rule' || type === 'enforcement_boundary' ? [] : sideWords(changes)),
    ...(changes['unscoped_consumers']?.['after'] === true ? ['sources may be of any scope'] : []),
    ...(on && !created
      ? [`the ${type === 'sec_rule' ? 'rule' : type.replaceAll('_', ' ')} was switched on`]
      : []),
  ];
};

/** @param current the scopes it has; they count when it is new or was switched on, else what changed does */
const scopeWords = (change: Dict | undefined, current: unknown, counts: boolean): string[] => {
  const after = change?.['after'] ?? change?.['created'] ?? (counts ? current : undefined);
  if (after === undefined || !(list(after).length === 0 || list(after).some(isWide))) return [];
  const before = list(change?.['before'] ?? change?.['deleted']);
  const [old, now] = [scopesText(before), scopesText(list(after))];
  if (before.length === 0) return [`its scope is ${now}`];
  return old === now ? [] : [`scope ${old} → ${now}`];
};

const scopesText = (scopes: readonly unknown[]): string => listed(scopes.map(scopeText), 3) || 'everything';

/** An entry for "All …" has a null href; a scope without entries is everything. */
const isWide = (scope: unknown): boolean =>
  list(scope).length === 0 || list(scope).some((entry) => isAll(dict(entry)));

const isAll = (entry: Dict): boolean => {
  const named = dict(entry['label'] ?? entry['label_group'] ?? entry);
  return text(named['href']) === undefined;
};

const scopeText = (scope: unknown): string => {
  const entries = list(scope).map(dict);
  if (entries.every(isAll)) return 'everything';
  const words = entries.flatMap((entry): string[] => {
    const named = dict(entry['label'] ?? entry['label_group'] ?? entry);
    const key = text(named['key']);
    if (!isAll(entry)) return [`${key ?? 'label'}=${text(named['value']) ?? text(named['name']) ?? '?'}`];
    return key === undefined ? [] : [`every ${key}`];
  });
  return words.length === entries.length ? words.join(' ') : `${words.join(' ')} (every other label)`;
};

const sideWords = (changes: ResourceChange['changes']): string[] => [
  ...(['consumers', 'destinations', 'providers', 'sources'] as const).flatMap((side) =>
    put(changes[side]).some(({ actors }) => actors === 'ams')
      ? [`all workloads as ${side === 'consumers' || side === 'sources' ? 'sources' : 'destinations'}`]
      : [],
  ),
  ...put(changes['ingress_services'])
    .filter((service) => text(service['href']) === undefined)
    .map((service) => `${servicesText(serviceEntry(service).ranges)} added`),
];

const put = (change: Dict | undefined): Dict[] =>
  [...list(change?.['created']), ...list(change?.['after'])].map(dict);
