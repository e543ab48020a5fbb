import { type Network, networkText, parseAddress } from './address.ts';
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
  const enough = Math.ceil(hosts.length * MOST_OF_THEM);
  if (hosts.length < 2) return undefined;
  const shared = counts(hosts.flatMap(({ labels }) => labels.map((label) => labelText([label])))).filter(
    ([, count]) => count >= enough,
  );
  if (shared.length > 0) {
    const names = shared.map(([name]) => name).sort();
    const [, least = hosts.length] = shared[shared.length - 1] ?? [];
    return { name: names.join(' '), told: `${howMany(least, hosts.length)} carry ${listed(names)}. ` };
  }
  const [network, count] =
    counts(hosts.flatMap((host) => [...new Set(networksOf(host))])).find(([, of]) => of >= enough) ?? [];
  if (network === undefined || count === undefined) return undefined;
  return { name: network, told: `${howMany(count, hosts.length)} stand in ${network}. ` };
};

const howMany = (count: number, all: number): string =>
  count === all ? `All ${all}` : `${counted(count, 'host')} of ${all}`;

/** Each with how often it occurs, most frequent first; of equal ones the first stays first (the narrower network). */
const counts = (names: readonly string[]): [string, number][] => {
  const found = new Map<string, number>();
  for (const name of names) found.set(name, (found.get(name) ?? 0) + 1);
  return [...found].sort((a, b) => b[1] - a[1]);
};

const networksOf = ({ interfaces }: Workload): string[] =>
  interfaces.flatMap(({ address }) => {
    const parsed = parseAddress(address);
    if (parsed === undefined) return [];
    return PREFIXES[parsed.bits].map((prefix): string =>
      networkText({ ...parsed, prefix } satisfies Network),
    );
  });
