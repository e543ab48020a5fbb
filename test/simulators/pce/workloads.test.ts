import { describe, expect, it } from 'vitest';
import type { Client, Workload } from './support.ts';
import { start, tokens } from './support.ts';

const list = async ({ get }: Client, query: string): Promise<Workload[]> =>
  (await get(`/orgs/1/workloads?${query}`)).json<Workload[]>();

const names = (rows: readonly Workload[]): readonly unknown[] =>
  rows.map((row) => row.hostname || row['name']);

const value = (row: Workload, key: string): string | undefined =>
  row.labels.find((label) => label.key === key)?.value;

describe('the seeded fleet', () => {
  it('web-01 is a managed, enforced web server of shop in production with two interfaces', async () => {
    const client = await start();
    const row = await client.workload('web-01');
    expect(row).toMatchObject({
      managed: true,
      online: true,
      enforcement_mode: 'full',
      deleted: false,
      name: null,
    });
    expect(row.labels.map(({ key, value: text }) => `${key}=${text}`)).toEqual([
      'role=web',
      'app=shop',
      'env=prod',
      'loc=fra',
    ]);
    expect(row['interfaces']).toHaveLength(2);
    expect(row['services']).toEqual({});
  });

  it('GET one adds the open ports, with `protocol`', async () => {
    const client = await start();
    const { href } = await client.workload('web-01');
    const { services } = (await client.get(href)).json<{ services: { open_service_ports: object[] } }>();
    expect(services.open_service_ports).toHaveLength(3);
    expect(services.open_service_ports).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ protocol: 6, port: 22, process_name: 'sshd' }),
        expect.objectContaining({ protocol: 6, port: 443, process_name: 'nginx' }),
        expect.objectContaining({ protocol: 6, port: 9100, process_name: 'node_exporter' }),
      ]),
    );
  });

  it('an unmanaged box has no VEN, an empty hostname, online true and an agent of config alone', async () => {
    const client = await start();
    const rows = await list(client, 'managed=false');
    expect(rows).toHaveLength(6);
    expect(rows[0]).toMatchObject({ hostname: '', name: 'lb-01', ven: null, online: true });
    expect(Object.keys(rows[0]?.agent ?? {})).toEqual(['config']);
  });

  it('most of it is in full enforcement, some in each other mode, and a few are endpoints', async () => {
    const rows = await list(await start(), 'managed=true');
    const modes = rows.map((row) => row['enforcement_mode']);
    expect(new Set(modes)).toEqual(new Set(['full', 'selective', 'visibility_only', 'idle']));
    expect(modes.filter((mode) => mode === 'full').length).toBeGreaterThan(40);
    expect(rows.filter((row) => (row['ven'] as { ven_type: string }).ven_type === 'endpoint')).toHaveLength(
      3,
    );
  });

  it('the hrefs of agent and VEN follow the rule: an integer, and the UUID of the workload', async () => {
    const client = await start();
    const row = await client.workload('db-01');
    const uuid = row.href.split('/').at(-1);
    expect(row['ven']).toMatchObject({ href: `/orgs/1/vens/${uuid}`, hostname: 'db-01', status: 'active' });
    expect(row.agent).toMatchObject({ href: expect.stringMatching(/^\/orgs\/1\/agents\/\d+$/) });
  });

  it('timestamps of workloads have microseconds, and the heartbeat is at most five minutes old', async () => {
    const { agent } = await (await start()).workload('web-01');
    expect(agent.status['last_heartbeat_on']).toMatch(/T\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(String(agent.status['last_heartbeat_on']) > '2026-09-10T11:55:00').toBe(true);
  });

  it('before 22.3 labels are hrefs only', async () => {
    const [row] = await list(await start({ release: '21.5' }), 'max_results=1');
    expect(Object.keys(row?.labels[0] ?? {})).toEqual(['href']);
  });

  it('the same seed gives the same machines, another seed others', async () => {
    const [one, same, other] = [await start(), await start({ seed: 1 }), await start({ seed: 2 })];
    const hrefs = async (client: Client) => (await list(client, '')).map(({ href }) => href);
    expect(await hrefs(same)).toEqual(await hrefs(one));
    expect(await hrefs(other)).not.toEqual(await hrefs(one));
    expect(names(await list(other, ''))).toEqual(names(await list(one, '')));
  });
});

describe('GET /workloads filters (facts §4.1)', () => {
  it.each([
    ['hostname fits anywhere in the name', 'hostname=eb-0', (row: Workload) => row.hostname.includes('eb-0')],
    ['managed=false', 'managed=false', (row: Workload) => row['managed'] === false],
    ['managed=False, as Python writes it', 'managed=False', (row: Workload) => row['managed'] === false],
    ['enforcement_mode', 'enforcement_mode=idle', (row: Workload) => row['enforcement_mode'] === 'idle'],
    ['match_type=exact', 'hostname=web-01&match_type=exact', (row: Workload) => row.hostname === 'web-01'],
    [
      'two filters at once',
      'hostname=web&enforcement_mode=full',
      (row: Workload) => row.hostname.includes('web'),
    ],
  ])('%s', async (_, query, fits) => {
    const client = await start();
    const expected = (await list(client, '')).filter(fits);
    expect(expected.length).toBeGreaterThan(0);
    expect(names(await list(client, query))).toEqual(names(expected));
  });

  it('ip_address fits anywhere in any address', async () => {
    const client = await start();
    expect(names(await list(client, 'ip_address=2001:db8::101'))).toEqual(['web-01']);
    expect((await list(client, 'ip_address=10.0.1.1')).length).toBeGreaterThan(1);
  });

  it('labels: inner AND, outer OR', async () => {
    const client = await start();
    const [web, db, shop] = [
      await client.label('role', 'web'),
      await client.label('role', 'db'),
      await client.label('app', 'shop'),
    ];
    const ask = (sets: unknown) => list(client, `labels=${encodeURIComponent(JSON.stringify(sets))}`);
    const all = await list(client, '');
    const isRole = (row: Workload, role: string): boolean => value(row, 'role') === role;
    expect(names(await ask([[web, shop]]))).toEqual(
      names(all.filter((row) => isRole(row, 'web') && value(row, 'app') === 'shop')),
    );
    expect(names(await ask([[web], [db]]))).toEqual(
      names(all.filter((row) => isRole(row, 'web') || isRole(row, 'db'))),
    );
    expect(await ask([[web, db]])).toEqual([]);
  });

  it('a pseudo href asks for workloads without a dimension', async () => {
    const client = await start();
    const sets = JSON.stringify([['/orgs/1/labels?key=Quarantine&exists=false']]);
    expect(await list(client, `labels=${encodeURIComponent(sets)}`)).toHaveLength(60);
    expect(await list(client, `labels=${encodeURIComponent(sets.replace('false', 'true'))}`)).toEqual([]);
  });

  it.each([
    ['an unknown parameter', 'host=web-01'],
    ['a mode there is not', 'enforcement_mode=enforced'],
    ['managed=yes', 'managed=yes'],
    ['labels that are no JSON', 'labels=role:web'],
    ['labels as a flat array', `labels=${encodeURIComponent('["/orgs/1/labels/1"]')}`],
    ['an unknown label', `labels=${encodeURIComponent('[["/orgs/1/labels/9999"]]')}`],
    ['a heartbeat bound without zone', 'last_heartbeat_on[gte]=2026-09-10T00:00:00'],
  ])('406 for %s', async (_, query) => {
    const { get } = await start();
    const reply = await get(`/orgs/1/workloads?${query}`);
    expect(reply.status).toBe(406);
    expect(tokens(reply)).toHaveLength(1);
  });
});

describe('collections above 500 rows (facts §4.1, §8)', () => {
  it('a synchronous answer has 500 rows whatever max_results says, and the headers the truth', async () => {
    const { get } = await start({ workloads: 620 });
    const reply = await get('/orgs/1/workloads?max_results=100000');
    expect(reply.status).toBe(200);
    expect(reply.json()).toHaveLength(500);
    expect(reply.headers.get('x-total-count')).toBe('620');
  });

  it('X-Total-Count ignores filters as measured live, X-Matched-Count does not', async () => {
    const { get } = await start();
    const { headers } = await get('/orgs/1/workloads?managed=false&max_results=1');
    expect([headers.get('x-total-count'), headers.get('x-matched-count')]).toEqual(['60', '6']);
  });

  it('a deployment may count the matches in X-Total-Count', async () => {
    const { get } = await start({ quirks: { totalCountIgnoresFilters: false } });
    expect((await get('/orgs/1/workloads?managed=false')).headers.get('x-total-count')).toBe('6');
  });

  it('respond-async: 202 without body, job pending → running → done (not completed), then all rows', async () => {
    const { get, sim } = await start({ workloads: 620, timings: { job: 3_000 } });
    const accepted = await get('/orgs/1/workloads', { Prefer: 'respond-async' });
    expect([accepted.status, accepted.text]).toEqual([202, '']);
    expect(accepted.headers.get('retry-after')).toBe('3');
    const href = String(accepted.headers.get('location'));
    const job = async () =>
      (await get(href)).json<{ status: string; result: { href: string } | null; requested_at: string }>();
    const first = await job();
    expect([first.status, first.result]).toEqual(['pending', null]);
    expect(first.requested_at).toBe('2026-09-10 12:00:00.000000');
    sim.control.clock({ advance_ms: 1_500 });
    expect((await job()).status).toBe('running');
    sim.control.clock({ advance_ms: 1_500 });
    const done = await job();
    expect(done.status).toBe('done');
    expect((await get(String(done.result?.href))).json()).toHaveLength(620);
  });

  it('a data file is 404 before its job is done, and a job can be deleted', async () => {
    const { get, call, sim } = await start();
    const href = String(
      (await get('/orgs/1/workloads', { Prefer: 'respond-async' })).headers.get('location'),
    );
    sim.control.clock({ advance_ms: 1_000 });
    const file = (await get(href)).json<{ result: { href: string } }>().result.href;
    sim.control.clock({ advance_ms: -1_000 });
    expect((await get(file)).status).toBe(404);
    expect((await call('DELETE', href)).status).toBe(204);
    expect((await get(href)).status).toBe(404);
  });

  it('a fleet of 100,000 is made and searched', async () => {
    const { get, drive } = await start();
    await drive('fleet', { count: 100_000 });
    const reply = await get('/orgs/1/workloads?hostname=web-20000&max_results=10');
    expect(reply.headers.get('x-total-count')).toBe('100000');
    expect(reply.json()).toMatchObject([{ hostname: 'web-20000' }]);
  });

  it('20,000 rows are streamed whole', async () => {
    const { get, sim } = await start({ workloads: 20_000 });
    const href = String(
      (await get('/orgs/1/workloads', { Prefer: 'respond-async' })).headers.get('location'),
    );
    sim.control.clock({ advance_ms: 1_000 });
    const file = (await get(href)).json<{ result: { href: string } }>().result.href;
    const rows = (await get(file, { 'Accept-Encoding': 'identity' })).json<Workload[]>();
    expect(new Set(rows.map((row) => row.href)).size).toBe(20_000);
  });
});

describe('VENs (facts §6)', () => {
  it('there is one for every managed workload, with the same UUID and labels as hrefs', async () => {
    const client = await start();
    const vens = (await client.get('/orgs/1/vens')).json();
    const managed = await list(client, 'managed=true');
    expect(vens.map((ven) => String(ven['href']).split('/').at(-1))).toEqual(
      managed.map(({ href }) => href.split('/').at(-1)),
    );
    expect(vens[0]).toMatchObject({
      hostname: 'web-01',
      workloads: [{ href: managed[0]?.href }],
      last_heartbeat_at: expect.any(String),
    });
    expect(vens[0]).toMatchObject({ labels: managed[0]?.labels.map(({ href }) => ({ href })) });
    expect(JSON.stringify(vens[0]?.['labels'])).not.toContain('key');
  });

  it('status finds suspended ones, and an unknown status is 406', async () => {
    const client = await start();
    const { href } = await client.workload('db-01');
    await client.drive('workload', { href, status: 'suspended' });
    const found = (await client.get('/orgs/1/vens?status=suspended')).json();
    expect(found.map((ven) => ven['hostname'])).toEqual(['db-01']);
    expect((await client.get('/orgs/1/vens?status=offline')).status).toBe(406);
    expect((await client.get(href.replace('workloads', 'vens'))).json()).toMatchObject({
      status: 'suspended',
    });
  });
});
