import type { Address } from './address.ts';
import { hasAddress, hasEverything } from './ip-list.ts';
import { inScope, isMeant } from './meant.ts';
import type { Policy, PolicyRule, Side } from './policy.ts';
import { type Ranges, union, without } from './ranges.ts';
import { EVERY_SERVICE } from './service-ranges.ts';
import type { Mode } from './workload.ts';

/** Connections into a host, and connections it makes. */
export const DIRECTIONS = ['in', 'out'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** The host whose firewall is judged. */
export interface Guarded {
  readonly href: string;
  /** Label hrefs. */
  readonly labels: ReadonlySet<string>;
  readonly mode: Mode | undefined;
  /** False for a VEN before 22.3.0, which knows no override-deny rules (definitions §7.0). */
  readonly overrides: boolean;
}

/** The other end: a workload with one of its addresses, an address alone, or a name that stands for an unknown one. */
export interface Peer {
  readonly href?: string;
  readonly labels?: ReadonlySet<string>;
  readonly address?: Address | undefined;
  readonly fqdn?: string;
}

/** What a firewall lets pass between its host and one peer, and the rules that say so. */
export interface Passage {
  readonly services: Ranges;
  readonly rules: readonly PolicyRule[];
  /** What also may pass by rules that cannot be judged (`unread`). */
  readonly perhaps: Ranges;
  readonly unread: readonly PolicyRule[];
}

export interface Firewall {
  passage(direction: Direction, peer: Peer): Passage;
  /** The rules that concern the host at all, in that direction. */
  rules(direction: Direction): readonly PolicyRule[];
}

/**
 * The firewall the active policy gives a host (facts §9: override-deny before allow before deny). In full enforcement only what
 * is allowed passes. In selective all passes but what a deny stops, inbound only. In idle and visibility_only all passes.
 */
export const firewallOf = (policy: Policy, host: Guarded): Firewall => {
  const sides = { in: concerning(policy, host, 'in'), out: concerning(policy, host, 'out') };
  const known = { in: new Map<string, Passage>(), out: new Map<string, Passage>() };
  return {
    rules: (direction) => sides[direction].map(({ rule }) => rule),
    passage(direction, peer) {
      const matched = sides[direction].flatMap(({ index, rule, sure }): Match[] =>
        fits(rule, direction, peer) ? [{ index, rule, read: sure && isPeerOf(rule, direction, peer) }] : [],
      );
      const key = matched.map(({ index, read }) => (read ? index : -index - 1)).join();
      const before = known[direction].get(key);
      if (before !== undefined) return before;
      const passage = judge(matched, host.mode, direction);
      known[direction].set(key, passage);
      return passage;
    },
  };
};

/** A rule that concerns the host and the peer; `read` = both by parts that could be read. */
interface Match {
  readonly index: number;
  readonly rule: PolicyRule;
  readonly read: boolean;
}

/** A rule that has the host on the side in question; `sure` = by parts that could be read. */
interface Concern {
  readonly index: number;
  readonly rule: PolicyRule;
  readonly sure: boolean;
}

const concerning = (policy: Policy, host: Guarded, direction: Direction): readonly Concern[] =>
  policy.rules.flatMap((rule, index): Concern[] => {
    if (rule.kind === 'override-deny' && !host.overrides) return [];
    const side = direction === 'in' ? rule.providers : rule.consumers;
    const scoped = direction === 'in' || !rule.unscopedConsumers;
    const within = !scoped || inScope(rule, host.labels);
    const sure = within && isMeant(side, host.href, host.labels) && !(scoped && rule.scopeUnread);
    // Only an allow rule that cannot be judged is a danger: one that denies and might not is left out.
    const perhaps = rule.kind === 'allow' && (side.unread.length > 0 || (scoped && rule.scopeUnread));
    return sure || perhaps ? [{ index, rule, sure }] : [];
  });

/** Whether the other side of the rule means the peer, or may. */
const fits = (rule: PolicyRule, direction: Direction, peer: Peer): boolean => {
  const side = direction === 'in' ? rule.consumers : rule.providers;
  if (rule.kind === 'allow' && side.unread.length > 0) return true;
  return isPeerOf(rule, direction, peer);
};

const judge = (matched: readonly Match[], mode: Mode | undefined, direction: Direction): Passage => {
  if (!(mode === 'full' || (mode === 'selective' && direction === 'in')))
    return { services: EVERY_SERVICE, rules: [], perhaps: [], unread: [] };
  const sum = (kind: PolicyRule['kind'], read = true): Ranges =>
    union(
      matched.filter((one) => one.rule.kind === kind && one.read === read).map(({ rule }) => rule.services),
    );
  const overridden = sum('override-deny');
  const allowed = sum('allow');
  const passing = mode === 'full' ? allowed : without(EVERY_SERVICE, without(sum('deny'), allowed));
  const services = without(passing, overridden);
  const opening = (read: boolean): readonly PolicyRule[] =>
    matched
      .filter((one) => one.rule.kind === 'allow' && one.read === read)
      .map(({ rule }) => rule)
      .filter((rule) => without(rule.services, overridden).length > 0);
  return {
    services,
    rules: opening(true),
    perhaps: without(without(sum('allow', false), overridden), services),
    unread: opening(false),
  };
};

/** True when the peer is meant by parts of the other side that could be read. */
const isPeerOf = (rule: PolicyRule, direction: Direction, peer: Peer): boolean => {
  const side = direction === 'in' ? rule.consumers : rule.providers;
  const scoped = direction === 'out' || !rule.unscopedConsumers;
  if (isAddressed(side, peer)) return true;
  const { href, labels } = peer;
  if (href === undefined || labels === undefined) return false;
  return (!scoped || inScope(rule, labels)) && isMeant(side, href, labels);
};

/** Meant by address: an IP list does not ask whose it is, nor for a scope. */
const isAddressed = (side: Side, { address, fqdn }: Peer): boolean =>
  side.lists.some(
    (one) =>
      (address !== undefined && hasAddress(one, address)) ||
      (fqdn !== undefined && (one.fqdns.includes(fqdn) || hasEverything(one))),
  );
