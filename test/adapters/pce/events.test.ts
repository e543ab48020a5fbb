import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { PceDeps } from '../../../src/adapters/pce/index.ts';
import type { EventsAnswer } from '../../../src/core/ports.ts';
import { failureOf } from './support/failure.ts';
import { aFake, sendJson } from './support/fake.ts';
import { aLab, anAdapter, START } from './support/pce.ts';

const MINUTE = 60_000;
const iso = (ms: number): string => new Date(ms).toISOString();

/** A lab that has recorded an event at each of these times and no other. */
const aLabWith = async (times: readonly number[], deps: Partial<PceDeps> = {}) => {
  const lab = await aLab({ workloads: 0 }, deps);
  const hrefs = lab.sim.control.events(
    times.map((at) => ({ event_type: 'agent.tampering', timestamp: iso(at) })),
  );
  const calls = (): number =>
    lab.sim.control.state().requests.filter(({ path }) => path.endsWith('/orgs/1/events')).length;
  return { ...lab, hrefs, calls };
};

const ours = ({ events }: EventsAnswer): string[] =>
  events.flatMap(({ type, href }) => (type === 'agent.tampering' ? [href] : []));

const spread = (count: number, from: number, to: number): number[] =>
  Array.from({ length: count }, (_, n) => from + Math.floor(((to - from) * n) / count));

/** A PCE that gives the newest rows up to its cap and no count (facts §2.1); from request `failFrom` on it refuses. */
const aTerseFake = async (
  times: readonly number[],
  { cap, failFrom = Number.POSITIVE_INFINITY }: { readonly cap: number; readonly failFrom?: number },
) => {
  const rows = times
    .map((at, n) => ({ href: `/orgs/1/events/${n}`, timestamp: iso(at), event_type: 'agent.tampering' }))
    .sort((a, b) => (a.timestamp < b.timestamp ? 1 : -1));
  return await aFake((request, response, n) => {
    if (n >= failFrom) return sendJson(response, [], 403);
    const { searchParams } = new URL(request.url ?? '', 'http://fake');
    const [from, to] = [searchParams.get('timestamp[gte]') ?? '', searchParams.get('timestamp[lte]') ?? ''];
    const found = rows.filter(({ timestamp }) => timestamp >= from && timestamp <= to);
    sendJson(response, request.headers['prefer'] === undefined ? found.slice(0, cap) : found);
  });
};

describe('events of a window', () => {
  it('are given once each, oldest first, both ends of the window included', async () => {
    const { pce, hrefs } = await aLabWith([
      START - MINUTE - 1,
      START - MINUTE,
      START - 10,
      START - 500,
      START,
    ]);
    const answer = await pce.events(START - MINUTE, START);
    expect(ours(answer)).toEqual([hrefs[1], hrefs[3], hrefs[2], hrefs[4]]);
    expect(answer).toMatchObject({ rejected: [], completeFrom: undefined, pceNow: START });
  });

  it('fault 19: that share a millisecond are ordered by href', async () => {
    const { pce, hrefs } = await aLabWith([START - 5, START - 5, START - 5]);
    expect(ours(await pce.events(START - MINUTE, START))).toEqual([...hrefs].sort());
  });

  it.each<[string, number[], number | undefined]>([
    ['25,000 spread over a minute, cap 10,000', spread(25_000, START - MINUTE, START), undefined],
    ['25,000 within one second', spread(25_000, START - 1_000, START), undefined],
    ['exactly the cap', spread(1_000, START - MINUTE, START), 1_000],
    ['one below the cap', spread(999, START - MINUTE, START), 1_000],
    [
      'a quiet hour and a burst in one second',
      [...spread(50, START - 60 * MINUTE, START), ...spread(3_000, START - 9_000, START - 8_000)],
      1_000,
    ],
    [
      'ties below the cap beside ties above it',
      [...Array(300).fill(START - 7), ...Array(900).fill(START - 6), ...Array(300).fill(START - 5)],
      500,
    ],
    ['2,500 ties in one millisecond, cap 1,000: through a job', Array(2_500).fill(START - 7), 1_000],
  ])('are all there exactly once: %s', async (_, times, cap) => {
    const { pce, hrefs } = await aLabWith(times, cap === undefined ? {} : { eventsCap: cap });
    const answer = await pce.events(START - 60 * MINUTE, START);
    expect(answer.completeFrom).toBeUndefined();
    expect(ours(answer).sort()).toEqual([...hrefs].sort());
  });

  it('fault 20: need few calls: rows / cap × 1.5 pieces when the PCE tells the number', async () => {
    const { pce, calls } = await aLabWith(spread(25_000, START - MINUTE, START));
    await pce.events(START - MINUTE, START);
    expect(calls()).toBe(1 + 4);
  });

  it('fault 19: that are recorded late are there once they are recorded', async () => {
    const { pce, sim } = await aLabWith([]);
    const late = {
      event_type: 'agent.tampering',
      timestamp: iso(START - MINUTE),
      recorded_at: iso(START + 5 * MINUTE),
    };
    const [href] = sim.control.events(late);
    expect(ours(await pce.events(START - 2 * MINUTE, START))).toEqual([]);
    sim.control.clock({ advance_ms: 6 * MINUTE });
    expect(ours(await pce.events(START - 2 * MINUTE, START))).toEqual([href]);
  });

  it('come with the clock of the PCE, not ours', async () => {
    const { pce, sim } = await aLabWith([]);
    sim.control.clock({ now: START + 10 * MINUTE });
    expect((await pce.events(START - MINUTE, START)).pceNow).toBe(START + 10 * MINUTE);
  });

  it('are never "none" when a call fails', async () => {
    const { pce, sim } = await aLabWith([START - 5]);
    sim.control.fault({ path: '/events', kind: 'status', status: 503 });
    expect(await failureOf(pce.events(START - MINUTE, START))).toMatchObject({ code: 'unavailable' });
  });

  it('are never a part of the window when a later piece fails', async () => {
    const fake = await aTerseFake(spread(900, START - MINUTE, START), { cap: 500, failFrom: 3 });
    const call = anAdapter(fake.url, { eventsCap: 500 }).events(START - MINUTE, START);
    expect(await failureOf(call)).toMatchObject({ code: 'forbidden' });
  });
});

describe('events a question is about', () => {
  const wide = { from: START - 60 * MINUTE, to: START };

  it('are asked of the PCE by type and severity, and only those that are wanted are kept', async () => {
    const { pce, sim } = await aLabWith([START - 5]);
    const [one, other] = sim.control.events([
      { event_type: 'rule_set.update', timestamp: iso(START - 9), severity: 'warning' },
      { event_type: 'rule_set.update', timestamp: iso(START - 8), severity: 'info' },
    ]);
    const typed = await pce.findEvents({ ...wide, type: 'rule_set.update' }, () => true);
    expect(typed.events.map(({ href }) => href)).toEqual([one, other]);
    expect(typed).toMatchObject({ rows: 2, completeFrom: wide.from });
    const warned = await pce.findEvents(
      { ...wide, type: 'rule_set.update', severity: 'warning' },
      () => true,
    );
    expect(warned.events.map(({ href }) => href)).toEqual([one]);
    const wanted = await pce.findEvents(wide, ({ href }) => href === other);
    expect(wanted.events.map(({ href }) => href)).toEqual([other]);
  });

  it('are read newest first up to five full answers, and it is said how far back that reaches', async () => {
    const times = spread(400, START - 60 * MINUTE, START);
    const { pce, hrefs } = await aLabWith(times, { eventsCap: 20 });
    const found = await pce.findEvents(wide, () => true);
    expect(found.rows).toBeGreaterThanOrEqual(100);
    expect(found.rows).toBeLessThan(140);
    expect(found.completeFrom).toBeGreaterThan(wide.from);
    const since = hrefs.filter((_, n) => (times[n] ?? 0) > found.completeFrom);
    expect(found.events.map(({ href }) => href)).toEqual(expect.arrayContaining(since));
  });

  it('one is read by its id, of either kind, and one there is not is null', async () => {
    const { pce, sim, hrefs } = await aLabWith([START - 5]);
    const uuid = (href = ''): string => href.split('/').at(-1) ?? '';
    expect((await pce.event(uuid(hrefs[0])))?.type).toBe('agent.tampering');
    const [ofSystem] = sim.control.events({
      event_type: 'user.login',
      href: '/system_events/0000-system',
      timestamp: iso(START - 4),
    });
    expect((await pce.event(uuid(ofSystem)))?.href).toBe('/system_events/0000-system');
    expect(await pce.event('0000-none')).toBeNull();
    expect(await failureOf(pce.event('../workloads'))).toMatchObject({ code: 'invalid' });
  });
});

describe('fault 20: events that no call can give completely', () => {
  it('are said to be incomplete from their millisecond on, and the rest is there', async () => {
    const { pce, sim, hrefs } = await aLabWith([START - 20, ...Array(30).fill(START - 10), START - 1], {
      eventsCap: 10,
    });
    sim.control.fault({ path: '/jobs/', kind: 'status', status: 404, times: 100 });
    const answer = await pce.events(START - MINUTE, START);
    expect(answer.completeFrom).toBe(START - 11);
    expect(ours(answer)).toEqual(expect.arrayContaining([hrefs[0] ?? '', hrefs.at(-1) ?? '']));
    expect(ours(answer).length).toBeGreaterThanOrEqual(12);
  });
});

describe('a gzipped answer', () => {
  const rows = (count: number, letter: (n: number) => string) =>
    Array.from({ length: count }, (_, n) => ({
      href: `/orgs/1/events/${n}`,
      timestamp: iso(START),
      event_type: 'user.login',
      note: letter(n),
    }));

  it.each([
    ['one that is short', rows(3, () => '')],
    ['one that is short only while it is packed', rows(3_000, () => 'x'.repeat(1_000))],
    ['one that is long either way', rows(3_000, (n) => createHash('sha512').update(`${n}`).digest('hex'))],
  ])('is read whole: %s', async (_, sent) => {
    const fake = await aFake((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(gzipSync(JSON.stringify(sent)));
    });
    const { events } = await anAdapter(fake.url).events(START - MINUTE, START);
    expect(events.map(({ href }) => href).sort()).toEqual(sent.map(({ href }) => href).sort());
  });
});

describe('rows that are no events', () => {
  it('are counted with the reason and cost no other row', async () => {
    const good = { href: '/orgs/1/events/a', timestamp: iso(START), event_type: 'user.login' };
    const rows = [
      good,
      7,
      { ...good, href: null },
      { ...good, timestamp: '2026-09-10 12:00:00' },
      { ...good, href: '/system_events/b' },
    ];
    const fake = await aFake((_, response) => sendJson(response, rows));
    const answer = await anAdapter(fake.url).events(START - MINUTE, START);
    expect(answer.events.map(({ href }) => href)).toEqual(['/orgs/1/events/a', '/system_events/b']);
    expect(answer.rejected).toEqual(['not a JSON object', 'no href', 'no timestamp with a time zone']);
  });

  it('are counted again by a later answer, and a row that says something else by then is read anew', async () => {
    const row = { href: '/orgs/1/events/a', timestamp: iso(START), event_type: 'user.login', status: null };
    const answers = [
      [row, 7],
      [row, 7],
      [{ ...row, status: 'failure' }, 7],
    ];
    const fake = await aFake((_, response, n) => sendJson(response, answers[n - 1]));
    const pce = anAdapter(fake.url);
    const read = async () => {
      const { events, rejected } = await pce.events(START - MINUTE, START);
      return [events.map(({ status }) => status), rejected];
    };
    const refused = ['not a JSON object'];
    expect(await read()).toEqual([[null], refused]);
    expect(await read()).toEqual([[null], refused]);
    expect(await read()).toEqual([['failure'], refused]);
  });
});

describe('a PCE that does not tell the number of rows', () => {
  it.each<[string, number[], number]>([
    ['an even rate is measured on the rows that came', spread(2_500, START - MINUTE, START), 1 + 4],
    [
      'a burst at the end is cut again',
      [...spread(2_500, START - 500, START), START - MINUTE],
      1 + 50 + 1 + 50 + 4,
    ],
  ])('%s', async (_, times, calls) => {
    const fake = await aTerseFake(times, { cap: 1_000 });
    const answer = await anAdapter(fake.url, { eventsCap: 1_000 }).events(START - MINUTE, START);
    expect(new Set(ours(answer)).size).toBe(times.length);
    expect(answer.events).toHaveLength(times.length);
    expect(fake.requests.length).toBeLessThanOrEqual(calls);
  });

  it('may answer a job request at once', async () => {
    const fake = await aTerseFake(Array(1_500).fill(START - 3), { cap: 1_000 });
    const answer = await anAdapter(fake.url, { eventsCap: 1_000 }).events(START - 10, START);
    expect(answer).toMatchObject({ completeFrom: undefined });
    expect(answer.events).toHaveLength(1_500);
  });
});
