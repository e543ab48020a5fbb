import type { Answer } from '../http/answer.ts';
import { json, jsonRows, noContent, notFound, Refusal } from '../http/answer.ts';
import type { Exchange, Route } from '../http/exchange.ts';
import { count, flag, readQuery } from '../http/query.ts';
import type { Bucket } from '../traffic/bucket.ts';
import { asParameters, readCriteria } from '../traffic/criteria.ts';
import { csvOf } from '../traffic/csv.ts';
import type { TrafficQuery } from '../traffic/queries.ts';
import { evaluate, queryRow, resultOf, statusOf } from '../traffic/queries.ts';
import { createFlowRows } from '../traffic/row.ts';
import type { World } from '../world.ts';

const QUERIES = '/orgs/:org/traffic_flows/async_queries';

/** Traffic queries: create, follow, download, cancel, delete, and the old synchronous call (facts §7). */
export const trafficRoutes = (world: World): readonly Route[] => {
  const queries = new Map<string, TrafficQuery>();
  const ends = [...world.settings.quirks.queriesEnd];
  const theQuery = ({ params }: Exchange): TrafficQuery => {
    const query = queries.get(params['id'] ?? '');
    if (!query) throw notFound('query');
    return query;
  };
  return [
    {
      method: 'POST',
      path: QUERIES,
      handle: (exchange) => {
        const id = world.random.uuid();
        const query = newQuery(world, exchange, id, ends.shift());
        queries.set(id, query);
        return json(queryRow(world, query), 202, { 'Content-Location': id });
      },
    },
    {
      method: 'GET',
      path: QUERIES,
      handle: () => json([...queries.values()].map((query) => queryRow(world, query))),
    },
    {
      method: 'GET',
      path: `${QUERIES}/:id`,
      handle: (exchange) => json(queryRow(world, theQuery(exchange))),
    },
    {
      method: 'GET',
      path: `${QUERIES}/:id/download`,
      handle: (exchange) => download(world, exchange, theQuery(exchange)),
    },
    { method: 'PUT', path: `${QUERIES}/:id`, handle: (exchange) => cancel(world, theQuery(exchange)) },
    {
      method: 'DELETE',
      path: `${QUERIES}/:id`,
      handle: (exchange) => {
        const status = statusOf(world, theQuery(exchange));
        if (status === 'queued' || status === 'working') {
          throw new Refusal(
            406,
            'not_acceptable_error',
            'Only a finished query can be deleted; cancel it first',
          );
        }
        queries.delete(exchange.params['id'] ?? '');
        return noContent();
      },
    },
    {
      method: 'POST',
      path: '/orgs/:org/traffic_flows/traffic_analysis_queries',
      handle: (exchange) => {
        const criteria = readCriteria(world, exchange.body, 'sync');
        const rows = evaluate(world, criteria, world.clock.now()).slice(0, criteria.maxResults);
        return jsonRows(rendered(world, rows));
      },
    },
  ];
};

const newQuery = (
  world: World,
  exchange: Exchange,
  id: string,
  ends: TrafficQuery['ends'],
): TrafficQuery => ({
  href: world.org(`/traffic_flows/async_queries/${id}`),
  criteria: readCriteria(world, exchange.body, 'async'),
  parameters: asParameters(exchange.body),
  createdAt: world.clock.now(),
  createdBy: exchange.caller.user.href,
  cancelledAt: undefined,
  ends,
  downloads: 0,
  found: undefined,
});

const cancel = (world: World, query: TrafficQuery): Answer => {
  const status = statusOf(world, query);
  if (status !== 'queued' && status !== 'working') {
    throw new Refusal(406, 'not_acceptable_error', `A ${status} query cannot be cancelled`);
  }
  query.cancelledAt = world.clock.now();
  return noContent();
};

/** CSV unless `Accept: application/json` (facts §7.2). */
const download = (world: World, exchange: Exchange, query: TrafficQuery): Answer => {
  const asked = readQuery(exchange.query, { offset: count, limit: count, include_draft_policy_in_csv: flag });
  if (statusOf(world, query) !== 'completed') throw notFound('result');
  query.downloads += 1;
  const { emptyFirstDownload, emptyDownloads, alwaysCsv, rawGzipDownload: rawGzip } = world.settings.quirks;
  const isEmpty = emptyDownloads || (emptyFirstDownload && query.downloads === 1);
  const all = isEmpty ? [] : resultOf(world, query);
  const from = asked.offset ?? 0;
  const rows = all.slice(from, asked.limit === undefined ? undefined : from + asked.limit);
  if (!alwaysCsv && (exchange.headers['accept'] ?? '').includes('application/json')) {
    return { ...jsonRows(rendered(world, rows)), rawGzip };
  }
  return { status: 200, type: 'text/csv', chunks: csvOf(rows), rawGzip };
};

function* rendered(world: World, buckets: Iterable<Bucket>): Iterable<string> {
  const rowOf = createFlowRows(world);
  for (const bucket of buckets) yield JSON.stringify(rowOf(bucket));
}
