import { networkText, parseAddress } from './address.ts';
import { labelText } from './label.ts';
import { counted, listed } from './text.ts';
import type { Workload } from './workload.ts';

/** Share of hosts that have a thing before it is called common: one odd host must not hide what unites the rest. */
const MOST_OF_THEM = 0.9;
/** Sizes of networks people think in, narrowest first. */
const PREFIXES = { 32: [24, 16], 128: [64, 48] } as const;

/** What hosts have in common, as a title begins with it (`app=erp env=prod`, `10.1.2.0/24`) and as a sentence says it. */
export interface Common {
  readonly name: string;
  readonly told: string;
}

/**
 * What nearly all of these hosts share: their labels, else the network they stand in. undefined when nothing does.
 * @param hosts those the inventory knows
 */
export const commonTo = (hosts: readonly Workload[]): Common | undefined => {
  if (hosts.length < 2) return undefined;
  const enough = Math.ceil(hosts.length * MOST_OF_THEM);
  const traits = hosts.map(traitsOf);
  const labels = shared(
    traits.map((host) => host.labels),
    enough,
  );
  if (labels.length > 0) {
    const names = labels.map(([name]) => name).sort();
    const [, least = hosts.length] = labels[labels.length - 1] ?? [];
    return { name: names.join(' '), told: `${howMany(least, hosts.length)} carry ${listed(names)}. ` };
  }
  const [found] = shared(
    traits.map((host) => host.networks),
    enough,
  );
  if (found === undefined) return undefined;
  const network = textOf(found[0]);
  return { name: network, told: `${howMany(found[1], hosts.length)} stand in ${network}. ` };
};

const howMany = (count: number, all: number): string =>
  count === all ? `All ${all}` : `${counted(count, 'host')} of ${all}`;

/** Things that enough hosts have, with how many do, most frequent first; of equal ones the first stays first (the narrower network). */
const shared = <T>(hosts: readonly (readonly T[])[], enough: number): [T, number][] => {
  const counts = new Map<T, number>();
  for (const own of hosts) for (const one of own) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].filter(([, count]) => count >= enough).sort((a, b) => b[1] - a[1]);
};

/** What a host may share with others, each once. */
interface Traits {
  readonly labels: readonly string[];
  readonly networks: readonly bigint[];
}

/** A story of many hosts grows with each one of them: what is known of a host is worked out once. */
const known = new WeakMap<Workload, Traits>();

const traitsOf = (host: Workload): Traits => {
  const before = known.get(host);
  if (before !== undefined) return before;
  const traits = {
    labels: unique(host.labels.map((label) => labelText([label]))),
    networks: unique(host.interfaces.flatMap(networksAround)),
  };
  known.set(host, traits);
  return traits;
};

const unique = <T>(all: readonly T[]): readonly T[] => [...new Set(all)];

/** The networks that people would say an address stands in, each as one number: writing them out takes a hundred times as long. */
const networksAround = ({ address }: Workload['interfaces'][number]): bigint[] => {
  const parsed = parseAddress(address);
  if (parsed === undefined) return [];
  const { bits, value } = parsed;
  return PREFIXES[bits].map((prefix) => ((value >> BigInt(bits - prefix)) << 8n) | BigInt(prefix));
};

const textOf = (network: bigint): string => {
  const prefix = Number(network & 0xffn);
  const bits = prefix === 24 || prefix === 16 ? 32 : 128;
  return networkText({ bits, prefix, value: (network >> 8n) << BigInt(bits - prefix) });
};
