import { describe, expect, it } from 'vitest';
import type { Client } from './support.ts';
import { at, start, tokens } from './support.ts';

const types = async ({ get }: Client, query: string): Promise<readonly unknown[]> =>
  (await get(`/orgs/1/events?${query}`)).json().map((event) => event['event_type']);

const since = (minutes: number): string => `timestamp[gte]=${at(minutes)}`;

describe('GET /events (facts §2.1)', () => {
  it('gives the newest first, whatever the order they came in', async () => {
    const client = await start();
    client.sim.control.events([
      { event_type: 'b', timestamp: at(2) },
      { event_type: 'c', timestamp: at(3) },
      { event_type: 'a', timestamp: at(1) },
    ]);
    expect(await types(client, since(0))).toEqual(['c', 'b', 'a']);
  });

  it('gives 100 rows when not asked for more, the newest ones, and says how many there are', async () => {
    const { get, sim } = await start();
    sim.control.events(
      Array.from({ length: 150 }, (_, index) => ({ event_type: `e${index}`, timestamp: at(index / 60) })),
    );
    const reply = await get(`/orgs/1/events?${since(0)}`);
    expect(reply.json()).toHaveLength(100);
    expect(reply.json()[0]).toMatchObject({ event_type: 'e149' });
    expect(reply.headers.get('x-matched-count')).toBe('150');
  });

  it.each([
    ['max_results=10000 gives 10,000 of 10,001', 'max_results=10000', 10_000],
    ['max_results above 10,000 gives no more', 'max_results=20000', 10_000],
    ['max_results=5 gives 5', 'max_results=5', 5],
    ['max_results=0 gives none, for counting', 'max_results=0', 0],
  ])('%s', async (_, query, rows) => {
    const { get, sim } = await start();
    sim.control.events(Array.from({ length: 10_001 }, () => ({ event_type: 'x', timestamp: at(1) })));
    expect((await get(`/orgs/1/events?${since(0)}&${query}`)).json()).toHaveLength(rows);
  });

  it.each([
    ['gte takes the bound itself', `timestamp[gte]=${at(2)}`, ['y', 'x2']],
    ['lte takes the bound itself', `${since(0)}&timestamp[lte]=${at(1)}`, ['x1']],
    ['event_type is exact', `${since(0)}&event_type=x`, []],
    ['event_type finds its type', `${since(0)}&event_type=x1`, ['x1']],
    ['event_type[eq][] is taken too', `${since(0)}&event_type[eq][]=x1`, ['x1']],
    ['severity err', `${since(0)}&severity=err`, ['x2']],
    ['status failure', `${since(0)}&status=failure`, ['x2']],
    ['status success leaves null out', `${since(0)}&status=success`, ['x1']],
    ['created_by a user', `${since(0)}&created_by=maya@example.com`, ['x1']],
    [
      'another zone is the same time',
      `timestamp[gte]=${encodeURIComponent('2026-09-10T14:02:00+02:00')}`,
      ['y', 'x2'],
    ],
  ])('filter: %s', async (_, query, expected) => {
    const client = await start();
    client.sim.control.events([
      {
        event_type: 'x1',
        timestamp: at(1),
        status: 'success',
        created_by: { user: { href: '/users/12', username: 'maya@example.com' } },
      },
      { event_type: 'x2', timestamp: at(2), status: 'failure', severity: 'err' },
      { event_type: 'y', timestamp: at(3) },
    ]);
    expect(await types(client, query)).toEqual(expected);
  });

  it.each([
    ['a time without zone', 'timestamp[gte]=2026-09-10T12:00:00', 'invalid_timestamp'],
    ['a plus sign that became a space', 'timestamp[gte]=2026-09-10T12:00:00+00:00', 'invalid_timestamp'],
    ['a date', 'timestamp[lte]=2026-09-10', 'invalid_timestamp'],
    ['no time at all', 'timestamp[lte]=yesterday', 'invalid_timestamp'],
    ['severity error (it is err)', 'severity=error', 'input_validation_error'],
    ['an unknown status', 'status=ok', 'input_validation_error'],
    ['a negative max_results', 'max_results=-1', 'input_validation_error'],
    ['max_results that is no number', 'max_results=many', 'input_validation_error'],
    ['an unknown parameter', 'skip=100', 'input_validation_error'],
    ['a parameter named like a property of every object', 'constructor=1', 'input_validation_error'],
  ])('406 for %s', async (_, query, token) => {
    const { get } = await start();
    const reply = await get(`/orgs/1/events?${query}`);
    expect(reply.status).toBe(406);
    expect(tokens(reply)).toEqual([token]);
  });

  it('an event recorded late is in no answer before, and at its own time after', async () => {
    const client = await start();
    const { sim, get } = client;
    const [href] = sim.control.events({ event_type: 'late', timestamp: at(0), recorded_at: at(10) });
    sim.control.clock({ now: at(9.9) });
    expect(await types(client, since(0))).toEqual([]);
    expect((await get(String(href))).status).toBe(404);
    sim.control.clock({ now: at(10) });
    expect(await types(client, `${since(0)}&timestamp[lte]=${at(0)}`)).toEqual(['late']);
    expect((await get(String(href))).status).toBe(200);
  });

  it('fills in what an event lacks and keeps what it has', async () => {
    const { get, drive } = await start();
    await drive('events', {
      event_type: 'agent.tampering',
      notifications: [{ notification_type: 'n', info: null }],
    });
    const [event] = (await get('/orgs/1/events?max_results=1')).json();
    expect(event).toEqual({
      href: expect.stringMatching(/^\/orgs\/1\/events\/[0-9a-f-]{36}$/),
      timestamp: at(0),
      pce_fqdn: 'pce.example.com',
      created_by: { system: {} },
      event_type: 'agent.tampering',
      status: null,
      severity: 'info',
      action: null,
      resource_changes: [],
      notifications: [{ uuid: expect.any(String), notification_type: 'n', info: null }],
    });
  });

  it('keeps both kinds of href and answers each', async () => {
    const { get, drive } = await start();
    const hrefs = [
      '/system_events/11111111-1111-4111-8111-111111111111',
      '/orgs/1/events/22222222-2222-4222-8222-222222222222',
    ];
    await drive(
      'events',
      hrefs.map((href) => ({ href, event_type: 'x' })),
    );
    for (const href of hrefs) expect((await get(href)).json()).toMatchObject({ href });
    expect((await get('/orgs/1/events/33333333-3333-4333-8333-333333333333')).status).toBe(404);
  });

  it('begins with hours of ordinary chatter, most of it sessions, none in the future', async () => {
    const { get } = await start();
    const events = (await get('/orgs/1/events?max_results=10000')).json();
    const sessions = events.filter((event) => /session/.test(String(event['event_type'])));
    expect(events.length).toBeGreaterThan(60);
    expect(sessions.length / events.length).toBeGreaterThan(0.5);
    expect(new Set(events.map((event) => event['event_type']))).toContain('agent.update');
    expect(events.every((event) => String(event['timestamp']) < at(0))).toBe(true);
  });

  it('respond-async gives all rows, above the cap too', async () => {
    const { get, sim } = await start();
    sim.control.events(Array.from({ length: 10_050 }, () => ({ event_type: 'x', timestamp: at(1) })));
    const accepted = await get(`/orgs/1/events?${since(0)}`, { Prefer: 'respond-async' });
    expect(accepted.status).toBe(202);
    sim.control.clock({ advance_ms: 1_000 });
    const job = (await get(String(accepted.headers.get('location')))).json<{ result: { href: string } }>();
    expect((await get(job.result.href)).json()).toHaveLength(10_050);
  });
});
