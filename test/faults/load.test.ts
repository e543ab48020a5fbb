import { readdirSync } from 'node:fs';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { noise, tampering } from '../../chaos/subjects.ts';
import { openFileStore } from '../../src/adapters/store/file.ts';
import { WINDOW_MS } from '../../src/pipelines/alerting.ts';
import { aFolder, aLog } from '../adapters/store/support.ts';
import { anAlerting, eventPce, virtualClock } from '../pipelines/support.ts';
import { anEvent, aWorkload, byVen, MINUTE, SECOND } from '../support/builders.ts';
import type { SteppedWorld } from '../support/stepped.ts';
import { ago, aRunning } from './support.ts';

describe('fault 24: a storm of events', () => {
  it('20,000 events a minute for 5 min: every match counted exactly, at most a post per incident and 5 s', async () => {
    const { world, hosts } = await aRunning({ hosts: 30, pce: { workloads: 40, rateLimit: {} }, pace: 1 });
    let injected = 0;
    const lags: number[] = [];
    for (let n = 0; n < 20; n += 1) {
      const chatter = Array.from({ length: 4_950 }, (_, at) => noise(ago(world, at * 3)));
      const matching = Array.from({ length: 50 }, (_, at) => tampering(hosts[(n * 50 + at) % 30] as never));
      injected += matching.length;
      world.pce.control.events([...chatter, ...matching]);
      await world.pass(15 * SECOND);
      lags.push((await world.bot().status()).pces[0]?.lagMs ?? Number.NaN);
    }
    await world.pass(6 * MINUTE);
    const [pce] = (await world.bot().status()).pces;
    expect(pce).toMatchObject({ gaps: 0, rejected: 0 });
    expect(pce?.eventsSeen).toBeGreaterThanOrEqual(100_000);
    expect(Math.max(...lags)).toBeLessThan(5 * MINUTE);
    const everything = JSON.stringify(world.messages());
    expect(hosts.filter(({ name }) => !new RegExp(`${name}\\b`).test(everything))).toEqual([]);
    expect(await counted(world)).toBe(injected);
    const posts = world.calls('chat.postMessage').filter(({ channel }) => channel === 'C0SOC0001');
    for (const [n, { at }] of posts.entries())
      if (n > 0) expect(at - (posts[n - 1]?.at ?? 0)).toBeGreaterThanOrEqual(5 * SECOND);
  }, 600_000);
});

/** What the bot counted over all alerts of hosts, as its files hold it: the story of many hosts counts for itself. */
const counted = async (world: SteppedWorld): Promise<number> => {
  await world.stop();
  const store = await openFileStore({ folder: world.data(), log: aLog(), clock: world.clock });
  const alerts = (await store.firing()).filter(
    ({ rule, subject }) => rule === 'firewall-tampering' && subject.kind !== 'pce',
  );
  await store.close();
  return alerts.reduce((sum, { count }) => sum + count, 0);
};

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

describe('fault 44: an hour at 100 times the ordinary load', () => {
  it('memory, handles and files no longer grow in its last quarter', async () => {
    const clock = virtualClock();
    const hosts = Array.from({ length: 200 }, (_, n) =>
      aWorkload({ name: `web-${n}`, labels: 'app=shop env=prod' }),
    );
    const folder = await aFolder();
    const store = Object.assign(await openFileStore({ folder, log: aLog(), clock }), { broken: false });
    const pce = eventPce(clock, hosts);
    const { alerting } = anAlerting({ clock, hosts, pce, store });
    const seen: { heapMb: number; handles: number; files: number }[] = [];
    // An ordinary day has 48,000 events and 12 alerts: 33 events a minute and an alert every two hours.
    for (let half = 0; half < 120; half += 1) {
      const now = clock.now();
      pce.log.splice(
        0,
        pce.log.findIndex(({ event }) => event.at > now - 21 * MINUTE),
      );
      for (let n = 0; n < 1_650; n += 1) pce.record(anEvent({ at: now - n, event_type: 'user.login' }));
      if (half % 2 === 0)
        pce.record(
          anEvent({ at: now, event_type: 'agent.tampering', created_by: byVen(hosts[half % 200] as never) }),
        );
      await alerting.poll(half % 20 === 19 ? WINDOW_MS.sweep : WINDOW_MS.poll);
      await clock.advance(30 * SECOND);
      if (half % 10 !== 9) continue;
      collect();
      seen.push({
        heapMb: process.memoryUsage().heapUsed / 2 ** 20,
        handles: process.getActiveResourcesInfo().length,
        files: readdirSync(folder).length,
      });
    }
    await store.close();
    const [before, after] = [seen.at(-4), seen.at(-1)];
    expect((after?.heapMb ?? 0) - (before?.heapMb ?? 0)).toBeLessThan(10);
    expect(after?.files).toBeLessThanOrEqual((before?.files ?? 0) + 1);
    expect(after?.handles).toBeLessThanOrEqual((before?.handles ?? 0) + 2);
  }, 600_000);
});
