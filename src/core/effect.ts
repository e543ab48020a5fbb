import { addressText, inNetwork, parseAddress, parseNetwork } from './address.ts';
import {
  DIRECTIONS,
  type Direction,
  type Firewall,
  firewallOf,
  type Guarded,
  type Passage,
  type Peer,
} from './firewall.ts';
import { namedBy } from './host-match.ts';
import { type IpList, pieces, type Span } from './ip-list.ts';
import type { Label } from './label.ts';
import type { Policy } from './policy.ts';
import { common, type Ranges, union, without } from './ranges.ts';
import { rangesOfName, servicesText } from './service-ranges.ts';
import type { ManagementPath } from './settings.ts';
import { isAtLeast } from './version.ts';
import type { Workload } from './workload.ts';

/**
 * - isolated: nothing passes but the management path that the configuration names;
 * - partly: something is stopped, something still passes;
 * - not isolated: nothing is stopped that passes now;
 * - unknown: isolated as far as can be told, but a rule that may let something through cannot be judged.
 */
export const EFFECT_VERDICTS = ['isolated', 'partly', 'not isolated', 'unknown'] as const;
export type EffectVerdict = (typeof EFFECT_VERDICTS)[number];

/** Something that would still pass. */
export interface Opening {
  readonly direction: Direction;
  /** `443/tcp, 8443/tcp and more`. */
  readonly services: string;
  /** Names of the rule sets that keep it open; empty when the enforcement mode does. */
  readonly rules: readonly string[];
  /** How many workloads are on the other end, and the first names of them. */
  readonly workloads: number;
  readonly examples: readonly string[];
  /** True when addresses that belong to no workload are too. */
  readonly outside: boolean;
}

export interface Effect {
  readonly verdict: EffectVerdict;
  readonly openings: readonly Opening[];
  /** Names of rule sets that cannot be judged: why the verdict is `unknown`. */
  readonly unread: readonly string[];
  /** Whether the path of `management` stays open; unknown when none of its sources is known. */
  readonly management: 'open' | 'partly' | 'closed' | 'unknown';
}

export interface EffectQuestion {
  readonly policy: Policy;
  /** As it is now. */
  readonly workload: Workload;
  /** The whole label set it would have. */
  readonly after: readonly Label[];
  /** Everything the PCE knows; the workload itself is passed over. */
  readonly peers: Iterable<Workload>;
  readonly management: ManagementPath;
}

/** The oldest VEN that knows override-deny rules (definitions §7.0). */
export const OVERRIDE_DENY_VEN = '22.3.0';

/** The firewall a workload has, or would have with other labels. */
export const firewallOfWorkload = (
  policy: Policy,
  { href, mode, ven }: Workload,
  labels: readonly Label[],
): Firewall => firewallOf(policy, guarded(href, mode, ven?.version, labels));

const guarded = (
  href: string,
  mode: Workload['mode'],
  version: string | undefined,
  labels: readonly Label[],
): Guarded => ({
  href,
  labels: new Set(labels.map((label) => label.href)),
  mode,
  overrides: version === undefined || isAtLeast(version, OVERRIDE_DENY_VEN),
});

/**
 * What would still pass, in and out, once the workload has the labels and its policy is applied (definitions §7.1). Judged at
 * its own firewall alone: what a peer's firewall stops is nothing to rely on. Looks at every known workload under each of its
 * addresses, and at every address that rules tell apart.
 */
export const effectOf = (question: EffectQuestion): Effect => {
  const { policy, workload, after, management } = question;
  const now = firewallOfWorkload(policy, workload, workload.labels);
  const then = firewallOfWorkload(policy, workload, after);
  const services = union(management.services.map(rangesOfName));
  const path = { reached: 0, cut: 0 };
  const left = new Map<string, Left>();
  const unread = new Set<string>();
  let stops = false;
  for (const one of peersOf(question, [now, then]))
    for (const direction of DIRECTIONS) {
      const passage = then.passage(direction, one.peer);
      stops ||= without(now.passage(direction, one.peer).services, passage.services).length > 0;
      const managed = direction === 'in' && one.manages;
      if (managed || (direction === 'in' && management.sources.length === 0)) {
        if (common(passage.services, services).length > 0) path.reached += 1;
        else path.cut += 1;
      }
      const exempt = managed ? services : [];
      if (without(passage.perhaps, exempt).length > 0)
        for (const { name } of passage.unread) unread.add(name);
      const open = without(passage.services, exempt);
      if (open.length > 0) note(left, direction, passage, open, one);
    }
  const openings = [...left.values()].map(openingOf).sort((a, b) => b.workloads - a.workloads);
  return {
    verdict:
      openings.length > 0 ? (stops ? 'partly' : 'not isolated') : unread.size > 0 ? 'unknown' : 'isolated',
    openings,
    unread: [...unread],
    management: pathState(path, management),
  };
};

/** Without named sources one way in is enough; with them each is looked at. */
const pathState = (
  { reached, cut }: { readonly reached: number; readonly cut: number },
  { sources }: ManagementPath,
): Effect['management'] => {
  if (reached + cut === 0) return 'unknown';
  if (reached === 0) return 'closed';
  return sources.length === 0 || cut === 0 ? 'open' : 'partly';
};

/** One peer as the check looks at it. */
interface Seen {
  readonly peer: Peer;
  /** A workload's name; undefined for what is no workload. */
  readonly name: string | undefined;
  /** True when the configuration manages quarantined hosts from there. */
  readonly manages: boolean;
}

const EXAMPLES = 3;
/** Pieces of the address space at most so big are looked through for one that no workload holds. */
const SMALL = 256n;

function* peersOf(
  { workload, peers, management }: EffectQuestion,
  firewalls: readonly Firewall[],
): Iterable<Seen> {
  const lists = listsOf(firewalls);
  // An address of its own is no peer.
  const held = new Set(addressesOf(workload).map(addressText));
  for (const other of peers) {
    if (other.href === workload.href) continue;
    const manages = namedBy(other, management.sources) !== undefined;
    const labels = new Set(other.labels.map(({ href }) => href));
    const addresses = addressesOf(other);
    for (const address of addresses.length === 0 ? [undefined] : addresses) {
      if (address !== undefined) held.add(addressText(address));
      yield { peer: { href: other.href, labels, address }, name: other.name, manages };
    }
  }
  const networks = management.sources.flatMap((source) => parseNetwork(source) ?? []);
  for (const span of pieces([...lists, ...networks.map(asList)])) {
    const address = freeAddress(span, held);
    if (address === undefined) continue;
    const manages = networks.some((network) => inNetwork(addressText(address), network));
    yield { peer: { address }, name: undefined, manages };
  }
  for (const fqdn of new Set(lists.flatMap(({ fqdns }) => fqdns)))
    yield { peer: { fqdn }, name: undefined, manages: false };
}

const addressesOf = ({ interfaces }: Workload) =>
  interfaces.flatMap(({ address }) => parseAddress(address) ?? []);

const listsOf = (firewalls: readonly Firewall[]): readonly IpList[] => {
  const rules = firewalls.flatMap((one) => DIRECTIONS.flatMap((direction) => one.rules(direction)));
  const lists = rules.flatMap(({ providers, consumers }) => [...providers.lists, ...consumers.lists]);
  return [...new Map(lists.map((list) => [list.href, list])).values()];
};

const asList = (network: NonNullable<ReturnType<typeof parseNetwork>>): IpList => {
  const size = BigInt(network.bits - network.prefix);
  const from = (network.value >> size) << size;
  const include = [{ bits: network.bits, from, to: from + (1n << size) - 1n }];
  return { href: '', name: '', include, exclude: [], fqdns: [] };
};

/** An address of the piece that no workload has; undefined when each of a small piece has one. */
const freeAddress = ({ bits, from, to }: Span, held: ReadonlySet<string>) => {
  const last = to - from < SMALL ? to : from + SMALL;
  for (let value = from; value <= last; value += 1n)
    if (!held.has(addressText({ bits, value }))) return { bits, value };
  return to - from < SMALL ? undefined : { bits, value: to };
};

/** What is left open by one set of rules. */
interface Left {
  readonly direction: Direction;
  readonly rules: readonly string[];
  services: Ranges;
  readonly workloads: Map<string, string>;
  outside: boolean;
}

const note = (
  left: Map<string, Left>,
  direction: Direction,
  passage: Passage,
  open: Ranges,
  { peer, name }: Seen,
): void => {
  const rules = [...new Set(passage.rules.map((rule) => rule.name))];
  const key = `${direction} ${rules.join('\n')}`;
  const known = left.get(key) ?? { direction, rules, services: [], workloads: new Map(), outside: false };
  if (known.services !== open) known.services = union([known.services, open]);
  if (name === undefined) known.outside = true;
  else known.workloads.set(peer.href ?? name, name);
  left.set(key, known);
};

const openingOf = ({ direction, rules, services, workloads, outside }: Left): Opening => ({
  direction,
  rules,
  services: servicesText(services),
  workloads: workloads.size,
  examples: [...workloads.values()].slice(0, EXAMPLES),
  outside,
});
