import { type Dict, dict, instant, number, text } from './foreign.ts';
import { type Label, parseLabels } from './label.ts';

/** Decisions of the PCE on a flow (definitions §0); anything else it says counts as unknown. */
export const DECISIONS = ['allowed', 'potentially_blocked', 'blocked', 'unknown'] as const;
export type Decision = (typeof DECISIONS)[number];

/** One end of a flow. Identity = workload href if the PCE resolved one, else the address (definitions §0). */
export interface End {
  readonly address: string;
  readonly href: string | undefined;
  /** Workload hostname, else workload name, else the address. */
  readonly name: string;
  /** Without hrefs: a label that was deleted and made again has another, and traffic of both is traffic of the same label. */
  readonly labels: readonly { readonly key: string; readonly value: string }[];
}

/**
 * A row of a traffic query, as far as the analyses and the traffic rules need it. The ends of many rows are one object: readers
 * reuse what they have parsed.
 */
export interface Flow {
  readonly source: End;
  readonly destination: End;
  /** `443/tcp`, `icmp`, `proto-N`. */
  readonly service: string;
  readonly process: string | undefined;
  readonly connections: number;
  readonly bytes: number;
  readonly decision: Decision;
  /** Which side reported it. */
  readonly direction: 'inbound' | 'outbound' | undefined;
  /** first_detected, epoch ms; as the PCE wrote it only where that is not `plainTime` of it. */
  readonly firstAt: number;
  readonly first: string | undefined;
  /** last_detected likewise. */
  readonly lastAt: number;
  readonly last: string | undefined;
}

/** A time as the PCE writes nearly all of them: `2026-07-01T10:00:00Z`. */
export const plainTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** What tells two ends apart. */
export const identity = ({ href, address }: End): string => href ?? address;

/** Protocols without ports by name (definitions §0, IANA numbers). */
const PORTLESS: Readonly<Record<number, string>> = {
  1: 'icmp',
  2: 'igmp',
  47: 'gre',
  50: 'esp',
  58: 'icmpv6',
};
const PORTED: Readonly<Record<number, string>> = { 6: 'tcp', 17: 'udp', 132: 'sctp' };

/** A service as people write it: `443/tcp`, `tcp` without a port, `icmp`, `proto-89`. */
export const serviceName = (proto: number, port: number | undefined): string => {
  const ported = PORTED[proto];
  if (ported !== undefined) return port === undefined ? ported : `${port}/${ported}`;
  return PORTLESS[proto] ?? `proto-${proto}`;
};

export type ParsedFlow =
  | { readonly ok: true; readonly flow: Flow }
  | { readonly ok: false; readonly why: string };

/**
 * Reads one row of a traffic query (facts §7.3). A row that cannot be used is refused with the reason (definitions §6): no object,
 * no source or destination address, no service or one without protocol, a missing or unreadable first or last time.
 * Missing counters are 0, a decision we do not know is `unknown`.
 * @param known looks labels up that carry only an href (before 22.3)
 */
export const parseFlow = (value: unknown, known?: (href: string) => Label | undefined): ParsedFlow => {
  const row = dict(value);
  if (row !== value) return { ok: false, why: 'not a JSON object' };
  const source = parseEnd(row['src'], known);
  if (source === undefined) return { ok: false, why: 'no source address' };
  const destination = parseEnd(row['dst'], known);
  if (destination === undefined) return { ok: false, why: 'no destination address' };
  const service = parseService(row['service']);
  if (service === undefined) return { ok: false, why: 'no service with a protocol' };
  const { first_detected: first, last_detected: last } = dict(row['timestamp_range']);
  const firstAt = instant(first);
  const lastAt = instant(last);
  if (firstAt === undefined || lastAt === undefined) return { ok: false, why: 'no first and last time' };
  const direction = row['flow_direction'];
  return {
    ok: true,
    flow: {
      source,
      destination,
      service: service.name,
      process: service.process,
      connections: number(row['num_connections']) ?? 0,
      bytes: (number(row['dst_bi']) ?? 0) + (number(row['dst_bo']) ?? 0),
      decision: DECISIONS.find((decision) => decision === row['policy_decision']) ?? 'unknown',
      direction: direction === 'inbound' || direction === 'outbound' ? direction : undefined,
      firstAt,
      first: oddTime(String(first), firstAt),
      lastAt,
      last: oddTime(String(last), lastAt),
    },
  };
};

const oddTime = (written: string, at: number): string | undefined =>
  written === plainTime(at) ? undefined : written;

/** One end of a row; undefined without an address. @param known looks labels up that carry only an href (before 22.3) */
export const parseEnd = (value: unknown, known?: (href: string) => Label | undefined): End | undefined => {
  const side = dict(value);
  const address = text(side['ip']);
  if (address === undefined) return undefined;
  const workload: Dict = dict(side['workload']);
  return {
    address,
    href: text(workload['href']),
    name: text(workload['hostname']) ?? text(workload['name']) ?? address,
    labels: parseLabels(workload['labels'], known).map(({ key, value }) => ({ key, value })),
  };
};

/** The service of a row and the process behind it. */
export interface Service {
  readonly name: string;
  readonly process: string | undefined;
}

/** Undefined without a protocol. */
export const parseService = (value: unknown): Service | undefined => {
  const service = dict(value);
  const proto = number(service['proto']);
  if (proto === undefined) return undefined;
  return { name: serviceName(proto, number(service['port'])), process: text(service['process_name']) };
};
