import type { Analysis } from '../core/analysis.ts';
import { DECISIONS } from '../core/flow.ts';
import { inSlices, type Steps } from '../core/steps.ts';
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
    const groups = yield* traffic.groups();
    const hosts = blockedSums(traffic.shown.length);
    const services = blockedSums(traffic.services.texts.length);
    const hostOf = side === 'dst' ? groups.destination : groups.source;
    yield* inSlices(groups.size, (from, to) => {
      for (let group = from; group < to; group += 1) {
        const decision = groups.decision[group] as number;
        if (decision !== BLOCKED && decision !== POTENTIALLY_BLOCKED) continue;
        const connections = groups.connections[group] as number;
        hosts.add(hostOf[group] as number, decision, connections);
        services.add(groups.service[group] as number, decision, connections);
      }
    });
    return {
      hosts: yield* rowsOf(hosts, most, (id) => [
        traffic.ends.texts[id] ?? '',
        traffic.shown[id]?.name ?? '',
      ]),
      services: yield* rowsOf(services, most, (id) => [
        traffic.services.texts[id] ?? '',
        traffic.services.texts[id] ?? '',
      ]),
      total: {
        hosts: hosts.ids().length,
        services: services.ids().length,
        blocked: groups.total.decisions[BLOCKED] ?? 0,
        potentially_blocked: groups.total.decisions[POTENTIALLY_BLOCKED] ?? 0,
      },
    };
  },
} satisfies Analysis & { of: unknown };

const BLOCKED = DECISIONS.indexOf('blocked');
const POTENTIALLY_BLOCKED = DECISIONS.indexOf('potentially_blocked');

/** Connections by id, blocked and potentially blocked side by side. */
interface BlockedSums {
  add(id: number, decision: number, connections: number): void;
  blocked(id: number): number;
  potentiallyBlocked(id: number): number;
  /** Those anything was added to, be it no connection. */
  ids(): number[];
}

const blockedSums = (size: number): BlockedSums => {
  const sums = new Float64Array(2 * size);
  const met = new Uint8Array(size);
  return {
    add(id, decision, connections) {
      const at = decision === BLOCKED ? 2 * id : 2 * id + 1;
      sums[at] = (sums[at] as number) + connections;
      met[id] = 1;
    },
    blocked: (id) => sums[2 * id] as number,
    potentiallyBlocked: (id) => sums[2 * id + 1] as number,
    ids() {
      const ids: number[] = [];
      for (let id = 0; id < size; id += 1) if (met[id] === 1) ids.push(id);
      return ids;
    },
  };
};

function* rowsOf(
  sums: BlockedSums,
  most: number,
  called: (id: number) => readonly [key: string, name: string],
): Steps<BlockedRow[]> {
  const all = (id: number): number => sums.blocked(id) + sums.potentiallyBlocked(id);
  const order = (a: number, b: number): number => all(b) - all(a) || byCodePoint(called(a)[0], called(b)[0]);
  return (yield* leading(sums.ids(), order, most)).map((id) => {
    const [key, name] = called(id);
    return { key, name, blocked: sums.blocked(id), potentially_blocked: sums.potentiallyBlocked(id) };
  });
}
