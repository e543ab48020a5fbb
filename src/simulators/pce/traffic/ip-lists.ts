import { BlockList, isIPv6 } from 'node:net';
import type { JsonObject } from '../json.ts';
import type { World } from '../world.ts';

/** An IP list of the draft policy, as flows name it. */
export interface MatchedList {
  readonly href: string;
  readonly name: string;
  /** How many addresses it has, as far as IPv4 goes. */
  readonly size: number;
}

/**
 * Finds the IP lists an address is in, the list of all addresses left out as in real rows (fixtures/illumio-ops).
 * It looks at the policy once and remembers its answers, since the rows of a download repeat their addresses.
 */
export const createIpLists = (world: World): ((ip: string) => readonly MatchedList[]) => {
  const lists = world.policy
    .list('draft', 'ip_lists')
    .filter((list) => !String(list['name']).startsWith('Any '))
    .map((list) => ({ list: summaryOf(list), has: listTest(list) }));
  const known = new Map<string, readonly MatchedList[]>();
  return (ip) => {
    const found = known.get(ip) ?? lists.filter(({ has }) => has(ip)).map(({ list }) => list);
    known.set(ip, found);
    return found;
  };
};

/** The test whether an IP list (facts §9: ranges `{from_ip, to_ip?, exclusion}`) has an address. */
export const listTest = (list: JsonObject): ((ip: string) => boolean) => {
  const ranges = rangesOf(list);
  const included = blockList(ranges.filter(({ exclusion }) => exclusion !== true));
  const excluded = blockList(ranges.filter(({ exclusion }) => exclusion === true));
  return (ip) => included.check(ip, family(ip)) && !excluded.check(ip, family(ip));
};

const summaryOf = (list: JsonObject): MatchedList => ({
  href: String(list['href']),
  name: String(list['name']),
  size: rangesOf(list).reduce((sum, range) => sum + rangeSize(range), 0),
});

const rangesOf = (list: JsonObject): readonly JsonObject[] => list['ip_ranges'] as readonly JsonObject[];

const family = (ip: string): 'ipv4' | 'ipv6' => (isIPv6(ip) ? 'ipv6' : 'ipv4');

const blockList = (ranges: readonly JsonObject[]): BlockList => {
  const block = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = String(range['from_ip']).split('/');
    if (prefix !== undefined) block.addSubnet(address, Number(prefix), family(address));
    else block.addRange(address, String(range['to_ip'] ?? address), family(address));
  }
  return block;
};

const rangeSize = (range: JsonObject): number => {
  const [address = '', prefix] = String(range['from_ip']).split('/');
  if (isIPv6(address)) return 0;
  if (prefix !== undefined) return 2 ** (32 - Number(prefix));
  return toNumber(String(range['to_ip'] ?? address)) - toNumber(address) + 1;
};

const toNumber = (ip: string): number => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
