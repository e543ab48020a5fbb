import { parseTime } from '../clock.ts';
import { invalid } from '../http/answer.ts';
import { arrayOfAtMost, objectWith, optionalOneOf } from '../http/body.ts';
import type { JsonObject } from '../json.ts';
import { isObject } from '../json.ts';
import { atLeast } from '../options.ts';
import type { World } from '../world.ts';
import type { EndTest } from './actors.ts';
import { anyOfAll, readActor } from './actors.ts';
import type { Bucket } from './bucket.ts';
import { DAY_MS, DECISIONS, reporterOf } from './bucket.ts';
import { readServices } from './services.ts';

/** Most rows of an asynchronous query, and of the old synchronous one (facts §7.1). */
export const MAX_ROWS = { async: 200_000, sync: 100_000 } as const;

/** A checked traffic query. */
export interface Criteria {
  /** Epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly maxResults: number;
  readonly acrossDays: boolean;
  readonly fits: (bucket: Bucket) => boolean;
}

const BODY = [
  'query_name',
  'start_date',
  'end_date',
  'sources',
  'destinations',
  'services',
  'sources_destinations_query_op',
  'policy_decisions',
  'boundary_decisions',
  'max_results',
  'exclude_workloads_from_ip_list_query',
  'aggregate_flows_across_days',
];
const BOUNDARY_DECISIONS = ['blocked', 'override_deny_rule', 'blocked_non_illumio_rule'];
const DATA_SOURCES = ['server', 'endpoint', 'flowlink', 'scanner'];

/**
 * Checks the body of a traffic query (facts §7.1): `include` is outer OR, inner AND, `exclude` flat; dates need a zone on
 * 25.x (date-only was accepted earlier); `data_sources` came with 24.1. Throws 406 for everything else.
 */
export const readCriteria = (world: World, given: unknown, kind: keyof typeof MAX_ROWS): Criteria => {
  const { release } = world.settings;
  const body = objectWith(given, atLeast(release, 24, 1) ? [...BODY, 'data_sources'] : BODY);
  if (kind === 'async' && typeof body['query_name'] !== 'string') throw invalid('query_name is required');
  const hideWorkloads = body['exclude_workloads_from_ip_list_query'] !== false;
  const sources = readSide(world, body['sources'], 'sources', hideWorkloads);
  const destinations = readSide(world, body['destinations'], 'destinations', hideWorkloads);
  const either = optionalOneOf(body, 'sources_destinations_query_op', ['and', 'or']) === 'or';
  const service = readServices(body['services']);
  const decided = readChoice(body['policy_decisions'], 'policy_decisions', DECISIONS);
  const bounded = readChoice(body['boundary_decisions'], 'boundary_decisions', BOUNDARY_DECISIONS);
  const sourced = readDataSources(body['data_sources']);
  return {
    from: readDate(release, body['start_date'], 'start_date', 0),
    to: readDate(release, body['end_date'], 'end_date', DAY_MS - 1),
    maxResults: readMaxResults(body['max_results'], MAX_ROWS[kind]),
    acrossDays: body['aggregate_flows_across_days'] === true,
    fits: (bucket) => {
      const [fromSource, toDestination] = [
        sources.includes(bucket.src, bucket),
        destinations.includes(bucket.dst, bucket),
      ];
      return (
        (either ? fromSource || toDestination : fromSource && toDestination) &&
        !sources.excludes(bucket.src, bucket) &&
        !destinations.excludes(bucket.dst, bucket) &&
        service(bucket.service) &&
        decided(bucket.decision) &&
        bounded(bucket.extra['boundary_decision']) &&
        sourced(reporterOf(bucket).workload?.ven?.type ?? 'server')
      );
    },
  };
};

interface Side {
  readonly includes: EndTest;
  readonly excludes: EndTest;
}

const readSide = (
  world: World,
  given: unknown,
  side: 'sources' | 'destinations',
  hideWorkloads: boolean,
): Side => {
  const { include = [], exclude = [] } = objectWith(given ?? {}, ['include', 'exclude']);
  const actor = (value: unknown, place: 'include' | 'exclude'): EndTest =>
    readActor(world, value, { side, place, hideWorkloads });
  const sets = arrayOfAtMost(include, Number.POSITIVE_INFINITY, `${side}.include`)
    .map((set) => arrayOfAtMost(set, Number.POSITIVE_INFINITY, `${side}.include[]`))
    .filter((set) => set.length > 0)
    .map((set) => set.map((value) => actor(value, 'include')));
  const excluded = arrayOfAtMost(exclude, Number.POSITIVE_INFINITY, `${side}.exclude`).map((value) => [
    actor(value, 'exclude'),
  ]);
  return { includes: sets.length === 0 ? () => true : anyOfAll(sets), excludes: anyOfAll(excluded) };
};

const readChoice = (
  given: unknown,
  name: string,
  values: readonly string[],
): ((value: unknown) => boolean) => {
  const chosen = arrayOfAtMost(given ?? [], Number.POSITIVE_INFINITY, name);
  const wrong = chosen.find((value) => !values.includes(value as string));
  if (wrong !== undefined) throw invalid(`${name} may hold ${values.join(', ')}, not ${String(wrong)}`);
  return (value) => chosen.length === 0 || chosen.includes(value);
};

const readDataSources = (given: unknown): ((type: string) => boolean) => {
  const { include, exclude = [] } = objectWith(given ?? {}, ['include', 'exclude']);
  const wanted = readChoice(include, 'data_sources.include', DATA_SOURCES);
  const unwanted = readChoice(exclude, 'data_sources.exclude', DATA_SOURCES);
  return (type) => wanted(type) && ((exclude as unknown[]).length === 0 || !unwanted(type));
};

const readDate = (release: string, given: unknown, name: string, addedToDay: number): number => {
  const text = typeof given === 'string' ? given : '';
  if (!atLeast(release, 25) && /^\d{4}-\d\d-\d\d$/.test(text)) return Date.parse(text) + addedToDay;
  const ms = parseTime(text);
  if (ms === undefined) throw invalid(`${name} must be an RFC 3339 time with a zone`);
  return ms;
};

const readMaxResults = (given: unknown, most: number): number => {
  if (given === undefined) return most;
  if (!Number.isSafeInteger(given) || Number(given) < 0 || Number(given) > most) {
    throw invalid(`max_results must be an integer from 0 to ${most}`);
  }
  return Number(given);
};

/** True for `{start_date, end_date, …}`; what is kept as `query_parameters`. */
export const asParameters = (body: unknown): JsonObject => (isObject(body) ? body : {});
