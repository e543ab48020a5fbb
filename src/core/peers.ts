import { parseAddress } from './address.ts';
import { firewallOfWorkload } from './effect.ts';
import { type End, type Flow, identity } from './flow.ts';
import type { Label } from './label.ts';
import type { Policy } from './policy.ts';
import { common } from './ranges.ts';
import { rangesOfName } from './service-ranges.ts';
import type { Workload } from './workload.ts';

/** Connections between the host and one peer at one service. */
export interface PeerLine {
  readonly peer: string;
  readonly direction: 'in' | 'out';
  /** `443/tcp`. */
  readonly service: string;
  readonly connections: number;
}

/** Whom a host talked to, as far as it was allowed (definitions §7.3). */
export interface Peers {
  /** Distinct ones. */
  readonly count: number;
  /** Of them, those that lose some connection. */
  readonly cut: number;
  /** What is cut, most connections first. */
  readonly top: readonly PeerLine[];
  /** False when the PCE matched more than it handed out: there are at least so many. */
  readonly complete: boolean;
}

const TOP = 5;

/** True when the host still lets these connections pass. */
export type StaysOpen = (direction: 'in' | 'out', other: End, service: string) => boolean;

/** Judges connections by the firewall the host will have. Without a policy nobody knows: then nothing is said to stay. */
export const staysOpenUnder = (
  policy: Policy,
  workload: Workload,
  after: readonly Label[],
  known: (href: string) => Workload | undefined,
): StaysOpen => {
  const firewall = firewallOfWorkload(policy, workload, after);
  return (direction, { href, address }, service) => {
    const labels = href === undefined ? undefined : known(href)?.labels;
    const peer = {
      ...(href === undefined ? {} : { href }),
      ...(labels === undefined ? {} : { labels: new Set(labels.map((label) => label.href)) }),
      address: parseAddress(address),
    };
    return common(firewall.passage(direction, peer).services, rangesOfName(service)).length > 0;
  };
};

interface Counted extends Omit<PeerLine, 'connections'> {
  readonly id: string;
  /** By who reported: both ends may report one connection (definitions §0). */
  readonly by: Map<string, number>;
}

/** Counts the peers of one host while its flows are read. */
export const countPeers = (href: string, staysOpen: StaysOpen) => {
  const peers = new Set<string>();
  const lines = new Map<string, Counted>();
  return {
    take({ source, destination, service, connections, direction: side }: Flow): void {
      const direction = destination.href === href ? 'in' : 'out';
      const other = direction === 'in' ? source : destination;
      if (other.href === href || (direction === 'out' && source.href !== href)) return;
      const id = identity(other);
      peers.add(id);
      const key = `${direction} ${service} ${id}`;
      const line = lines.get(key) ?? {
        id,
        peer: other.name,
        direction,
        service,
        by: new Map<string, number>(),
      };
      if (!lines.has(key)) {
        if (staysOpen(direction, other, service)) return;
        lines.set(key, line);
      }
      line.by.set(side ?? 'unstated', (line.by.get(side ?? 'unstated') ?? 0) + connections);
    },
    result(complete: boolean): Peers {
      const cut = [...lines.values()].map(({ by, id, ...line }) => ({
        id,
        line: { ...line, connections: Math.max(...by.values()) },
      }));
      return {
        count: peers.size,
        cut: new Set(cut.map(({ id }) => id)).size,
        top: cut
          .map(({ line }) => line)
          .sort((a, b) => b.connections - a.connections || (nameOf(a) < nameOf(b) ? -1 : 1))
          .slice(0, TOP),
        complete,
      };
    },
  };
};

const nameOf = ({ peer, service }: PeerLine): string => `${peer} ${service}`;
