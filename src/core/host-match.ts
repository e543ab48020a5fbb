import { inNetwork, parseNetwork } from './address.ts';
import { matchesLabels, selector } from './label-query.ts';
import type { Workload } from './workload.ts';

/** What of a workload is compared with entries that name hosts. */
export type Matchable = Pick<Workload, 'name' | 'hostname' | 'interfaces' | 'publicAddress' | 'labels'>;

/**
 * Which of the entries names this workload: a name, an address, a network or a label selector, as lists of the configuration
 * write them. Names are compared without case; where one side is short (`core0`) the first part decides, since a doubt about a
 * host that must never be cut is a reason not to. Loopback addresses name every machine and therefore none.
 */
export const namedBy = (workload: Matchable, entries: readonly string[]): string | undefined =>
  entries.find((entry) => matches(workload, entry));

const matches = (
  { name, hostname, interfaces, publicAddress, labels }: Matchable,
  entry: string,
): boolean => {
  if (entry.includes('=')) return matchesLabels(selector(entry), labels);
  const network = parseNetwork(entry);
  if (network === undefined) return [name, hostname].some((one) => sameName(one, entry));
  const addresses = [
    ...interfaces.map(({ address }) => address),
    ...(publicAddress === undefined ? [] : [publicAddress]),
  ];
  return addresses.some((address) => !isLoopback(address) && inNetwork(address, network));
};

const sameName = (a: string, b: string): boolean => {
  const [left, right] = [a.toLowerCase().replace(/\.$/, ''), b.toLowerCase().replace(/\.$/, '')];
  if (left === '' || right === '') return false;
  if (left.includes('.') && right.includes('.')) return left === right;
  return left.split('.')[0] === right.split('.')[0];
};

const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';
