import { type Address, liesIn, type Network, networkText, parseAddress } from './address.ts';
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
  // Fewer hosts than enough stand behind these: what enough have, one of these has.
  const some = hosts.slice(0, hosts.length - enough + 1);
  const labels = shared(
    unique(some.flatMap((host) => host.labels.map((label) => [labelText([label]), label] as const))),
    ({ key, value }) =>
      hosts.filter((host) => host.labels.some((label) => label.key === key && label.value === value)).length,
    enough,
  );
  if (labels.length > 0) {
    const names = labels.map(([name]) => name).sort();
    const [, least = hosts.length] = labels[labels.length - 1] ?? [];
    return { name: names.join(' '), told: `${howMany(least, hosts.length)} carry ${listed(names)}. ` };
  }
  const addresses = hosts.map(addressesOf);
  const [network, count] =
    shared(
      unique(addresses.slice(0, some.length).flat().flatMap(networksOf)),
      (one) => addresses.filter((own) => own.some((address) => liesIn(address, one))).length,
      enough,
    )[0] ?? [];
  if (network === undefined || count === undefined) return undefined;
  return { name: network, told: `${howMany(count, hosts.length)} stand in ${network}. ` };
};

const howMany = (count: number, all: number): string =>
  count === all ? `All ${all}` : `${counted(count, 'host')} of ${all}`;

const unique = <T>(named: readonly (readonly [string, T])[]): [string, T][] => [...new Map(named)];

/** Those that enough have, with how many do, most frequent first; of equal ones the first stays first (the narrower network). */
const shared = <T>(
  named: readonly (readonly [string, T])[],
  count: (one: T) => number,
  enough: number,
): [string, number][] =>
  named
    .map(([name, one]): [string, number] => [name, count(one)])
    .filter(([, of]) => of >= enough)
    .sort((a, b) => b[1] - a[1]);

const addressesOf = ({ interfaces }: Workload): Address[] =>
  interfaces.flatMap(({ address }) => parseAddress(address) ?? []);

/** The networks that people would say an address stands in, by name. */
const networksOf = (address: Address): [string, Network][] =>
  PREFIXES[address.bits].map((prefix) => {
    const network = { ...address, prefix };
    return [networkText(network), network];
  });
