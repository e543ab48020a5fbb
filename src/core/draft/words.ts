import { hasEverything, type IpList } from '../ip-list.ts';
import type { Label } from '../label.ts';
import type { LabelTest, PolicyRule, Side, WrittenRule } from '../policy.ts';
import { servicesText } from '../service-ranges.ts';
import { sizeOf, spansOf } from '../spans.ts';
import { counted, listed } from '../text.ts';
import type { Estate } from '../workload.ts';
import { isAll, scopesOf } from './within.ts';

/** What names of hrefs are asked of. */
export type Names = Pick<Estate, 'label' | 'workload'>;

/**
 * One rule before and after an edit, for people: `New rule: from all workloads to role=db on every service`, or what of it changed,
 * `sources role=web → all workloads`. The console's words: a source connects to a destination.
 */
export const editWords = (
  before: WrittenRule | undefined,
  after: WrittenRule | undefined,
  names: Names,
): string => {
  const rule = after ?? before;
  if (rule === undefined) return '';
  const kind = KINDS[rule.kind];
  if (before === undefined) return `New ${kind}: ${ruleWords(rule, names)}`;
  if (after === undefined) return `${capital(kind)} removed: ${ruleWords(before, names)}`;
  const switched = before.on === after.on ? undefined : after.on ? 'on' : 'off';
  const parts = partsOf(before, after, names);
  if (switched !== undefined)
    return `${capital(kind)} switched ${switched}: ${ruleWords(after, names)}${parts.length === 0 ? '' : `, with ${parts.join(', ')}`}`;
  return `${capital(kind)} in ${rule.name}: ${parts.join(', ') || 'changed in a way I cannot put in words'}`;
};

const KINDS = { allow: 'rule', deny: 'deny rule', 'override-deny': 'override-deny rule' } as const;

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** `from role=web to role=db on 5432/tcp, within app=shop env=prod` */
const ruleWords = (rule: PolicyRule, names: Names): string => {
  const scopes = scopesOf(rule).some(isAll) ? '' : `, within ${scopesText(rule, names)}`;
  return `from ${sideText(rule.consumers, names)} to ${sideText(rule.providers, names)} on ${servicesText(rule.services)}${scopes}`;
};

const partsOf = (before: PolicyRule, after: PolicyRule, names: Names): string[] => {
  const pairs: readonly (readonly [string, string, string])[] = [
    ['kind', KINDS[before.kind], KINDS[after.kind]],
    ['scope', scopesText(before, names), scopesText(after, names)],
    ['sources', sourcesText(before, names), sourcesText(after, names)],
    ['destinations', sideText(before.providers, names), sideText(after.providers, names)],
    ['services', servicesText(before.services), servicesText(after.services)],
  ];
  return [
    ...pairs.flatMap(([what, old, now]) => (old === now ? [] : [`${what} ${old} → ${now}`])),
    ...contentsWords(before, after),
  ];
};

/** Sources may be let out of the scope of their rule set (facts §9 `unscoped_consumers`). */
const sourcesText = (rule: PolicyRule, names: Names): string =>
  `${sideText(rule.consumers, names)}${rule.unscopedConsumers ? ' of any scope' : ''}`;

const scopesText = (rule: PolicyRule, names: Names): string =>
  listed(
    scopesOf(rule).map((scope) => (isAll(scope) ? 'everything' : testText(scope, names))),
    3,
  );

const sideText = ({ everyWorkload, labels, workloads, lists, unread }: Side, names: Names): string => {
  const hosts = workloads.map((href) => names.workload(href)?.name ?? 'a workload');
  const parts = [
    ...(everyWorkload ? [`all workloads${exceptText(labels, names)}`] : []),
    ...(labels !== undefined && labels.all.length > 0 && !everyWorkload ? [testText(labels, names)] : []),
    ...(hosts.length === 0 ? [] : [listed(hosts, 3)]),
    ...lists.map(listText),
    ...new Set(unread.map((what) => (/^an? /.test(what) ? `${what} I cannot read` : `a ${what}`))),
  ];
  return listed(parts, 4) || 'nobody';
};

const listText = (list: IpList): string => (hasEverything(list) ? `any address (${list.name})` : list.name);

/** Lists that are named before and after, and hold other addresses: `Partners from 256 addresses to 512 addresses`. */
const contentsWords = (before: PolicyRule, after: PolicyRule): string[] => {
  const lists = ({ providers, consumers }: PolicyRule) => [...providers.lists, ...consumers.lists];
  return lists(after).flatMap((now) => {
    const old = lists(before).find(({ name }) => name === now.name);
    const [from, to] = [old === undefined ? undefined : contentText(old), contentText(now)];
    return from === undefined || from === to ? [] : [`${now.name} ${from} → ${to}`];
  });
};

const contentText = (list: IpList): string => {
  const [v4, v6] = [spansOf([list], 32), spansOf([list], 128)];
  return (
    listed([
      ...(v4.length > 0 ? [counted(Number(sizeOf(v4)), 'address', 'addresses')] : []),
      ...(v6.length > 0 ? [counted(v6.length, 'IPv6 range')] : []),
      ...(list.fqdns.length > 0 ? [counted(list.fqdns.length, 'name')] : []),
    ]) || 'no address'
  );
};

const testText = (test: LabelTest, names: Names): string =>
  test.all
    .map((hrefs) => keyText(hrefs, names))
    .sort()
    .join(' ') + exceptText(test, names);

/** `env=dev, stage`: any of these. */
const keyText = (hrefs: readonly string[], names: Names): string => {
  const labels = hrefs.map((href) => names.label(href));
  const key = labels.find((label) => label !== undefined)?.key ?? 'label';
  return `${key}=${listed(
    labels.map((label) => label?.value ?? '?'),
    5,
  )}`;
};

const exceptText = (test: LabelTest | undefined, names: Names): string => {
  const except = (test?.except ?? []).flatMap((href) => names.label(href) ?? []);
  return except.length === 0 ? '' : ` but ${listed(except.map(text), 3)}`;
};

const text = ({ key, value }: Label): string => `${key}=${value}`;
