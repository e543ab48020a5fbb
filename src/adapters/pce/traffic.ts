import type { Flow } from '../../core/flow.ts';
import { type Dict, dict, list, number, text } from '../../core/foreign.ts';
import type { Label } from '../../core/label.ts';
import {
  type Clock,
  PceError,
  type QueryStage,
  type TrafficAnswer,
  type TrafficQuery,
} from '../../core/ports.ts';
import type { Call, Client } from './client.ts';
import { discard } from './collections.ts';
import { badAnswer, pceErrorOf } from './errors.ts';
import type { FlowCount } from './flows/format.ts';
import { readFlows } from './flows/read.ts';
import { LIMITS, type Times } from './limits.ts';

/** Every query of ours is called so: what a crash leaves behind is found by it (design §6). */
const OURS = 'illumio-chatops:';
/** A completed query may first download as empty (facts §7.2, "Race"). */
const DOWNLOADS = 4;

/** Traffic queries of one PCE, made with the traffic key. Every method rejects with PceError. */
export interface Traffic {
  /**
   * Runs one query and streams its rows: one call of `row` each, as they come. Rejected after rows were handed over = these
   * rows are a part; forget them. The query is deleted at the PCE whatever happens. `timeout` after `times.query`, or when the
   * signal cancels it.
   */
  flows(
    query: TrafficQuery,
    row: (flow: Flow) => void,
    signal?: AbortSignal,
    stage?: (stage: QueryStage) => void,
  ): Promise<TrafficAnswer>;
  /** Asks for one row of the last minute and deletes the query again: resolves when the key may make queries. */
  tryOut(): Promise<void>;
  /** Deletes our queries that nobody waits for: those of an earlier run and those that could not be deleted. Resolves with their number. */
  deleteStale(): Promise<number>;
}

export const createTraffic = (
  client: Client,
  deps: {
    readonly org: number;
    readonly clock: Clock;
    readonly times: Times;
    readonly known: ReadonlyMap<string, Label>;
  },
): Traffic => {
  const { org, clock, times, known } = deps;
  const path = `/orgs/${org}/traffic_flows/async_queries`;
  const ours = { lane: 'question', key: 'traffic' } as const;
  /** Names of the queries somebody waits for, from before the PCE hears of them until they are deleted. */
  const inUse = new Set<string>();
  let asked = 0;

  /** The finished query's counts. */
  const completion = async (
    href: string,
    until: number,
    signal: AbortSignal | undefined,
    stage: (stage: QueryStage) => void,
  ): Promise<Dict> => {
    for (;;) {
      if (clock.mono() + times.queryPoll > until) {
        throw new PceError('timeout', 'the PCE did not finish the traffic query in time');
      }
      await clock.sleep(times.queryPoll, signal);
      const state = await client.call({ ...ours, path: href, signal }, async (answer) =>
        dict(await answer.json()),
      );
      const status = text(state['status']);
      if (status === 'completed') return state;
      if (status === 'failed' || status === 'cancelled' || status === 'canceled') {
        throw new PceError('unavailable', `the PCE ended the traffic query as ${status}`);
      }
      if (status === 'queued' || status === 'working') stage(status);
    }
  };

  const download = async (call: Call, row: (flow: Flow) => void): Promise<FlowCount> =>
    await client.call({ ...call, tryMs: times.download }, async (answer) => {
      let handed = 0;
      const count = (flow: Flow): void => {
        handed += 1;
        row(flow);
      };
      try {
        return await readFlows(answer.body(), count, (href) => known.get(href));
      } catch (cause) {
        const error = pceErrorOf(cause, false, answer.requestId);
        if (error === undefined || handed === 0) throw cause;
        throw new PceError(error.code, error.message, { cause, retryable: false });
      }
    });

  const run = async (
    href: string,
    row: (flow: Flow) => void,
    signal: AbortSignal | undefined,
    stage: (stage: QueryStage) => void,
  ): Promise<TrafficAnswer> => {
    const state = await completion(href, clock.mono() + times.query, signal, stage);
    const matches = number(state['matches_count']);
    const handedOut = number(state['flows_count']);
    for (let tries = 1; ; tries += 1) {
      const { rows, rejected } = await download({ ...ours, path: `${href}/download`, signal }, row);
      const all = rows + rejected;
      if (all > 0 || (matches ?? 0) === 0) {
        const silent = list(state['regions']).some((region) => dict(region)['responded'] === false);
        const truncated = silent || (matches ?? 0) > (handedOut ?? all) || (handedOut ?? 0) > all;
        return { rows, rejected, truncated, ...(truncated ? { matches } : {}) };
      }
      if (tries === DOWNLOADS) throw badAnswer(`the PCE counts ${matches} flows and hands out none`);
      await clock.sleep(times.queryPoll, signal);
    }
  };

  /** Deletes a query; one that still runs must be cancelled first (facts §7.2). What stays, `deleteStale` finds. */
  const remove = async (href: string): Promise<void> => {
    const status = await discard(client, { ...ours, path: href });
    if (status === undefined || status < 300 || status === 404) return;
    await discard(client, { ...ours, path: href, method: 'PUT', body: { status: 'cancel_requested' } });
    await clock.sleep(times.queryPoll);
    await discard(client, { ...ours, path: href });
  };

  /** The new query's href. */
  const create = async (
    query: TrafficQuery,
    name: string,
    most: number,
    signal: AbortSignal | undefined,
  ): Promise<string> => {
    const body = bodyOf(query, name, most);
    return await client.call({ ...ours, method: 'POST', path, body, signal }, async (answer) => {
      const created = text(dict(await answer.json())['href']);
      if (created === undefined) throw badAnswer('the PCE took a traffic query and did not say where it is');
      return created;
    });
  };

  /** Makes a query, hands its href to `use`, and deletes it whatever happens. */
  const asking = async <T>(
    query: TrafficQuery,
    most: number,
    signal: AbortSignal | undefined,
    use: (href: string) => Promise<T>,
  ): Promise<T> => {
    asked += 1;
    const name = `${OURS} ${new Date(clock.now()).toISOString()} ${asked}`;
    inUse.add(name);
    try {
      const href = await create(query, name, most, signal);
      try {
        return await use(href);
      } finally {
        await remove(href);
      }
    } finally {
      inUse.delete(name);
    }
  };

  return {
    flows: (query, row, signal, stage = () => {}) =>
      asking(query, LIMITS.flows, signal, (href) => run(href, row, signal, stage)),

    async tryOut() {
      const to = clock.now();
      const query = { from: to - 60_000, to, labels: [], decisions: ['blocked'] } as const;
      await asking(query, 1, undefined, async () => {});
    },

    async deleteStale() {
      const queries = await client.call({ ...ours, path }, async (answer) => list(await answer.json()));
      const stale = queries.flatMap((query) => {
        const name = ourName(dict(query));
        return name === undefined || inUse.has(name) ? [] : (text(dict(query)['href']) ?? []);
      });
      for (const href of stale) await remove(href);
      return stale.length;
    },
  };
};

/** Facts §7.1. Without labels and workloads: everything. With them: what has one at either end. */
const bodyOf = (query: TrafficQuery, name: string, most: number): Dict => {
  const include = [
    ...query.labels.map((set) => set.map((href) => ({ label: { href } }))),
    ...(query.workloads ?? []).map((href) => [{ workload: { href } }]),
  ];
  return {
    query_name: name,
    start_date: new Date(query.from).toISOString(),
    end_date: new Date(query.to).toISOString(),
    sources: { include, exclude: [] },
    destinations: { include, exclude: [] },
    services: { include: [], exclude: [] },
    sources_destinations_query_op: include.length === 0 ? 'and' : 'or',
    policy_decisions: query.decisions,
    max_results: most,
  };
};

/** What we called a query, undefined for somebody else's. The name stands in the parameters the PCE repeats; some releases also give it beside them. */
const ourName = (query: Dict): string | undefined =>
  [query['query_name'], dict(query['query_parameters'])['query_name']]
    .map(text)
    .find((name) => name?.startsWith(OURS));
