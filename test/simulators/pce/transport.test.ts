import { describe, expect, it } from 'vitest';
import { basic, start, tokens } from './support.ts';

describe('credentials, paths and methods (facts §1)', () => {
  it.each([
    ['no credentials are 401', '/noop', { Authorization: '' }, 401, 'authentication_failed_error'],
    ['a wrong secret is 401', '/noop', basic('api_sim', 'wrong'), 401, 'authentication_failed_error'],
    ['a wrong key is 401', '/noop', basic('api_other', 'simsecret'), 401, 'authentication_failed_error'],
    [
      'a bearer token is 401',
      '/noop',
      { Authorization: 'Bearer simsecret' },
      401,
      'authentication_failed_error',
    ],
    ['another organisation is 403', '/orgs/2/workloads', {}, 403, 'forbidden_error'],
    ['an unknown path is 404', '/orgs/1/nothing', {}, 404, 'invalid_uri'],
    [
      'an unknown workload is 404',
      '/orgs/1/workloads/00000000-0000-4000-8000-000000000000',
      {},
      404,
      'not_found_error',
    ],
  ])('%s', async (_, path, headers, status, token) => {
    const { get } = await start();
    const reply = await get(path, headers);
    expect(reply.status).toBe(status);
    expect(tokens(reply)).toEqual([token]);
    expect(reply.headers.get('content-type')).toBe('application/json');
  });

  it('a known path with another method is 405', async () => {
    const { call } = await start();
    const reply = await call('DELETE', '/orgs/1/events');
    expect(reply.status).toBe(405);
    expect(tokens(reply)).toEqual(['method_not_allowed_error']);
  });

  it('a body that is no JSON is 400', async () => {
    const { call } = await start();
    expect((await call('POST', '/orgs/1/labels', '{"key":')).status).toBe(400);
  });

  it('a path without /api/v2 is 404', async () => {
    const { sim } = await start();
    expect((await fetch(`${sim.url}/noop`)).status).toBe(404);
  });

  it('a failed authentication is a system event that names the key and the path', async () => {
    const { get } = await start();
    await get('/noop', basic('api_abc', 'wrong'));
    const [event] = (await get('/orgs/1/events?event_type=request.authentication_failed')).json();
    expect(event).toMatchObject({
      href: expect.stringMatching(/^\/system_events\//),
      created_by: { system: {} },
      status: 'failure',
      severity: 'err',
      action: null,
      notifications: [{ info: { api_endpoint: '/api/v2/noop', api_method: 'GET', api_key_id: 'abc' } }],
    });
    expect((await get(String(event?.['href']))).json()).toEqual(event);
  });

  it('reading is not audited', async () => {
    const { get } = await start();
    const before = (await get('/orgs/1/events?max_results=10000')).json().length;
    await get('/orgs/1/workloads');
    expect((await get('/orgs/1/events?max_results=10000')).json()).toHaveLength(before);
  });

  it('every answer has the date of the simulated clock and an own request id', async () => {
    const { get, sim } = await start();
    sim.control.clock({ now: '2027-01-02T03:04:05Z' });
    const [one, two] = [await get('/noop'), await get('/noop')];
    expect(one.headers.get('date')).toBe('Sat, 02 Jan 2027 03:04:05 GMT');
    expect(one.headers.get('x-request-id')).not.toBe(two.headers.get('x-request-id'));
    expect(one.headers.get('cache-control')).toBe('no-store');
  });

  it('a large answer is compressed for a client that accepts gzip', async () => {
    const { get } = await start();
    const reply = await get('/orgs/1/workloads', { 'Accept-Encoding': 'gzip' });
    expect(reply.headers.get('content-encoding')).toBe('gzip');
    expect(reply.json()).toHaveLength(60);
  });
});

describe('rate limit (facts §1: 500 a minute and key, real time)', () => {
  it('the 501st call within a minute is 429 without Retry-After, and a minute later calls are served again', async () => {
    let realTime = 0;
    const { get } = await start({ realTime: () => realTime });
    const statuses = await Promise.all(Array.from({ length: 500 }, async () => (await get('/noop')).status));
    expect(new Set(statuses)).toEqual(new Set([200]));
    const refused = await get('/noop');
    expect(refused.status).toBe(429);
    expect(tokens(refused)).toEqual(['too_many_requests_error']);
    expect(refused.headers.get('retry-after')).toBeNull();
    realTime = 60_001;
    expect((await get('/noop')).status).toBe(200);
  });

  it('Retry-After is sent where the deployment sends it', async () => {
    const { get } = await start({ rateLimit: { perMinute: 1, retryAfter: 7 } });
    await get('/noop');
    expect((await get('/noop')).headers.get('retry-after')).toBe('7');
  });

  it('a refused write changed nothing', async () => {
    const { put, sim } = await start({ rateLimit: { perMinute: 0 } });
    const [href] = Object.keys(sim.control.state().workloads);
    expect((await put(String(href), { enforcement_mode: 'idle' })).status).toBe(429);
    expect(sim.control.state().writes).toEqual([]);
  });
});

describe('the PCE itself (facts §1, §3)', () => {
  it('product_version follows --release', async () => {
    const { get } = await start({ release: '23.5.10' });
    expect((await get('/product_version')).json()).toMatchObject({
      version: '23.5.10',
      short_display: '23.5.10',
    });
  });

  it('node_available needs no credentials and is 404 once no core node works', async () => {
    const { get, sim } = await start();
    expect((await get('/node_available', { Authorization: '' })).status).toBe(200);
    for (const node of ['core0.pce.example.com', 'core1.pce.example.com'])
      sim.control.health({ node, runlevel: null });
    expect((await get('/node_available', { Authorization: '' })).status).toBe(404);
  });

  it('users are found by id, unknown ones are 404', async () => {
    const { get } = await start();
    expect((await get('/users/1')).json()).toMatchObject({
      href: '/users/1',
      username: 'chatops@example.com',
    });
    expect((await get('/users/4711')).status).toBe(404);
  });

  it('settings/workloads answers for the own organisation', async () => {
    const { get } = await start({ org: 7 });
    expect((await get('/orgs/7/settings/workloads')).status).toBe(200);
    expect((await get('/orgs/1/settings/workloads')).status).toBe(403);
  });

  it('a standalone PCE is its own leader', async () => {
    const { get } = await start();
    expect((await get('/supercluster/leader')).status).toBe(200);
  });
});
