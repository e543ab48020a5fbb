import type { Analysis } from '../core/analysis.ts';
import { DECISIONS } from '../core/flow.ts';
import type { Steps } from '../core/steps.ts';
import { byCodePoint, leading } from './sorted.ts';
import type { Traffic } from './traffic.ts';

/** Connections that were or would be blocked. */
export interface BlockedRow {
  readonly key: string;
  readonly name: string;
  readonly blocked: number;
  readonly potentially_blocked: number;
}

export interface BlockedResult {
  readonly hosts: readonly BlockedRow[];
  readonly services: readonly BlockedRow[];
  /** Of all hosts, shown or not. */
  readonly total: {
    readonly hosts: number;
    readonly services: number;
    readonly blocked: number;
    readonly potentially_blocked: number;
  };
}

export interface BlockedOptions {
  /** Rows that are wanted; 0 = all. */
  readonly most: number;
  /** Whose hosts: what was kept from reaching them (default), or what they were kept from. */
  readonly side: 'dst' | 'src';
}

/** Hosts and services with the most blocked and potentially blocked connections (definitions §6). */
export const blockedAnalysis = {
  id: 'blocked',
  about: 'Hosts and services with the most blocked and potentially blocked connections',
  *of(traffic: Traffic, { most = 0, side = 'dst' }: Partial<BlockedOptions> = {}): Steps<BlockedResult> {
    const { pairs } = traffic;
    const hosts = new Map<number, Sum>();
    const services = new Map<number, Sum>();
    const total = { blocked: 0, potentially_blocked: 0 };
    yield* traffic.each(({ pair, service, decision, connections }) => {
      const what = DECISIONS[decision];
      if (what !== 'blocked' && what !== 'potentially_blocked') return;
      total[what] += connections;
      sumOf(hosts, side === 'dst' ? pairs.second(pair) : pairs.first(pair))[what] += connections;
      sumOf(services, service)[what] += connections;
    });
    return {
      hosts: yield* rowsOf(
        hosts,
        (id) => [traffic.ends.texts[id] ?? '', traffic.shown[id]?.name ?? ''],
        most,
      ),
      services: yield* rowsOf(
        services,
        (id) => [traffic.services.texts[id] ?? '', traffic.services.texts[id] ?? ''],
        most,
      ),
      total: { hosts: hosts.size, services: services.size, ...total },
    };
  },
} satisfies Analysis & { of: unknown };

interface Sum {
  blocked: number;
  potentially_blocked: number;
}

const sumOf = (sums: Map<number, Sum>, id: number): Sum => {
  const known = sums.get(id);
  if (known !== undefined) return known;
  const fresh = { blocked: 0, potentially_blocked: 0 };
  sums.set(id, fresh);
  return fresh;
};

function* rowsOf(
  sums: ReadonlyMap<number, Sum>,
  called: (id: number) => readonly [key: string, name: string],
  most: number,
): Steps<BlockedRow[]> {
  const rows = [...sums].map(([id, sum]) => {
    const [key, name] = called(id);
    return { key, name, ...sum };
  });
  const all = (row: Sum): number => row.blocked + row.potentially_blocked;
  return yield* leading(rows, (a, b) => all(b) - all(a) || byCodePoint(a.key, b.key), most);
}
