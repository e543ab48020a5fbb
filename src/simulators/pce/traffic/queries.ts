import { isoMillis } from '../clock.ts';
import type { JsonObject } from '../json.ts';
import type { World } from '../world.ts';
import type { Bucket } from './bucket.ts';
import { keyText } from './bucket.ts';
import type { Criteria } from './criteria.ts';
import { sumBuckets } from './traffic.ts';

/** An asynchronous traffic query. */
export interface TrafficQuery {
  readonly href: string;
  readonly parameters: JsonObject;
  readonly criteria: Criteria;
  readonly createdAt: number;
  readonly createdBy: string;
  cancelledAt: number | undefined;
  /** How it ends when it does not complete. */
  readonly ends: 'failed' | 'cancelled' | 'canceled' | undefined;
  downloads: number;
  /** The rows found, before `max_results`; made when first asked for after completion. */
  found: readonly Bucket[] | undefined;
}

export type QueryStatus =
  | 'queued'
  | 'working'
  | 'completed'
  | 'failed'
  | 'cancel_requested'
  | 'cancelled'
  | 'canceled';

/** Queued for a third of `timings.trafficQuery`, then working, then completed; a cancel takes a third (facts §7.2). */
export const statusOf = (world: World, query: TrafficQuery): QueryStatus => {
  const now = world.clock.now();
  const whole = world.settings.timings.trafficQuery;
  if (query.cancelledAt !== undefined) {
    return now >= query.cancelledAt + whole / 3 ? 'cancelled' : 'cancel_requested';
  }
  if (now >= query.createdAt + whole) return query.ends ?? 'completed';
  return now >= query.createdAt + whole / 3 ? 'working' : 'queued';
};

/** The query as GET shows it; counts and `result` only once it is completed (facts §7.2). */
export const queryRow = (world: World, query: TrafficQuery): JsonObject => {
  const status = statusOf(world, query);
  const common = {
    href: query.href,
    status,
    created_by: { href: query.createdBy },
    query_parameters: query.parameters,
    created_at: isoMillis(query.createdAt),
    updated_at: isoMillis(query.createdAt),
  };
  if (status !== 'completed') return common;
  const counts = { matches_count: found(world, query).length, flows_count: resultOf(world, query).length };
  return {
    ...common,
    updated_at: isoMillis(query.createdAt + world.settings.timings.trafficQuery),
    ...counts,
    result: `${query.href}/download`,
    regions: [{ pce_fqdn: world.fqdn, responded: true, ...counts }],
  };
};

/** The rows of a completed query, cut at `max_results`. */
export const resultOf = (world: World, query: TrafficQuery): readonly Bucket[] =>
  found(world, query).slice(0, query.criteria.maxResults);

/** The buckets that fit, as reported by a time (epoch ms). */
export const evaluate = (world: World, criteria: Criteria, now: number): readonly Bucket[] => {
  const fitting: Bucket[] = [];
  for (const bucket of world.traffic.buckets(criteria.from, criteria.to, now)) {
    if (criteria.fits(bucket)) fitting.push(bucket);
  }
  return criteria.acrossDays ? [...sumBuckets(fitting.map((bucket) => [keyText(bucket), bucket]))] : fitting;
};

const found = (world: World, query: TrafficQuery): readonly Bucket[] => {
  query.found ??= evaluate(world, query.criteria, query.createdAt + world.settings.timings.trafficQuery);
  return query.found;
};
