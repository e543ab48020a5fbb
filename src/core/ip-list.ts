import { type Address, parseAddress, parseNetwork } from './address.ts';
import { type Dict, dict, list, text } from './foreign.ts';

/** Addresses from one to another of one family, both included. */
export interface Span {
  readonly bits: 32 | 128;
  readonly from: bigint;
  readonly to: bigint;
}

/** An IP list of the policy (facts §9): what is in `include` and not in `exclude`, and names that stand for addresses nobody knows here. */
export interface IpList {
  readonly href: string;
  readonly name: string;
  readonly include: readonly Span[];
  readonly exclude: readonly Span[];
  readonly fqdns: readonly string[];
}

/** Reads an IP list; undefined without href. A range that is no address is left out. */
export const parseIpList = (row: Dict): IpList | undefined => {
  const href = text(row['href']);
  if (href === undefined) return undefined;
  const spans = (excluded: boolean): Span[] =>
    list(row['ip_ranges'])
      .map(dict)
      .filter((range) => (range['exclusion'] === true) === excluded)
      .flatMap((range) => spanOf(text(range['from_ip']) ?? '', text(range['to_ip'])) ?? []);
  return {
    href,
    name: text(row['name']) ?? 'an IP list without name',
    include: spans(false),
    exclude: spans(true),
    fqdns: list(row['fqdns']).flatMap((one) => text(dict(one)['fqdn']) ?? []),
  };
};

/** `10.0.0.0/8`, or `10.0.0.1` with or without an end. */
const spanOf = (from: string, to: string | undefined): Span | undefined => {
  const network = parseNetwork(from);
  if (network === undefined) return undefined;
  const size = BigInt(network.bits - network.prefix);
  const start = (network.value >> size) << size;
  if (to === undefined) return { bits: network.bits, from: start, to: start + (1n << size) - 1n };
  const end = parseAddress(to);
  if (end === undefined || end.bits !== network.bits) return undefined;
  return { bits: network.bits, from: network.value, to: end.value };
};

/** True when the list has the address. */
export const hasAddress = ({ include, exclude }: IpList, address: Address): boolean =>
  include.some((span) => inSpan(span, address)) && !exclude.some((span) => inSpan(span, address));

/** True when the list has every IPv4 address: what a name stands for is in it then, whatever it is. */
export const hasEverything = ({ include, exclude }: IpList): boolean =>
  exclude.length === 0 && include.some(({ bits, from, to }) => bits === 32 && from === 0n && to === ALL_V4);

const ALL_V4 = 0xffff_ffffn;

const inSpan = ({ bits, from, to }: Span, { bits: family, value }: Address): boolean =>
  bits === family && value >= from && value <= to;

/**
 * Cuts all addresses at the borders of the lists: inside one piece no list tells two addresses apart, so one speaks for all.
 */
export const pieces = (lists: readonly IpList[]): readonly Span[] =>
  ([32, 128] as const).flatMap((bits) => {
    const end = 1n << BigInt(bits);
    const spans = lists.flatMap(({ include, exclude }) => [...include, ...exclude]);
    const cuts = new Set([0n, end]);
    for (const span of spans)
      if (span.bits === bits) {
        cuts.add(span.from);
        cuts.add(span.to + 1n);
      }
    const sorted = [...cuts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return sorted.slice(1).map((to, i) => ({ bits, from: sorted[i] ?? 0n, to: to - 1n }));
  });
