import type { Label } from '../label.ts';
import { mentions } from '../label-query.ts';
import type { LabelTest, PolicyRule, WrittenRule } from '../policy.ts';
import type { RuleContext } from '../rule.ts';
import { portsIn } from '../service-ranges.ts';
import { sizeOf, spansOf } from '../spans.ts';
import type { PolicyChange } from './change.ts';
import { concernedBy, type End, isScoped, type Population } from './population.ts';
import { isAll, isWithin, scopesOf } from './within.ts';
import type { Names } from './words.ts';

/** Why an edit is told (definitions §3 policy-draft-broad, (a) to (f)). */
export const CAUSES = ['reach', 'open', 'services', 'sensitive', 'weakened', 'widened'] as const;
export type Cause = (typeof CAUSES)[number];

/** One rule that an edit made broad, or a guard that it weakened. Undefined = it is not there before, or after. */
export interface Broadening {
  readonly before: WrittenRule | undefined;
  readonly after: WrittenRule | undefined;
  readonly causes: readonly Cause[];
}

/** From where on something is broad (definitions §3). */
export interface Limits {
  /** Hosts, and part of the managed ones: more than both. */
  readonly hosts: number;
  readonly percent: number;
  readonly ports: number;
  readonly addresses: number;
}

/** What an edit is judged with. */
export interface Look extends Names {
  readonly population: Population;
  readonly context: Pick<RuleContext, 'highValue' | 'watches' | 'quarantineKeys' | 'zone'>;
  readonly limits: Limits;
}

/** The parts that are broad now and were not before, and the guards that are less than they were. */
export const broadenings = (change: PolicyChange, look: Look): readonly Broadening[] => {
  const before = byHref(change.before);
  const after = byHref(change.after);
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((href) => {
    const pair = { before: before.get(href), after: after.get(href) };
    const was = pair.before?.on === true ? pair.before : undefined;
    const is = pair.after?.on === true ? pair.after : undefined;
    const causes = CAUSES.filter((cause) => HOLDS[cause](was, is, change.referred, look));
    return causes.length === 0 ? [] : [{ ...pair, causes }];
  });
};

const byHref = (rules: readonly WrittenRule[]): ReadonlyMap<string, WrittenRule> =>
  new Map(rules.map((rule) => [rule.href, rule]));

type Rule = PolicyRule | undefined;

/** Each cause for itself: was it not so before, and is it now. @param inUse the object is one that rules refer to */
const HOLDS: Readonly<Record<Cause, (was: Rule, is: Rule, inUse: boolean, look: Look) => boolean>> = {
  reach: (was, is, _, look) => grew(was, is) && isFarther(was, is, look),
  open: (was, is, _, look) =>
    grew(was, is) && is.kind === 'allow' && isOpen(is, look) && !(was && isOpen(was, look)),
  services: (was, is, _, look) =>
    grew(was, is) && is.kind === 'allow' && isEveryPort(is, look) && !(was && isEveryPort(was, look)),
  sensitive: (was, is, _, look) => is !== undefined && sensitiveOf(was, look) !== sensitiveOf(is, look),
  weakened: (was, is, _, look) => was !== undefined && isGuard(was, look) && !(is && isWithin(was, is)),
  widened: (was, is, inUse) => inUse && was !== undefined && grew(was, is) && is.kind === 'allow',
};

/** Says something it did not say before. */
const grew = (was: Rule, is: Rule): is is PolicyRule => is !== undefined && !(was && isWithin(is, was));

/**
 * (a) The hosts on its sides are more than the limit, and were not, or so many are new. A side that is held to one app and env is never
 * far: everybody in there is meant to talk.
 */
const isFarther = (was: Rule, is: PolicyRule, { population, label, limits }: Look): boolean => {
  const most = Math.max(limits.hosts, (limits.percent / 100) * population.managed);
  const [then, now] = [was === undefined ? [] : farEnds(was, label), farEnds(is, label)];
  // Nobody is known yet: what holds for everybody is far all the same.
  if (population.managed === 0) return now.some(isEverybody) && !then.some(isEverybody);
  const hosts = concernedBy(now, population).hosts;
  if (hosts <= most) return false;
  const before = concernedBy(then, population).hosts;
  return before <= most || hosts - before > most;
};

const isEverybody = (end: End): boolean =>
  end.rule[end.side].everyWorkload && (!isScoped(end) || scopesOf(end.rule).some(isAll));

const farEnds = (rule: PolicyRule, label: Look['label']): readonly End[] =>
  SIDES.map((side) => ({ rule, side })).filter((end) =>
    scopesFor(end).some((scope) => groupOf([scope, ...namedOn(end)], label) === undefined),
  );

const SIDES = ['providers', 'consumers'] as const;

const scopesFor = (end: End): readonly LabelTest[] => (isScoped(end) ? scopesOf(end.rule) : [EVERYWHERE]);
const EVERYWHERE: LabelTest = { all: [], except: [] };

/** What an end says of labels itself; "all workloads" says nothing. */
const namedOn = ({ rule, side }: End): readonly LabelTest[] => {
  const { everyWorkload, labels } = rule[side];
  return everyWorkload || labels === undefined ? [] : [labels];
};

/** The one app and env that tests together name; undefined where they leave either open, or name several. */
const groupOf = (tests: readonly LabelTest[], label: Look['label']): string | undefined => {
  const named = (key: string): Set<string> =>
    new Set(
      tests.flatMap(({ all }) =>
        all.flatMap((hrefs) => (hrefs.some((href) => label(href)?.key === key) ? hrefs : [])),
      ),
    );
  const [apps, envs] = [named('app'), named('env')];
  return apps.size === 1 && envs.size === 1 ? [...apps, ...envs].join() : undefined;
};

/** (b) Anybody may connect: to what is sensitive, or with all services. */
const isOpen = (rule: PolicyRule, look: Look): boolean => {
  const { consumers, unscopedConsumers } = rule;
  const anybody = consumers.everyWorkload && (unscopedConsumers || scopesOf(rule).some(isAll));
  if (!anybody && !isAnyAddress(rule, look.limits)) return false;
  return portsIn(rule.services) > look.limits.ports || protects(rule, look);
};

/** IPv6 is counted in networks of 2^64: a single one of them has more addresses than all of IPv4. */
const isAnyAddress = ({ consumers: { lists } }: PolicyRule, { addresses }: Limits): boolean =>
  sizeOf(spansOf(lists, 32)) > BigInt(addresses) ||
  sizeOf(spansOf(lists, 128)) > BigInt(addresses) * 2n ** 64n;

/** Hosts of high value or with a watched label are on the side that is connected to, or it names such a label. */
const protects = (rule: PolicyRule, look: Look): boolean => {
  const { context, population, label } = look;
  const named = (rule.providers.labels?.all ?? []).flat().flatMap((href) => label(href) ?? []);
  if (named.some((one) => isSensitive(one, look))) return true;
  return concernedBy([{ rule, side: 'providers' }], population).kinds.some(
    ({ labels }) => context.highValue(labels) || labels.some((one) => isSensitive(one, look)),
  );
};

const isSensitive = (label: Label, { context: { watches, quarantineKeys } }: Look): boolean =>
  quarantineKeys.includes(label.key) || watches.some(({ query }) => mentions(query, [label]));

/** (c) All services, or so many ports, for connections that cross the border of a scope. */
const isEveryPort = (rule: PolicyRule, { limits, label }: Look): boolean =>
  portsIn(rule.services) > limits.ports && crosses(rule, label);

/** Whether who connects may be elsewhere than what is connected to. A scope of everything is no border: then both sides must name one app and env. */
const crosses = (rule: PolicyRule, label: Look['label']): boolean => {
  if (rule.consumers.lists.length > 0) return true;
  if (!rule.unscopedConsumers && !scopesOf(rule).some(isAll)) return false;
  const [from, to] = (['consumers', 'providers'] as const).map((side) => {
    const end = { rule, side };
    return groupOf([...scopesFor(end), ...namedOn(end)], label);
  });
  return from === undefined || from !== to;
};

/** (d) The sensitive labels on its sides, as one text to compare; groups count as the labels they hold. */
const sensitiveOf = (rule: Rule, look: Look): string =>
  sensitiveLabels(rule, look)
    .map(({ side, except, href }) => `${side} ${except} ${href}`)
    .sort()
    .join();

/** The sensitive labels a rule names on either side, or leaves out there. */
export const sensitiveLabels = (
  rule: Rule,
  look: Look,
): readonly (Label & { readonly side: End['side']; readonly except: boolean })[] =>
  SIDES.flatMap((side) => {
    const test = rule?.[side].labels;
    const of = (hrefs: readonly string[], except: boolean) =>
      hrefs
        .flatMap((href) => look.label(href) ?? [])
        .filter((label) => isSensitive(label, look))
        .map((label) => ({ ...label, side, except }));
    return test === undefined ? [] : [...of(test.all.flat(), false), ...of(test.except, true)];
  });

/** (e) Deny rules, boundaries, and whatever names the quarantine label. */
const isGuard = (rule: PolicyRule, look: Look): boolean =>
  rule.kind !== 'allow' || namesQuarantine(rule, look);

/** Whether a label that the quarantine sets stands on a side or in the scope of a rule. */
export const namesQuarantine = (
  { providers, consumers, scopes }: PolicyRule,
  { label, context: { quarantineKeys } }: Pick<Look, 'label' | 'context'>,
): boolean =>
  [providers.labels, consumers.labels, ...scopes].some((test) =>
    [...(test?.all.flat() ?? []), ...(test?.except ?? [])].some((href) =>
      quarantineKeys.includes(label(href)?.key ?? ''),
    ),
  );
