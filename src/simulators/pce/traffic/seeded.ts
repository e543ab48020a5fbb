import type { Fleet } from '../fleet/fleet.ts';
import { fingerprint } from '../fleet/fleet.ts';
import type { Workload } from '../fleet/workload.ts';
import type { Bucket, FlowKey, FlowService } from './bucket.ts';
import { DAY_MS, dayOf, reporterOf } from './bucket.ts';
import type { Edge } from './edges.ts';
import { edgesOf } from './edges.ts';
import type { Reporting } from './reporting.ts';

const HISTORY_DAYS = 14;
const BYTES_OUT_FACTOR = 3;
/** Captured estates show most buckets begin in the first ten minutes of the day (definitions §5). */
const FIRST_MINUTES_MS = 600_000;

/** Gives the day buckets of the fleet's ordinary traffic that a window touches, as reported by `now`. */
export type SeededTraffic = (from: number, to: number, now: number) => Iterable<Bucket>;

/** Whether the firewalls of both ends let a connection of the ordinary traffic pass now. */
export type Passes = (edge: Edge) => boolean;

/**
 * Traffic computed, not stored: from 14 days before `start` (epoch ms) it goes on as long as the clock does. What policy makes of it was
 * settled at the start; where a machine was changed since then, what its firewall stops now is blocked from the time it was applied.
 */
export const createSeededTraffic = (
  fleet: Fleet,
  reporting: Reporting,
  start: number,
  passes: Passes,
): SeededTraffic => {
  const stoppedAt = (edge: Edge): number | undefined => {
    const changed = [edge.src.workload, edge.dst.workload].flatMap((one) =>
      one?.ven === undefined || one.updatedAt < start ? [] : [one.ven.appliedAt],
    );
    if (edge.decision !== 'allowed' || changed.length === 0 || passes(edge)) return undefined;
    return Math.max(...changed);
  };
  let known: { readonly fleet: readonly Workload[]; readonly edges: readonly Edge[] } | undefined;
  const edges = (): readonly Edge[] => {
    const current = fleet.all();
    if (known?.fleet !== current) known = { fleet: current, edges: edgesOf(current) };
    return known.edges;
  };
  return function* (from, to, now) {
    const firstDay = Math.max(dayOf(start) - HISTORY_DAYS * DAY_MS, Number.isFinite(from) ? dayOf(from) : 0);
    for (let day = firstDay; day <= Math.min(to, now); day += DAY_MS) {
      for (const edge of edges()) {
        const stopped = stoppedAt(edge);
        const next = day + DAY_MS;
        if (stopped === undefined || stopped >= next) yield* bucketsOf(edge, day, next, now, reporting);
        else {
          if (stopped > day) yield* bucketsOf(edge, day, stopped, now, reporting);
          yield* bucketsOf({ ...edge, decision: 'blocked' }, Math.max(day, stopped), next, now, reporting);
        }
      }
    }
  };
};

/**
 * The rows of both reporters for what happens in a part of one day; a side without a VEN does not report, and one that has seen nothing
 * yet has no row.
 */
function* bucketsOf(
  edge: Edge,
  begin: number,
  end: number,
  now: number,
  reporting: Reporting,
): Iterable<Bucket> {
  for (const direction of ['outbound', 'inbound'] as const) {
    const service = direction === 'inbound' ? edge.service : withoutProcess(edge.service);
    const key: FlowKey = { ...edge, service, direction, state: 'closed', extra: {} };
    const reporter = reporterOf(key);
    if (!reporter.workload?.ven) continue;
    const until = Math.min(reporting.last(reporter, now), end - 1);
    const connections = Math.floor((edge.perDay * (until - begin)) / DAY_MS);
    if (connections < 1) continue;
    const bytesIn = connections * edge.bytesPerConnection;
    const first = Math.min(begin + (fingerprint(reporter.workload) % FIRST_MINUTES_MS), until);
    yield { ...key, connections, bytesIn, bytesOut: bytesIn * BYTES_OUT_FACTOR, first, last: until };
  }
}

/** The listening process is known to the side that listens. */
const withoutProcess = ({ port, proto }: FlowService): FlowService =>
  port === undefined ? { proto } : { port, proto };
