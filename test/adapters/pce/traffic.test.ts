import { describe, expect, it } from 'vitest';
import type { PceDeps } from '../../../src/adapters/pce/index.ts';
import type { Flow } from '../../../src/core/flow.ts';
import type { PceSimulatorOptions } from '../../../src/simulators/pce/index.ts';
import { failureOf } from './support/failure.ts';
import { aFake, sendJson } from './support/fake.ts';
import { aLab, anAdapter, START } from './support/pce.ts';

const DAY = 86_400_000;
const QUERY = { from: START - DAY, to: START, labels: [], decisions: [] };

const aTrafficLab = async (options: PceSimulatorOptions = {}, deps: Partial<PceDeps> = {}) => {
  const lab = await aLab({ workloads: 20, timings: { trafficQuery: 9_000 }, ...options }, deps);
  const flows: Flow[] = [];
  return {
    ...lab,
    flows,
    run: (query: object = {}, signal?: AbortSignal) =>
      lab.pce.flows({ ...QUERY, ...query }, (flow) => flows.push(flow), signal),
    sent: () =>
      lab.sim.control
        .state()
        .requests.map(
          ({ method, path }) => `${method} ${path.replace(/^.*async_queries(\/[\w-]{36})?/, '')}`,
        ),
    left: async () => {
      const answer = await fetch(`${lab.sim.url}/api/v2/orgs/1/traffic_flows/async_queries`, {
        headers: { authorization: `Basic ${btoa('api_sim:simsecret')}` },
      });
      return (await answer.json()) as object[];
    },
  };
};

describe('a traffic query', () => {
  it('gives every flow the PCE found, and is deleted', async () => {
    const { run, flows, sim, sent, left } = await aTrafficLab();
    const answer = await run();
    const buckets = sim.control.flows({
      from: new Date(QUERY.from).toISOString(),
      to: new Date(QUERY.to).toISOString(),
    });
    expect(answer).toEqual({ rows: flows.length, rejected: 0, truncated: false });
    expect(flows.length).toBeGreaterThan(100);
    expect(flows.length).toBe(buckets.length);
    expect(sent().at(-1)).toBe('DELETE ');
    expect(await left()).toEqual([]);
  });

  it('asks for all days and ends by a name of ours, with times that have a zone', async () => {
    const { run, left, sim } = await aTrafficLab();
    sim.control.fault({ path: '/async_queries/', method: 'DELETE', kind: 'status', status: 403 });
    await run({ decisions: ['blocked'] });
    expect(await left()).toMatchObject([
      {
        query_parameters: {
          query_name: expect.stringMatching(/^illumio-chatops: /),
          start_date: new Date(QUERY.from).toISOString(),
          end_date: new Date(QUERY.to).toISOString(),
          policy_decisions: ['blocked'],
          max_results: 200_000,
        },
      },
    ]);
  });

  it('by label finds what has it at either end', async () => {
    const { run, flows, pce } = await aTrafficLab();
    const label = await pce.findLabel('env', 'prod');
    await run({ labels: [[label?.href]] });
    expect(flows.length).toBeGreaterThan(0);
    const isProd = (end: Flow['source']): boolean =>
      end.labels.some(({ key, value }) => key === 'env' && value === 'prod');
    expect(flows.filter(({ source, destination }) => !isProd(source) && !isProd(destination))).toEqual([]);
  });

  it('takes gzip without a header that says so', async () => {
    const { run, flows } = await aTrafficLab({ quirks: { rawGzipDownload: true } });
    expect((await run()).rows).toBe(flows.length);
    expect(flows.length).toBeGreaterThan(100);
  });

  it('downloads again when a completed query hands out nothing at first', async () => {
    const { run, flows, sent } = await aTrafficLab({ quirks: { emptyFirstDownload: true } });
    await run();
    expect(flows.length).toBeGreaterThan(100);
    expect(sent().filter((line) => line === 'GET /download')).toHaveLength(2);
  });

  it('of an empty window is an empty answer at the first download', async () => {
    const { run, sent } = await aTrafficLab();
    expect(await run({ from: START - 400 * DAY, to: START - 399 * DAY })).toEqual({
      rows: 0,
      rejected: 0,
      truncated: false,
    });
    expect(sent().filter((line) => line === 'GET /download')).toHaveLength(1);
  });

  it('is given up after its deadline, cancelled and deleted', async () => {
    const { run, left, sent } = await aTrafficLab({ timings: { trafficQuery: 3_600_000 } });
    expect(await failureOf(run())).toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(/query in time/),
    });
    expect(sent().filter((line) => line === 'PUT ')).toHaveLength(1);
    expect(await left()).toEqual([]);
  });

  it('can be cancelled', async () => {
    const stop = new AbortController();
    const { run, sim, clock, sent } = await aTrafficLab({ timings: { trafficQuery: 60_000 } });
    const sleep = clock.sleep.bind(clock);
    clock.sleep = async (ms, signal) => {
      if (clock.slept.length === 2) stop.abort();
      await sleep(ms, signal);
    };
    expect(await failureOf(run({}, stop.signal))).toMatchObject({
      code: 'timeout',
      message: 'cancelled',
      retryable: false,
    });
    expect(sent().slice(-3)).toEqual(['DELETE ', 'PUT ', 'DELETE ']);
    expect(sim.control.state().requests.at(-3)?.status).toBe(406);
  });

  it.each<['status' | 'html' | 'truncate' | 'half', number | undefined, string]>([
    ['status', 500, 'unavailable'],
    ['html', undefined, 'bad-answer'],
    ['truncate', undefined, 'unavailable'],
    ['half', undefined, 'bad-answer'],
  ])('is deleted also when its download fails by %s %s', async (kind, status, code) => {
    const { run, sim, left, flows } = await aTrafficLab();
    sim.control.fault({ path: '/download', kind, ...(status === undefined ? {} : { status }) });
    const error = await failureOf(run());
    expect(error.code).toBe(code);
    expect(error.retryable).toBe(flows.length === 0);
    expect(await left()).toEqual([]);
  });

  it('hands no row over twice: a download that broke off is not repeated', async () => {
    const { run, sim, flows, sent } = await aTrafficLab();
    sim.control.fault({ path: '/download', kind: 'half', times: 1 });
    await failureOf(run());
    expect(flows.length).toBeGreaterThan(0);
    expect(sent().filter((line) => line === 'GET /download')).toHaveLength(1);
  });

  it('leaves behind only what the next start deletes', async () => {
    const { run, sim, pce, left } = await aTrafficLab();
    const fault = sim.control.fault({
      path: '/async_queries/',
      method: 'DELETE',
      kind: 'status',
      status: 500,
    });
    await run();
    sim.control.clearFaults(fault);
    await fetch(`${sim.url}/api/v2/orgs/1/traffic_flows/async_queries`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('api_sim:simsecret')}` },
      body: JSON.stringify({
        query_name: 'somebody else',
        start_date: '2026-09-10T00:00:00Z',
        end_date: '2026-09-10T01:00:00Z',
      }),
    });
    expect(await left()).toHaveLength(2);
    expect(await pce.deleteStaleQueries()).toBe(1);
    expect(await left()).toMatchObject([{ query_parameters: { query_name: 'somebody else' } }]);
  });

  it('leaves alone what somebody waits for: a question asked in the first seconds is answered', async () => {
    const { run, flows, pce, sent } = await aTrafficLab();
    let stale = Promise.resolve(-1);
    const answer = await pce.flows(
      QUERY,
      (flow) => flows.push(flow),
      undefined,
      () => {
        stale = pce.deleteStaleQueries();
      },
    );
    expect(await stale).toBe(0);
    expect(answer.rows).toBe(flows.length);
    expect(sent().filter((call) => call.startsWith('DELETE'))).toHaveLength(1);
    await expect(run()).resolves.toMatchObject({ truncated: false });
  });
});

describe('the counts of a query', () => {
  const row = (n: number) => ({
    src: { ip: '192.0.2.1' },
    dst: { ip: '192.0.2.2' },
    service: { proto: 6, port: n },
    timestamp_range: { first_detected: '2026-09-10T00:00:00Z', last_detected: '2026-09-10T01:00:00Z' },
  });

  const aPce = async (state: object, downloads: readonly (readonly unknown[])[]) => {
    let n = 0;
    return anAdapter(
      (
        await aFake((request, response) => {
          const href = '/orgs/1/traffic_flows/async_queries/q';
          if (request.method === 'POST') sendJson(response, { href, status: 'queued' }, 202);
          else if (request.method === 'DELETE') response.writeHead(204).end();
          else if (request.url?.endsWith('/download')) {
            n += 1;
            sendJson(response, downloads[Math.min(n, downloads.length) - 1]);
          } else sendJson(response, { href, ...state });
        })
      ).url,
    );
  };

  it.each<[string, object, unknown[], object]>([
    [
      'all rows',
      { matches_count: 2, flows_count: 2 },
      [row(1), row(2)],
      { rows: 2, rejected: 0, truncated: false },
    ],
    [
      'more matches than rows',
      { matches_count: 9, flows_count: 2 },
      [row(1), row(2)],
      { rows: 2, rejected: 0, truncated: true, matches: 9 },
    ],
    [
      'fewer rows than announced',
      { matches_count: 3, flows_count: 3 },
      [row(1), row(2)],
      { rows: 2, rejected: 0, truncated: true, matches: 3 },
    ],
    ['no counts at all', {}, [row(1)], { rows: 1, rejected: 0, truncated: false }],
    [
      'rows of no use',
      { matches_count: 3, flows_count: 3 },
      [row(1), 7, { ...row(2), src: {} }],
      { rows: 1, rejected: 2, truncated: false },
    ],
    [
      'a region that did not answer',
      { matches_count: 1, flows_count: 1, regions: [{ responded: true }, { responded: false }] },
      [row(1)],
      { rows: 1, rejected: 0, truncated: true, matches: 1 },
    ],
  ])('say of %s what it is', async (_, counts, rows, expected) => {
    const pce = await aPce({ status: 'completed', ...counts }, [rows]);
    expect(await pce.flows(QUERY, () => {})).toEqual(expected);
  });

  it('that promise rows which never come are a bad answer, not "no traffic"', async () => {
    const pce = await aPce({ status: 'completed', matches_count: 5, flows_count: 5 }, [[]]);
    expect(await failureOf(pce.flows(QUERY, () => {}))).toMatchObject({
      code: 'bad-answer',
      message: 'the PCE counts 5 flows and hands out none',
    });
  });

  it.each(['failed', 'cancelled', 'canceled'])('%s is the end of a query', async (status) => {
    const pce = await aPce({ status }, [[]]);
    expect(await failureOf(pce.flows(QUERY, () => {}))).toMatchObject({
      code: 'unavailable',
      message: `the PCE ended the traffic query as ${status}`,
    });
  });
});
