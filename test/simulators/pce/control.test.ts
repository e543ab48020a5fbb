import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startPceSimulator } from '../../../src/simulators/pce/index.ts';
import type { Workload } from './support.ts';
import { at, start } from './support.ts';

describe('/_sim/state', () => {
  it('shows now, every workload by href, and every call with its status', async () => {
    const { get, call } = await start();
    await get('/noop');
    await get('/orgs/1/workloads?hostname=web');
    const state = (await call('GET', '/_sim/state')).json<Record<string, unknown>>();
    expect(Object.keys(state)).toEqual(['now', 'workloads', 'requests', 'writes']);
    expect(state['now']).toBe(at(0));
    expect(Object.values(state['workloads'] as object)).toHaveLength(60);
    expect(state['requests']).toEqual([
      { at: at(0), method: 'GET', path: '/api/v2/noop', query: '', status: 200 },
      { at: at(0), method: 'GET', path: '/api/v2/orgs/1/workloads', query: 'hostname=web', status: 200 },
    ]);
  });
});

describe('/_sim/clock', () => {
  it.each([
    ['now sets it', { now: '2030-01-01T00:00:00Z' }, '2030-01-01T00:00:00.000Z'],
    ['advance_ms moves it', { advance_ms: 90_000 }, at(1.5)],
    ['it goes back too', { advance_ms: -60_000 }, at(-1)],
  ])('%s', async (_, body, now) => {
    const { drive } = await start();
    expect((await drive('clock', body)).json()).toEqual({ now });
  });

  it.each([
    ['a time without zone', { now: '2030-01-01T00:00:00' }],
    ['text for milliseconds', { advance_ms: '5' }],
    ['an unknown field', { later: 5 }],
  ])('406 for %s, and the clock stands where it stood', async (_, body) => {
    const { call, sim } = await start();
    expect((await call('POST', '/_sim/clock', body)).status).toBe(406);
    expect(sim.control.clock()).toBe(at(0));
  });

  it('ticks with real time, from where it was set', async () => {
    let realTime = 0;
    const { sim } = await start({ realTime: () => realTime });
    sim.control.clock({ now: '2030-01-01T00:00:00Z' });
    realTime = 1_500;
    expect(sim.control.clock()).toBe('2030-01-01T00:00:01.500Z');
  });
});

describe('/_sim/labels', () => {
  it('gives a workload another label set in somebody’s name, with the event of it, and is no write of ours', async () => {
    const { drive, workload, get, sim } = await start();
    const { href } = await workload('web-01');
    await drive('labels', {
      href,
      labels: { role: 'web', app: 'shop', env: 'prod', Quarantine: 'Severe' },
      by: 'maya',
    });
    expect(sim.control.state().workloads[href]).toMatchObject({
      labels: { role: 'web', app: 'shop', env: 'prod', Quarantine: 'Severe' },
    });
    const [event] = (await get('/orgs/1/events?event_type=workload.update')).json();
    expect(event).toMatchObject({
      created_by: { user: { username: 'maya@example.com' } },
      resource_changes: [
        { changes: { labels: { created: [{ value: 'Severe' }], deleted: [{ key: 'loc', value: 'fra' }] } } },
      ],
    });
    expect(sim.control.state().writes).toEqual([]);
  });

  it('an unknown workload is 404', async () => {
    const { call } = await start();
    expect((await call('POST', '/_sim/labels', { href: '/orgs/1/workloads/x', labels: {} })).status).toBe(
      404,
    );
  });
});

describe('/_sim/workload changes silently', () => {
  it('an offline host has no heartbeat any more and no event says so', async () => {
    const { drive, workload, get, sim } = await start();
    const { href } = await workload('web-01');
    const heartbeat = (row: Workload): string => String(row.agent.status['last_heartbeat_on']);
    await drive('workload', { href, online: false });
    const silent = await workload('web-01');
    sim.control.clock({ advance_ms: 3_600_000 });
    const later = await workload('web-01');
    expect(later).toMatchObject({ online: false });
    expect(heartbeat(later)).toBe(heartbeat(silent));
    expect(heartbeat(await workload('db-01')) > heartbeat(later)).toBe(true);
    expect((await get(`/orgs/1/events?timestamp[gte]=${at(0)}`)).json()).toEqual([]);
  });

  it.each([
    [
      'suspended: its VEN says so, the host stays online',
      { status: 'suspended' },
      { online: true, ven: { status: 'suspended' } },
    ],
    ['stopped: it is offline', { status: 'stopped' }, { online: false, ven: { status: 'stopped' } }],
    ['another mode', { enforcement_mode: 'idle' }, { enforcement_mode: 'idle' }],
  ])('%s', async (_, change, expected) => {
    const { drive, workload } = await start();
    const { href } = await workload('web-01');
    await drive('workload', { href, ...change });
    expect(await workload('web-01')).toMatchObject(expected);
  });

  it('a deleted host is in the collection only with include_deleted', async () => {
    const { drive, workload, get } = await start();
    const { href } = await workload('web-01');
    await drive('workload', { href, deleted: true });
    await expect(workload('web-01')).rejects.toThrow('no workload web-01');
    expect((await get('/orgs/1/workloads?hostname=web-01&include_deleted=true')).json()).toMatchObject([
      { href, deleted: true },
    ]);
  });

  it('406 for an unknown status', async () => {
    const { call, workload } = await start();
    const { href } = await workload('web-01');
    expect((await call('POST', '/_sim/workload', { href, status: 'asleep' })).status).toBe(406);
  });
});

describe('/_sim', () => {
  it('an unknown operation is 404 and a fleet of -1 is 406', async () => {
    const { call } = await start();
    expect((await call('POST', '/_sim/nothing', {})).status).toBe(404);
    expect((await call('POST', '/_sim/fleet', { count: -1 })).status).toBe(406);
  });

  it('is not among the calls of the state and needs no credentials', async () => {
    const { call, sim } = await start();
    expect((await call('GET', '/_sim/state', undefined, { Authorization: '' })).status).toBe(200);
    expect(sim.control.state().requests).toEqual([]);
  });

  it('a port that is taken is refused', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    await expect(startPceSimulator({ port })).rejects.toThrow('EADDRINUSE');
    other.close();
  });
});
