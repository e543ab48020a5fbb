import { DECISIONS, type End, type Flow, identity } from '../flow.ts';
import type { PeerFlow } from './case.ts';

const DAY_MS = 86_400_000;

/** Sums of one (host, direction, peer, service, decision) by UTC day and reporting side. */
interface Gathered {
  readonly host: string;
  readonly direction: 'in' | 'out';
  peer: End;
  readonly service: string;
  readonly decision: PeerFlow['decision'];
  readonly days: Map<number, [inbound: number, outbound: number, unstated: number]>;
  firstAt: number;
  lastAt: number;
}

const SIDES = { inbound: 0, outbound: 1 } as const;

/**
 * Gathers flows by the host they touch. A flow between two of the hosts counts for both; connections are those of the side that
 * reported more, day by day (definitions §0 "one flow, two reporters").
 * @param hosts hrefs
 */
export const gatherPeerFlows = (hosts: ReadonlySet<string>) => {
  const all = new Map<string, Gathered>();

  const add = (own: End, peer: End, direction: 'in' | 'out', flow: Flow): void => {
    const host = own.href;
    if (host === undefined || !hosts.has(host)) return;
    const { service, decision, firstAt, lastAt, connections } = flow;
    const key = `${host}|${direction}|${identity(peer)}|${service}|${decision}`;
    let one = all.get(key);
    if (one === undefined) {
      one = { host, direction, peer, service, decision, days: new Map(), firstAt, lastAt };
      all.set(key, one);
    }
    one.peer = peer;
    one.firstAt = Math.min(one.firstAt, firstAt);
    one.lastAt = Math.max(one.lastAt, lastAt);
    const day = Math.floor(firstAt / DAY_MS);
    const sides = one.days.get(day) ?? [0, 0, 0];
    sides[flow.direction === undefined ? 2 : SIDES[flow.direction]] += connections;
    one.days.set(day, sides);
  };

  return {
    add(flow: Flow): void {
      add(flow.source, flow.destination, 'out', flow);
      add(flow.destination, flow.source, 'in', flow);
    },
    /** Blocked ones first, then by connections. */
    all: (): readonly PeerFlow[] => [...all.values()].map(shown).sort(gravest),
  };
};

const shown = ({ peer, days, ...one }: Gathered): PeerFlow => ({
  ...one,
  peer: { href: peer.href, address: peer.address, name: peer.name },
  connections: [...days.values()].reduce((sum, sides) => sum + Math.max(...sides), 0),
  exact: one.firstAt % DAY_MS !== 0,
});

const RANK: Readonly<Record<PeerFlow['decision'], number>> = {
  blocked: 0,
  potentially_blocked: 1,
  unknown: 2,
  allowed: 3,
};

const gravest = (a: PeerFlow, b: PeerFlow): number =>
  RANK[a.decision] - RANK[b.decision] ||
  b.connections - a.connections ||
  a.firstAt - b.firstAt ||
  (a.peer.name < b.peer.name ? -1 : 1);

/** A system outside the set that talked with one of it, over one service, with one decision. */
export interface Connected {
  readonly key: string;
  readonly name: string;
  readonly address: string;
  /** As seen from the set. */
  readonly direction: 'in' | 'out';
  readonly service: string;
  readonly decision: PeerFlow['decision'];
  readonly connections: number;
  readonly hosts: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Every peer outside the set with service, decision, first and last seen: what auditors call connected systems. */
export const connectedSystems = (
  flows: readonly PeerFlow[],
  hosts: ReadonlySet<string>,
): readonly Connected[] => {
  const all = new Map<string, Connected & { readonly from: ReadonlySet<string> }>();
  for (const { host, peer, direction, service, decision, connections, firstAt, lastAt } of flows) {
    if (peer.href !== undefined && hosts.has(peer.href)) continue;
    const who = peer.href ?? peer.address;
    const key = `${who}|${direction}|${service}|${decision}`;
    const before = all.get(key);
    const from = new Set([...(before?.from ?? []), host]);
    all.set(key, {
      key: who,
      name: peer.name,
      address: peer.address,
      direction,
      service,
      decision,
      connections: (before?.connections ?? 0) + connections,
      hosts: from.size,
      from,
      firstAt: Math.min(before?.firstAt ?? firstAt, firstAt),
      lastAt: Math.max(before?.lastAt ?? lastAt, lastAt),
    });
  }
  return [...all.values()].map(({ from: _, ...one }) => one);
};

/** Connections by decision. */
export const byDecision = (flows: readonly PeerFlow[]): Readonly<Record<PeerFlow['decision'], number>> => {
  const sums = Object.fromEntries(DECISIONS.map((decision) => [decision, 0])) as Record<
    PeerFlow['decision'],
    number
  >;
  for (const { decision, connections } of flows) sums[decision] += connections;
  return sums;
};
