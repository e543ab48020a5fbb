import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { PceSimulatorOptions } from '../../../src/simulators/pce/index.ts';
import type { Client, Reply, Row } from './support.ts';
import { at, basic, start, tokens } from './support.ts';

const QUERIES = '/orgs/1/traffic_flows/async_queries';

/** A query for everything from midnight to noon; a test names only what it is about. */
const aQuery = (own: Row = {}): Row => ({
  query_name: 'test',
  start_date: '2026-09-10T00:00:00Z',
  end_date: '2026-09-10T12:00:00Z',
  sources: { include: [], exclude: [] },
  destinations: { include: [], exclude: [] },
  services: { include: [], exclude: [] },
  policy_decisions: [],
  ...own,
});

interface Status extends Row {
  readonly href: string;
  readonly status: string;
  readonly result: string;
  readonly matches_count: number;
  readonly flows_count: number;
}

interface Flow extends Row {
  readonly src: {
    readonly ip: string;
    readonly workload?: { readonly hostname: string; readonly href: string };
  };
  readonly dst: {
    readonly ip: string;
    readonly workload?: { readonly hostname: string; readonly href: string };
  };
  readonly service: { readonly port?: number; readonly proto: number };
  readonly num_connections: number;
  readonly policy_decision: string;
  readonly flow_direction: string;
  readonly timestamp_range: { readonly first_detected: string; readonly last_detected: string };
}

/** Creates a query and moves the clock past its end. */
const completed = async (client: Client, own: Row = {}): Promise<Status> => {
  const created = await client.post(QUERIES, aQuery(own));
  expect(created.status).toBe(202);
  client.sim.control.clock({ advance_ms: 600 });
  return (await client.get(created.json<Status>().href)).json<Status>();
};

const flowsOf = async (client: Client, own: Row = {}): Promise<Flow[]> =>
  (await client.get((await completed(client, own)).result)).json<Flow[]>();

/** A simulator with no fleet traffic of its own but what the test adds, visible at once. */
const quiet = async (flows: readonly Row[], options: PceSimulatorOptions = {}): Promise<Client> => {
  const client = await start({ workloads: 20, ...options });
  await client.drive(
    'flows',
    flows.map((flow) => ({ reported_at: at(0), ...flow })),
  );
  return client;
};

/** A flow between two addresses that no workload has. */
const aFlow = (own: Row = {}): Row => ({
  src: { ip: '192.0.2.1' },
  dst: { ip: '192.0.2.2' },
  service: { port: 9999, proto: 6 },
  flow_direction: 'inbound',
  timestamp_range: { first_detected: at(-60), last_detected: at(-30) },
  ...own,
});

const ONLY_9999 = { services: { include: [{ port: 9999, proto: 6 }], exclude: [] } };

describe('the life of a query (facts §7.1, §7.2)', () => {
  it('202 queued → working → completed with counts and the path of the result', async () => {
    const { post, get, sim } = await start();
    const created = await post(QUERIES, aQuery());
    expect(created.status).toBe(202);
    const { href, ...first } = created.json<Status>();
    expect(first).toMatchObject({
      status: 'queued',
      created_by: { href: '/users/1' },
      query_parameters: aQuery(),
    });
    expect(created.headers.get('content-location')).toBe(href.split('/').at(-1));
    expect('result' in first).toBe(false);
    sim.control.clock({ advance_ms: 200 });
    expect((await get(href)).json()).toMatchObject({ status: 'working' });
    sim.control.clock({ advance_ms: 400 });
    const done = (await get(href)).json<Status>();
    expect(done).toMatchObject({ status: 'completed', result: `${href}/download` });
    expect(done.flows_count).toBeGreaterThan(0);
    expect(done.matches_count).toBe(done.flows_count);
    expect((await get(QUERIES)).json()).toEqual([done]);
  });

  it('creating a query is not audited', async () => {
    const client = await start();
    await completed(client);
    expect((await client.get(`/orgs/1/events?timestamp[gte]=${at(0)}`)).json()).toEqual([]);
  });

  it('there is nothing to download before the end', async () => {
    const { post, get } = await start();
    const { href } = (await post(QUERIES, aQuery())).json<Status>();
    expect((await get(`${href}/download`)).status).toBe(404);
  });

  it('max_results cuts flows_count and the download, not matches_count', async () => {
    const client = await start();
    const query = await completed(client, { max_results: 10 });
    expect(query.flows_count).toBe(10);
    expect(query.matches_count).toBeGreaterThan(10);
    expect((await client.get(query.result)).json()).toHaveLength(10);
  });

  it('PUT cancels a running query, which then is cancelled; a finished one cannot be', async () => {
    const { post, get, put, sim } = await start();
    const { href } = (await post(QUERIES, aQuery())).json<Status>();
    expect((await put(href, {})).status).toBe(204);
    expect((await get(href)).json()).toMatchObject({ status: 'cancel_requested' });
    sim.control.clock({ advance_ms: 600 });
    expect((await get(href)).json()).toMatchObject({ status: 'cancelled' });
    expect((await put(href, {})).status).toBe(406);
  });

  it('DELETE removes a finished query, not a running one', async () => {
    const { post, get, call, sim } = await start();
    const { href } = (await post(QUERIES, aQuery())).json<Status>();
    expect((await call('DELETE', href)).status).toBe(406);
    sim.control.clock({ advance_ms: 600 });
    expect((await call('DELETE', href)).status).toBe(204);
    expect((await get(href)).status).toBe(404);
    expect((await get(QUERIES)).json()).toEqual([]);
  });

  it.each([
    ['no query_name', { query_name: undefined }],
    ['a date without time', { start_date: '2026-09-10' }],
    ['a time without zone', { end_date: '2026-09-10T12:00:00' }],
    ['no start_date', { start_date: undefined }],
    ['an unknown key', { limit: 5 }],
    ['max_results above 200,000', { max_results: 200_001 }],
    ['an unknown decision', { policy_decisions: ['denied'] }],
    [
      'potentially_blocked_by_boundary, which is no filter value',
      { policy_decisions: ['potentially_blocked_by_boundary'] },
    ],
    ['an unknown boundary decision', { boundary_decisions: ['allowed'] }],
    ['an unknown operator', { sources_destinations_query_op: 'xor' }],
    ['a flat include', { sources: { include: [{ actors: 'ams' }], exclude: [] } }],
    ['a nested exclude', { sources: { include: [], exclude: [[{ actors: 'ams' }]] } }],
    ['an unknown actor', { sources: { include: [[{ host: 'web-01' }]], exclude: [] } }],
    [
      'an unknown label',
      { sources: { include: [[{ label: { href: '/orgs/1/labels/9999' } }]], exclude: [] } },
    ],
    [
      'ip_address as an object',
      { sources: { include: [[{ ip_address: { value: '10.0.1.1' } }]], exclude: [] } },
    ],
    ['an fqdn as a source', { sources: { include: [[{ fqdn: 'example.com' }]], exclude: [] } }],
    ['transmission in include', { destinations: { include: [[{ transmission: 'unicast' }]], exclude: [] } }],
    ['a service with an unknown key', { services: { include: [{ name: 'ssh' }], exclude: [] } }],
  ])('406 for %s', async (_, own) => {
    const { post } = await start();
    const reply = await post(QUERIES, aQuery(own));
    expect(reply.status).toBe(406);
    expect(tokens(reply)).toEqual(['input_validation_error']);
  });

  it.each([
    ['23.5 took dates', { start_date: '2026-09-10', end_date: '2026-09-10' }, 202],
    ['23.5 did not know data_sources', { data_sources: { include: ['server'] } }, 406],
  ])('release %s', async (_, own, status) => {
    const { post } = await start({ release: '23.5' });
    expect((await post(QUERIES, aQuery(own))).status).toBe(status);
  });
});

describe('the download (facts §7.2, §7.3)', () => {
  const download = async (options: PceSimulatorOptions, headers: Record<string, string>): Promise<Reply> => {
    const client = await start(options);
    return client.get((await completed(client)).result, headers);
  };

  it('is CSV unless JSON is asked for, with the same rows', async () => {
    const client = await start();
    const { result } = await completed(client);
    const csv = await client.get(result, { Accept: '*/*' });
    const flows = (await client.get(result, { Accept: 'application/json' })).json<Flow[]>();
    expect(csv.headers.get('content-type')).toBe('text/csv');
    const [header, ...lines] = csv.text
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(','));
    const column = (name: string): number => header?.indexOf(name) ?? -1;
    expect(
      lines.map((line) => [
        line[column('src_ip')],
        line[column('dst_ip')],
        Number(line[column('num_connections')]),
      ]),
    ).toEqual(flows.map(({ src, dst, num_connections }) => [src.ip, dst.ip, num_connections]));
  });

  it('CSV quotes commas and quotes', async () => {
    const client = await quiet([aFlow({ service: { port: 9999, proto: 6, process_name: 'a,"b"' } })]);
    const { result } = await completed(client, ONLY_9999);
    expect((await client.get(result, { Accept: 'text/csv' })).text).toContain(',"a,""b""",');
  });

  it('is gzip with its header for a client that accepts it', async () => {
    const reply = await download({}, { 'Accept-Encoding': 'gzip' });
    expect(reply.headers.get('content-encoding')).toBe('gzip');
    expect(reply.json().length).toBeGreaterThan(0);
  });

  it('may be gzip bytes that no header announces', async () => {
    const client = await start({ quirks: { rawGzipDownload: true } });
    const { result } = await completed(client);
    const headers = { ...basic('api_sim', 'simsecret'), Accept: 'application/json' };
    const response = await fetch(`${client.sim.url}/api/v2${result}`, { headers });
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(bytes.subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
    expect(JSON.parse(gunzipSync(bytes).toString()).length).toBeGreaterThan(0);
  });

  it('may be empty the first time, though there are matches', async () => {
    const client = await start({ quirks: { emptyFirstDownload: true } });
    const { result, matches_count } = await completed(client);
    expect(matches_count).toBeGreaterThan(0);
    expect((await client.get(result)).json()).toEqual([]);
    expect((await client.get(result)).json()).toHaveLength(matches_count);
  });

  it('offset and limit give a part', async () => {
    const client = await start();
    const { result } = await completed(client);
    const all = (await client.get(result)).json();
    expect((await client.get(`${result}?offset=2&limit=3`)).json()).toEqual(all.slice(2, 5));
  });

  it('has 200,000 rows at most', async () => {
    const client = await start();
    const flows = Array.from({ length: 200_001 }, (_, index) =>
      aFlow({ reported_at: at(0), service: { port: index, proto: 132 } }),
    );
    client.sim.control.addFlows(flows);
    const query = await completed(client, { services: { include: [{ proto: 132 }], exclude: [] } });
    expect([query.matches_count, query.flows_count]).toEqual([200_001, 200_000]);
    expect((await client.get(`${query.result}?offset=199999`)).json()).toHaveLength(1);
  }, 60_000);

  it('the old synchronous call answers the rows directly', async () => {
    const { post } = await start();
    const reply = await post(
      '/orgs/1/traffic_flows/traffic_analysis_queries',
      aQuery({ query_name: undefined }),
    );
    expect(reply.status).toBe(200);
    expect(reply.json().length).toBeGreaterThan(0);
  });
});

describe('filters (facts §7.1)', () => {
  const ends = (flows: readonly Flow[], side: 'src' | 'dst'): ReadonlySet<unknown> =>
    new Set(flows.map((flow) => flow[side].workload?.hostname));

  it('include: [[A],[B]] is the union, [[A,B]] of two roles nothing, [[]] everything', async () => {
    const client = await start();
    const [web, app] = [await client.label('role', 'web'), await client.label('role', 'app')].map((href) => ({
      label: { href },
    }));
    const from = (include: unknown) => flowsOf(client, { sources: { include, exclude: [] } });
    const union = await from([[web], [app]]);
    expect([...ends(union, 'src')].every((name) => /^(web|app)-/.test(String(name)))).toBe(true);
    expect(union.length).toBe((await from([[web]])).length + (await from([[app]])).length);
    expect(await from([[web, app]])).toEqual([]);
    expect((await from([[]])).length).toBe((await from([])).length);
  });

  it('the same workload on both sides: `or` gives all that touches it, `and` only what stays in it', async () => {
    const client = await start();
    const { href } = await client.workload('app-01');
    const both = { include: [[{ workload: { href } }]], exclude: [] };
    const touching = await flowsOf(client, {
      sources: both,
      destinations: both,
      sources_destinations_query_op: 'or',
    });
    const expected = (await flowsOf(client)).filter(({ src, dst }) =>
      [src.workload?.href, dst.workload?.href].includes(href),
    );
    expect(touching).toEqual(expected);
    expect(new Set(touching.map(({ src }) => src.workload?.href === href))).toEqual(new Set([true, false]));
    expect(await flowsOf(client, { sources: both, destinations: both })).toEqual([]);
  });

  it.each([
    ['a decision', { policy_decisions: ['blocked', 'unknown'] }, ['blocked', 'unknown']],
    [
      'every decision when none is named',
      { policy_decisions: [] },
      ['allowed', 'potentially_blocked', 'blocked', 'unknown'],
    ],
  ])('%s', async (_, own, decisions) => {
    const client = await quiet(
      ['allowed', 'potentially_blocked', 'blocked', 'unknown'].map((policy_decision) =>
        aFlow({ policy_decision }),
      ),
    );
    const found = await flowsOf(client, { ...ONLY_9999, ...own });
    expect(found.map(({ policy_decision }) => policy_decision)).toEqual(decisions);
  });

  it.each([
    ['a port', { include: [{ port: 9999, proto: 6 }], exclude: [] }, [9999]],
    ['a range of ports', { include: [{ port: 9998, to_port: 9999, proto: 6 }], exclude: [] }, [9998, 9999]],
    ['another protocol', { include: [{ port: 9999, proto: 17 }], exclude: [] }, []],
    ['a process', { include: [{ process_name: 'evil.exe' }], exclude: [] }, [9998]],
    [
      'a range without one port',
      { include: [{ port: 9990, to_port: 9999 }], exclude: [{ port: 9998 }] },
      [9999],
    ],
  ])('services: %s', async (_, services, ports) => {
    const client = await quiet([
      aFlow({ service: { port: 9998, proto: 6, process_name: 'evil.exe' } }),
      aFlow({ service: { port: 9999, proto: 6 } }),
    ]);
    expect((await flowsOf(client, { services })).map(({ service }) => service.port)).toEqual(ports);
  });

  it('ip_address finds an address and a network', async () => {
    const client = await quiet([
      aFlow({ dst: { ip: '198.51.100.9' } }),
      aFlow({ dst: { ip: '198.51.100.99' } }),
    ]);
    const to = async (ip_address: string) =>
      (
        await flowsOf(client, { ...ONLY_9999, destinations: { include: [[{ ip_address }]], exclude: [] } })
      ).map(({ dst }) => dst.ip);
    expect(await to('198.51.100.9')).toEqual(['198.51.100.9']);
    expect(await to('198.51.100.0/24')).toEqual(['198.51.100.9', '198.51.100.99']);
  });

  it('an IP list means no workload, unless exclude_workloads_from_ip_list_query is false', async () => {
    const client = await start();
    const sources = {
      include: [[{ ip_list: { href: '/orgs/1/sec_policy/draft/ip_lists/3' } }]],
      exclude: [],
    };
    expect(await flowsOf(client, { sources })).toEqual([]);
    const found = await flowsOf(client, { sources, exclude_workloads_from_ip_list_query: false });
    expect(found.length).toBeGreaterThan(0);
  });

  it('a label group stands for its labels', async () => {
    const client = await start();
    const groups = (await client.get('/orgs/1/sec_policy/active/label_groups')).json();
    const found = await flowsOf(client, {
      sources: { include: [[{ label_group: { href: groups[0]?.['href'] } }]], exclude: [] },
    });
    const labels = found.flatMap(
      ({ src }) => (src.workload as unknown as { labels: { key: string; value: string }[] }).labels,
    );
    expect(new Set(labels.filter(({ key }) => key === 'env').map(({ value }) => value))).toEqual(
      new Set(['stage', 'dev']),
    );
  });

  it('exclude takes away', async () => {
    const client = await start();
    const { href } = await client.workload('web-01');
    const found = await flowsOf(client, { sources: { include: [], exclude: [{ workload: { href } }] } });
    expect(ends(found, 'src').has('web-01')).toBe(false);
    expect(ends(found, 'src').has('web-02')).toBe(true);
  });
});

describe('what the VENs report (facts §7.3)', () => {
  it('both ends of a connection report it, each in its direction', async () => {
    const client = await start();
    const found = (await flowsOf(client)).filter(
      ({ src, dst }) => src.workload?.hostname === 'web-01' && dst.workload?.hostname.startsWith('app-'),
    );
    expect(found.map(({ flow_direction }) => flow_direction).sort()).toEqual(
      found.map((_, index) => (index < found.length / 2 ? 'inbound' : 'outbound')),
    );
    expect(found.length).toBeGreaterThan(0);
  });

  it('counters are per UTC day and not clipped to the window', async () => {
    const client = await start();
    const narrow = await flowsOf(client, { start_date: at(-5) });
    const wide = await flowsOf(client, { start_date: at(-120) });
    expect(narrow).toEqual(wide);
    expect(
      narrow.every(({ timestamp_range }) => timestamp_range.first_detected < '2026-09-10T00:10:01Z'),
    ).toBe(true);
    const twoDays = await flowsOf(client, { start_date: '2026-09-09T12:00:00Z' });
    expect(twoDays.length).toBeGreaterThan(1.9 * wide.length);
  });

  it('aggregate_flows_across_days makes one row of the days', async () => {
    const client = await quiet([
      aFlow({
        num_connections: 2,
        timestamp_range: { first_detected: at(-1_440), last_detected: at(-1_440) },
      }),
      aFlow({ num_connections: 3 }),
    ]);
    const days = { ...ONLY_9999, start_date: '2026-09-08T00:00:00Z' };
    const counts = async (own: Row) =>
      (await flowsOf(client, { ...days, ...own })).map((flow) => flow.num_connections);
    expect(await counts({})).toEqual([2, 3]);
    expect(await counts({ aggregate_flows_across_days: true })).toEqual([5]);
  });

  it('two reports of one row and day add up', async () => {
    const client = await quiet([
      aFlow({ num_connections: 2, dst_bi: 10 }),
      aFlow({
        num_connections: 3,
        dst_bi: 1,
        timestamp_range: { first_detected: at(-90), last_detected: at(-10) },
      }),
    ]);
    expect(await flowsOf(client, ONLY_9999)).toMatchObject([
      {
        num_connections: 5,
        dst_bi: 11,
        timestamp_range: { first_detected: '2026-09-10T10:30:00Z', last_detected: '2026-09-10T11:50:00Z' },
      },
    ]);
  });

  it('a new flow is seen after the next ten-minute report, not before', async () => {
    const client = await start();
    const { href } = await client.workload('web-01');
    await client.drive('flows', {
      src: { ip: '192.0.2.1' },
      dst: { workload: { href } },
      service: { port: 9999, proto: 6 },
    });
    const found = () => flowsOf(client, { ...ONLY_9999, end_date: at(60) });
    expect(await found()).toEqual([]);
    client.sim.control.clock({ now: at(10) });
    expect(await found()).toMatchObject([
      { flow_direction: 'inbound', num_connections: 1, policy_decision: 'allowed' },
    ]);
  });

  it('counters grow with the clock', async () => {
    const client = await start();
    const sum = async () => (await flowsOf(client)).reduce((total, flow) => total + flow.num_connections, 0);
    const before = await sum();
    client.sim.control.clock({ now: at(30) });
    expect(await sum()).toBeGreaterThan(before);
  });

  it('an end that is no workload names its IP lists, and its fqdn where known', async () => {
    const client = await quiet([
      aFlow({ src: { ip: '203.0.113.9' }, dst: { ip: '198.51.100.7', fqdn: 'updates.example.com' } }),
    ]);
    const [row] = await flowsOf(client, ONLY_9999);
    expect(row?.src).toEqual({
      ip: '203.0.113.9',
      ip_lists: [{ href: '/orgs/1/sec_policy/draft/ip_lists/2', name: 'Partners', size: 256 }],
    });
    expect(row?.dst).toEqual({ ip: '198.51.100.7', fqdn: 'updates.example.com' });
  });

  it('rows carry the labels of now', async () => {
    const client = await start();
    const { href } = await client.workload('web-01');
    await client.drive('labels', { href, labels: { app: 'moved' } });
    const row = (await flowsOf(client)).find(({ src }) => src.workload?.href === href);
    expect(row?.src.workload).toMatchObject({ labels: [{ key: 'app', value: 'moved' }] });
  });

  it('GET /_sim/flows gives what a query without filter finds, before any cap', async () => {
    const client = await start();
    const stored = (await client.call('GET', `/_sim/flows?from=2026-09-10T00:00:00Z&to=${at(0)}`)).json();
    const found = await flowsOf(client);
    expect(found.length).toBeGreaterThan(100);
    expect(stored).toEqual(found);
  });

  it.each([
    ['no service', { service: undefined }],
    ['an unknown decision', { policy_decision: 'maybe' }],
    ['an end that is nowhere', { src: { workload: { href: '/orgs/1/workloads/none' } } }],
  ])('/_sim/flows refuses %s', async (_, own) => {
    const { call } = await start();
    expect((await call('POST', '/_sim/flows', aFlow(own))).status).toBe(406);
  });
});
