import { describe, expect, it } from 'vitest';
import type { Client, Workload } from './support.ts';
import { at, start, tokens } from './support.ts';

const labelMap = (client: Client, href: string): unknown =>
  (client.sim.control.state().workloads[href] as { labels: unknown }).labels;

/** The body that adds Quarantine=Severe to a workload and keeps its other labels. */
const quarantining = async (client: Client, row: Workload) => ({
  labels: [...row.labels.map(({ href }) => ({ href })), { href: await client.label('Quarantine', 'Severe') }],
});

describe('PUT <workload> (facts §4.3)', () => {
  it('labels replace the whole set, and the answer is 204 without body', async () => {
    const client = await start();
    const row = await client.workload('web-01');
    const reply = await client.put(row.href, {
      labels: [{ href: await client.label('Quarantine', 'Severe') }],
    });
    expect([reply.status, reply.text]).toEqual([204, '']);
    expect(labelMap(client, row.href)).toEqual({ Quarantine: 'Severe' });
  });

  it('what is absent stays as it is', async () => {
    const client = await start();
    const { href } = await client.workload('web-01');
    await client.put(href, { enforcement_mode: 'selective' });
    expect(client.sim.control.state().workloads[href]).toEqual({
      hostname: 'web-01',
      labels: { role: 'web', app: 'shop', env: 'prod', loc: 'fra' },
      enforcement_mode: 'selective',
      online: true,
    });
  });

  it('has an audit event of its own: user, key, workload and exactly the labels that came and went', async () => {
    const client = await start();
    const row = await client.workload('web-01');
    const [role, ...kept] = row.labels;
    const severe = await client.label('Quarantine', 'Severe');
    await client.put(row.href, { labels: [...kept.map(({ href }) => ({ href })), { href: severe }] });
    const [event] = (await client.get('/orgs/1/events?event_type=workload.update')).json();
    expect(event).toMatchObject({
      timestamp: at(0),
      status: 'success',
      created_by: { user: { href: '/users/1', username: 'chatops@example.com' } },
      action: {
        info: { api_key_id: 'sim' },
        api_endpoint: `/api/v2${row.href}`,
        api_method: 'PUT',
        http_status_code: 204,
      },
      resource_changes: [
        {
          resource: { workload: { href: row.href, hostname: 'web-01' } },
          changes: {
            labels: { created: [{ href: severe, key: 'Quarantine', value: 'Severe' }], deleted: [role] },
          },
          change_type: 'update',
        },
      ],
    });
  });

  it('a change of mode is in the event as before and after', async () => {
    const client = await start();
    const { href } = await client.workload('web-01');
    await client.put(href, { enforcement_mode: 'idle' });
    const [event] = (await client.get('/orgs/1/events?event_type=workload.update')).json();
    expect(event?.['resource_changes']).toMatchObject([
      { changes: { enforcement_mode: { before: 'full', after: 'idle' } } },
    ]);
  });

  it('updated_at is the time of the change', async () => {
    const client = await start();
    const { href } = await client.workload('web-01');
    client.sim.control.clock({ now: at(5) });
    await client.put(href, { description: 'x' });
    expect(String((await client.workload('web-01'))['updated_at']).slice(0, 19)).toBe('2026-09-10T12:05:00');
  });

  it.each([
    ['a read-only field of a managed workload', () => ({ hostname: 'other' })],
    ['another read-only field', () => ({ agent: {} })],
    ['an unknown key', () => ({ label: [] })],
    ['an unknown label', () => ({ labels: [{ href: '/orgs/1/labels/9999' }] })],
    ['labels that are no array', () => ({ labels: { role: 'web' } })],
    ['a label given as key and value', () => ({ labels: [{ key: 'role', value: 'web' }] })],
    ['an unknown mode', () => ({ enforcement_mode: 'enforced' })],
    ['a name of 256 characters', () => ({ name: 'x'.repeat(256) })],
    ['a body that is no object', () => []],
    [
      'two labels of one key',
      async (client: Client) => ({
        labels: [{ href: await client.label('role', 'web') }, { href: await client.label('role', 'db') }],
      }),
    ],
  ])('406 for %s, and nothing has changed', async (_, body) => {
    const client = await start();
    const before = client.sim.control.state().workloads;
    const { href } = await client.workload('web-01');
    const reply = await client.put(href, await body(client));
    expect(reply.status).toBe(406);
    expect(tokens(reply)).toEqual(['input_validation_error']);
    expect(client.sim.control.state()).toMatchObject({ workloads: before, writes: [] });
    expect((await client.get('/orgs/1/events?event_type=workload.update')).json()).toEqual([]);
  });

  it('an unmanaged workload may be renamed', async () => {
    const client = await start();
    const [row] = (await client.get('/orgs/1/workloads?managed=false')).json<Workload[]>();
    expect((await client.put(String(row?.href), { hostname: 'lb-01.example.com' })).status).toBe(204);
    expect((await client.workload('lb-01.example.com')).href).toBe(row?.href);
  });

  it('/_sim/state remembers the write with body, before, after and key', async () => {
    const client = await start();
    const row = await client.workload('web-01');
    const body = await quarantining(client, row);
    await client.put(row.href, body);
    expect(client.sim.control.state().writes).toEqual([
      {
        at: at(0),
        href: row.href,
        body,
        by: 'api_sim',
        before: expect.objectContaining({ labels: { role: 'web', app: 'shop', env: 'prod', loc: 'fra' } }),
        after: expect.objectContaining({
          labels: { role: 'web', app: 'shop', env: 'prod', loc: 'fra', Quarantine: 'Severe' },
        }),
      },
    ]);
  });
});

describe('policy reaches the VEN after a delay (facts §4.2, §5)', () => {
  const sync = async (client: Client, hostname: string) => {
    const { agent } = await client.workload(hostname);
    return {
      state: agent.status['security_policy_sync_state'],
      received: String(agent.status['security_policy_received_at']).slice(0, 19),
    };
  };

  it('a label change makes it syncing, and two seconds later applied with new times and an agent.update', async () => {
    const client = await start();
    const row = await client.workload('web-01');
    const before = await sync(client, 'web-01');
    await client.put(row.href, await quarantining(client, row));
    expect(await sync(client, 'web-01')).toEqual({ state: 'syncing', received: before.received });
    client.sim.control.clock({ advance_ms: 1_999 });
    expect((await sync(client, 'web-01')).state).toBe('syncing');
    client.sim.control.clock({ advance_ms: 1 });
    expect(await sync(client, 'web-01')).toEqual({ state: 'applied', received: '2026-09-10T12:00:02' });
    const [event] = (
      await client.get(`/orgs/1/events?event_type=agent.update&timestamp[gte]=${at(0)}`)
    ).json();
    expect(event).toMatchObject({
      created_by: { agent: { hostname: 'web-01' }, ven: { href: row.href.replace('workloads', 'vens') } },
      notifications: [{ notification_type: 'agent.policy_deploy_succeeded', info: null }],
    });
  });

  it.each([
    ['an offline VEN', { online: false }, { online: true }],
    ['a suspended VEN', { status: 'suspended' }, { status: 'active' }],
  ])('%s gets it only once it is back', async (_, gone, back) => {
    const client = await start();
    const row = await client.workload('web-01');
    await client.drive('workload', { href: row.href, ...gone });
    await client.put(row.href, await quarantining(client, row));
    client.sim.control.clock({ advance_ms: 60_000 });
    expect((await sync(client, 'web-01')).state).toBe('syncing');
    await client.drive('workload', { href: row.href, ...back });
    client.sim.control.clock({ advance_ms: 2_000 });
    expect(await sync(client, 'web-01')).toEqual({ state: 'applied', received: '2026-09-10T12:01:02' });
  });

  it('an idle workload is sent no policy', async () => {
    const client = await start();
    const row = await client.workload('batch-01');
    const before = await sync(client, 'batch-01');
    await client.put(row.href, await quarantining(client, row));
    client.sim.control.clock({ advance_ms: 60_000 });
    expect(await sync(client, 'batch-01')).toEqual(before);
  });
});

describe('PUT workloads/bulk_update (facts §4.3)', () => {
  it('answers 200 with a status per row, changes the good ones, and has one event for them', async () => {
    const client = await start();
    const [web, db] = [await client.workload('web-01'), await client.workload('db-01')];
    const reply = await client.put('/orgs/1/workloads/bulk_update', [
      { href: web.href, enforcement_mode: 'selective' },
      { href: '/orgs/1/workloads/none', enforcement_mode: 'selective' },
      { href: db.href, hostname: 'read-only' },
    ]);
    expect(reply.status).toBe(200);
    expect(reply.json()).toMatchObject([
      { href: web.href, status: 'updated' },
      { href: '/orgs/1/workloads/none', status: 'error', token: 'not_found_error' },
      { href: db.href, status: 'validation_failure', token: 'input_validation_error' },
    ]);
    expect((await client.workload('web-01'))['enforcement_mode']).toBe('selective');
    const events = (await client.get('/orgs/1/events?event_type=workloads.bulk_update')).json();
    expect(events).toHaveLength(1);
    expect(events[0]?.['resource_changes']).toHaveLength(1);
  });

  it('more than 1000 items are 406', async () => {
    const { put } = await start();
    expect((await put('/orgs/1/workloads/bulk_update', Array(1_001).fill({ href: 'x' }))).status).toBe(406);
  });

  it('a second one while one is running is 429', async () => {
    const { put, sim } = await start({ timings: { bulk: 5_000 } });
    expect((await put('/orgs/1/workloads/bulk_update', [])).status).toBe(200);
    expect((await put('/orgs/1/workloads/bulk_update', [])).status).toBe(429);
    sim.control.clock({ advance_ms: 5_000 });
    expect((await put('/orgs/1/workloads/bulk_update', [])).status).toBe(200);
  });
});

describe('PUT vens/unpair (facts §1, §4.3)', () => {
  const venOf = ({ href }: Workload) => ({ href: href.replace('/workloads/', '/vens/') });

  it('takes the VEN and its workload away, with an event; the workload cannot be changed any more', async () => {
    const client = await start();
    const row = await client.workload('web-01');
    const reply = await client.put('/orgs/1/vens/unpair', {
      vens: [venOf(row)],
      firewall_restore: 'default',
    });
    expect(reply.status).toBe(204);
    expect((await client.get(venOf(row).href)).status).toBe(404);
    expect((await client.get(row.href)).json()).toMatchObject({ deleted: true, online: false });
    expect((await client.put(row.href, { enforcement_mode: 'idle' })).status).toBe(404);
    expect((await client.get('/orgs/1/events?event_type=agents.unpair')).json()).toHaveLength(1);
  });

  it('the eleventh call within a minute is 429', async () => {
    const { put } = await start();
    const statuses = [];
    for (let call = 0; call < 11; call += 1)
      statuses.push((await put('/orgs/1/vens/unpair', { vens: [] })).status);
    expect(statuses).toEqual([...Array(10).fill(204), 429]);
  });
});

describe('labels (facts §5)', () => {
  it('the dimensions are the four default keys and Quarantine', async () => {
    const { get } = await start();
    const keys = (await get('/orgs/1/label_dimensions')).json().map((dimension) => dimension['key']);
    expect(keys).toEqual(['role', 'app', 'env', 'loc', 'Quarantine']);
  });

  it('value is a substring filter', async () => {
    const { get } = await start();
    const values = (await get('/orgs/1/labels?key=Quarantine&value=M')).json().map((label) => label['value']);
    expect(values).toEqual(['Mild', 'Moderate']);
  });

  it('a new label gets the next integer id and an event; a second one of that name is 406', async () => {
    const { post, get } = await start();
    const created = await post('/orgs/1/labels', { key: 'app', value: 'crm' });
    expect(created.status).toBe(201);
    expect(created.json()).toMatchObject({
      href: expect.stringMatching(/^\/orgs\/1\/labels\/\d+$/),
      key: 'app',
      value: 'crm',
    });
    expect((await post('/orgs/1/labels', { key: 'app', value: 'crm' })).status).toBe(406);
    expect((await post('/orgs/1/labels', { key: 'app', value: 'CRM' })).status).toBe(201);
    expect((await get('/orgs/1/events?event_type=label.create')).json()).toHaveLength(2);
  });

  it.each([
    ['a key without dimension', { key: 'floor', value: '1' }],
    ['a reserved value', { key: 'env', value: 'All Environments' }],
    ['no value', { key: 'env' }],
    ['an unknown property', { key: 'env', value: 'x', colour: 'red' }],
  ])('406 for %s', async (_, body) => {
    const { post } = await start();
    expect((await post('/orgs/1/labels', body)).status).toBe(406);
  });

  it('PUT changes the value for all who carry it, never the key', async () => {
    const client = await start();
    const href = await client.label('env', 'prod');
    expect((await client.put(href, { key: 'loc' })).status).toBe(406);
    expect((await client.put(href, { value: 'production' })).status).toBe(204);
    const row = await client.workload('web-01');
    expect(row.labels.find(({ key }) => key === 'env')).toEqual({ href, key: 'env', value: 'production' });
  });

  it('a deleted label is gone but for include_deleted; one in use is refused', async () => {
    const client = await start();
    const mild = await client.label('Quarantine', 'Mild');
    expect((await client.call('DELETE', await client.label('env', 'prod'))).status).toBe(406);
    expect((await client.call('DELETE', mild)).status).toBe(204);
    expect((await client.get('/orgs/1/labels?value=Mild')).json()).toEqual([]);
    expect((await client.get('/orgs/1/labels?value=Mild&include_deleted=true')).json()).toMatchObject([
      { href: mild, deleted: true },
    ]);
  });
});
