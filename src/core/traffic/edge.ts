import type { Decision, End, Flow } from '../flow.ts';
import { identity } from '../flow.ts';

/**
 * Who talks to whom on which service, seen for the first time in fourteen days (definitions §5 "edge"). A counter that grew is
 * none: what is known stays known, however much it talks.
 */
export interface NewEdge {
  readonly source: End;
  readonly destination: End;
  /** `443/tcp`; `dynamic/tcp` for an allowed port from 32768 on. */
  readonly service: string;
  /** First seen by a VEN, to the second, epoch ms; undefined where only the day is known. */
  readonly at: number | undefined;
  /** The poll that brought it, epoch ms. */
  readonly reportedAt: number;
  /** What was decided on it, each once. */
  readonly decisions: readonly Decision[];
}

/** From here on ports are handed out by turns, and a new one is no new service (definitions §5). */
const DYNAMIC = 32_768;

const names = new Map<string, string>();

/** The service of an edge. */
export const edgeService = ({ service, decision }: Pick<Flow, 'service' | 'decision'>): string => {
  if (decision !== 'allowed') return service;
  const known = names.get(service);
  if (known !== undefined) return known;
  const [port, proto] = service.split('/');
  const name = proto !== undefined && Number(port) >= DYNAMIC ? `dynamic/${proto}` : service;
  names.set(service, name);
  return name;
};

/** What can be no edge: ICMP, a host with itself, and what goes to many at once (definitions §5 "left out"). */
export const isLeftOut = ({ source, destination, service }: Flow): boolean =>
  service === 'icmp' ||
  service === 'icmpv6' ||
  identity(source) === identity(destination) ||
  isToMany(destination.address);

/** Broadcast and multicast, as far as an address tells; a subnet's broadcast is taken to end in 255. */
const isToMany = (address: string): boolean => {
  if (address.includes(':')) return /^ff/i.test(address);
  const [first = '', , , last] = address.split('.');
  return Number(first) >= 224 || last === '255';
};
