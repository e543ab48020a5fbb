import { describe, expect, it } from 'vitest';
import { WINDOW_MS } from '../../src/pipelines/alerting.ts';
import { anEvent, aWorkload, byVen, changeOf, HOUR, MINUTE, T0 } from '../support/builders.ts';
import { anAlerting } from './support.ts';

const web = aWorkload({ name: 'web-01', labels: 'app=shop env=prod' });
const db = aWorkload({ name: 'db-01', labels: 'app=erp env=prod' });
const gone = aWorkload({ name: 'old-01', online: false, ven: { heartbeatAt: T0 - 72 * HOUR } });
const hosts = [web, db, gone];

const tampering = (at: number, host = web) =>
  anEvent({ at, event_type: 'agent.tampering', created_by: byVen(host) });
const offline = (at: number, host = web) =>
  anEvent({ at, event_type: 'system_task.agent_offline_check', resource_changes: [changeOf(host, {})] });

type Bench = ReturnType<typeof anAlerting>;

const aRunning = async (options: Parameters<typeof anAlerting>[0] = {}): Promise<Bench> => {
  const bench = anAlerting({ hosts, ...options });
  await bench.alerting.poll(WINDOW_MS.poll);
  await bench.clock.advance(MINUTE);
  return bench;
};

const waiting = async ({ store }: Bench): Promise<string[]> => {
  const rows = await store.waiting();
  const alerts = await store.alerts(rows.flatMap((row) => row.alerts));
  const name = (one: string): string =>
    alerts.find(({ fingerprint }) => fingerprint === one)?.subject.name ?? '?';
  return rows.map((row) => `${row.reason} ${row.alerts.map(name).join(',')}`);
};

describe('fault 19: events recorded late', () => {
  it('finds one recorded 400 s late by the sweep, and tells it as any other', async () => {
    const bench = await aRunning();
    await bench.clock.advance(30 * MINUTE);
    await bench.alerting.poll(WINDOW_MS.poll);
    bench.pce.record(tampering(bench.clock.now() - 400_000));
    await bench.alerting.poll(WINDOW_MS.poll);
    expect(await waiting(bench)).toEqual([]);
    await bench.alerting.poll(WINDOW_MS.sweep);
    expect(await waiting(bench)).toEqual(['first web-01']);
    expect(bench.alerting.status().lastSweepFound).toBe(1);
  });

  it('finds one recorded 5 h late by the daily look back only, and marks it', async () => {
    const bench = await aRunning();
    await bench.clock.advance(6 * HOUR);
    await bench.alerting.poll(WINDOW_MS.poll);
    bench.pce.record(tampering(bench.clock.now() - 5 * HOUR));
    await bench.alerting.poll(WINDOW_MS.sweep);
    expect(await waiting(bench)).toEqual([]);
    await bench.alerting.poll(24 * HOUR, { late: true });
    expect(await waiting(bench)).toEqual(['late web-01']);
  });

  it('never tells what happened before the first start, not by the daily look back either', async () => {
    const bench = anAlerting({ hosts });
    bench.pce.record(tampering(T0 - 3 * HOUR));
    await bench.alerting.poll(WINDOW_MS.poll);
    await bench.clock.advance(HOUR);
    await bench.alerting.poll(24 * HOUR, { late: true });
    expect(await waiting(bench)).toEqual([]);
  });
});

describe('fault 22: after a downtime', () => {
  it('folds what is older than an hour into one digest a rule, and tells the rest as it is', async () => {
    const bench = await aRunning();
    await bench.clock.advance(24 * HOUR);
    const now = bench.clock.now();
    bench.pce.record(offline(now - 20 * HOUR), offline(now - 10 * HOUR, db), tampering(now - MINUTE));
    await bench.alerting.poll(WINDOW_MS.poll);
    expect((await waiting(bench)).sort()).toEqual(['digest web-01,db-01', 'first web-01']);
  });

  it('is no downtime when the bot polled all the time', async () => {
    const bench = await aRunning();
    bench.pce.record(tampering(bench.clock.now()));
    await bench.alerting.poll(WINDOW_MS.poll);
    expect(await waiting(bench)).toEqual(['first web-01']);
  });
});

describe('the standing state', () => {
  it('is told once, in a digest: hosts that were offline for days before anybody watched', async () => {
    const bench = await aRunning();
    await bench.alerting.sweep();
    expect(await waiting(bench)).toEqual(['digest old-01']);
    await bench.clock.advance(10 * MINUTE);
    await bench.alerting.sweep();
    expect(await waiting(bench)).toEqual(['digest old-01']);
  });
});

describe('fault 20: a gap', () => {
  it('holds the cursor, is an alert itself, and is resolved when the events have been read', async () => {
    const bench = await aRunning();
    const from = bench.clock.now() - 30_000;
    bench.pce.completeFrom = from;
    await bench.clock.advance(MINUTE);
    await bench.alerting.poll(WINDOW_MS.poll);
    expect(bench.alerting.status()).toMatchObject({ gapFrom: from, gaps: 1 });
    expect((await bench.store.firing()).map(({ rule }) => rule)).toEqual(['ingest-gap']);
    bench.pce.completeFrom = undefined;
    await bench.alerting.poll(WINDOW_MS.poll);
    expect(await bench.store.firing()).toEqual([]);
    expect(bench.alerting.status().gapFrom).toBeUndefined();
  });
});
