import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Alert, Person } from '../../src/core/alert.ts';
import { type Clock, PceError } from '../../src/core/ports.ts';
import { type AlertRule, defineRule } from '../../src/core/rule.ts';
import type { Transition } from '../../src/core/state.ts';
import { WINDOW_MS } from '../../src/pipelines/alerting.ts';
import { rules } from '../../src/rules/index.ts';
import { aResponse } from '../adapters/store/support.ts';
import {
  anEvent,
  aWorkload,
  byUser,
  byVen,
  changeOf,
  HOUR,
  labels,
  MINUTE,
  SECOND,
  T0,
} from '../support/builders.ts';
import { anAlerting, brittleStore, eventPce, virtualClock } from './support.ts';

const web = aWorkload({ name: 'web-01', labels: 'app=shop env=prod' });
const db = aWorkload({ name: 'db-01', labels: 'app=erp env=prod' });
const hosts = [web, db];

const tampering = (at = T0, host = web) =>
  anEvent({ at, event_type: 'agent.tampering', created_by: byVen(host) });
const suspension = (at = T0, host = web) =>
  anEvent({ at, event_type: 'agent.suspend', created_by: byVen(host) });
const offline = (at = T0, host = web) =>
  anEvent({
    at,
    event_type: 'system_task.agent_offline_check',
    resource_changes: [changeOf(host, {})],
  });

type Bench = ReturnType<typeof anAlerting>;

/** One that has read its first hour, a minute ago. */
const aRunning = async (options: Parameters<typeof anAlerting>[0] = {}): Promise<Bench> => {
  const bench = anAlerting({ hosts, ...options });
  await bench.alerting.poll(WINDOW_MS.poll);
  await bench.clock.advance(MINUTE);
  return bench;
};

const poll = ({ alerting }: Bench): Promise<void> => alerting.poll(WINDOW_MS.poll);

/** What fires, as `rule host ×count`. */
const firing = async ({ store }: Bench): Promise<string[]> =>
  (await store.firing()).map(({ rule, subject, count }) => `${rule} ${subject.name} ×${count}`).sort();

/** What waits to be said, as `reason hosts`. */
const waiting = async ({ store }: Bench): Promise<string[]> => {
  const rows = await store.waiting();
  const alerts = await store.alerts(rows.flatMap((row) => row.alerts));
  const name = (fingerprint: string): string =>
    alerts.find((one) => one.fingerprint === fingerprint)?.subject.name ?? '?';
  return rows.map(({ reason, alerts: all }) => `${reason} ${all.map(name).join(',')}`);
};

describe('the first start', () => {
  it('reads the last hour as history: rules learn from it, nobody is told', async () => {
    const bench = anAlerting({ hosts });
    bench.pce.record(tampering(T0 - 10 * MINUTE), suspension(T0 - 59 * MINUTE));
    await poll(bench);
    expect(bench.pce.windows).toEqual([{ from: T0 - HOUR, to: T0 }]);
    expect(await firing(bench)).toEqual([]);
    expect(await waiting(bench)).toEqual([]);
    expect((await bench.store.memories('prod-east')).size).toBeGreaterThan(0);
  });

  it('alerts on the last hour when it is told to', async () => {
    const bench = anAlerting({ hosts, backfill: true });
    bench.pce.record(tampering(T0 - 10 * MINUTE));
    await poll(bench);
    expect(await waiting(bench)).toEqual(['first web-01']);
  });

  it('does not alert later on what it read as history, not even after a restart', async () => {
    const first = anAlerting({ hosts });
    first.pce.record(tampering(T0 - 30 * SECOND));
    await poll(first);
    const second = anAlerting({ hosts, clock: first.clock, store: first.store, pce: first.pce });
    await second.alerting.poll(WINDOW_MS.sweep);
    expect(await firing(second)).toEqual([]);
  });

  it('is over with the first commit: what happens a second later alerts', async () => {
    const bench = anAlerting({ hosts });
    await poll(bench);
    await bench.clock.advance(SECOND);
    bench.pce.record(tampering(bench.clock.now()));
    await poll(bench);
    expect(await waiting(bench)).toEqual(['first web-01']);
  });
});

describe('a poll', () => {
  it('reads from the cursor minus the overlap, and tells what is new once', async () => {
    const bench = await aRunning();
    bench.pce.record(tampering(bench.clock.now() - SECOND));
    for (let n = 0; n < 4; n += 1) {
      await poll(bench);
      await bench.clock.advance(30 * SECOND);
    }
    expect(bench.pce.windows.slice(1, 3)).toEqual([
      { from: T0 - WINDOW_MS.poll, to: T0 + MINUTE },
      { from: T0 + MINUTE - WINDOW_MS.poll, to: T0 + 90 * SECOND },
    ]);
    expect(await firing(bench)).toEqual(['firewall-tampering web-01 ×1']);
    expect(await waiting(bench)).toEqual(['first web-01']);
  });

  it('sees the same events again after a commit that failed, and alerts once', async () => {
    const bench = await aRunning();
    bench.pce.record(tampering(bench.clock.now() - SECOND));
    bench.store.broken = true;
    await expect(poll(bench)).rejects.toThrow('ENOSPC');
    expect(bench.alerting.status().cursor).toBe(T0);
    expect(await firing(bench)).toEqual([]);
    bench.store.broken = false;
    await bench.clock.advance(HOUR);
    await poll(bench);
    expect(bench.pce.windows.at(-1)?.from).toBe(T0 - WINDOW_MS.poll);
    expect(await firing(bench)).toEqual(['firewall-tampering web-01 ×1']);
  });

  it('goes on after a kill from the cursor that was durable, and counts nothing twice', async () => {
    const before = await aRunning();
    before.pce.record(tampering(before.clock.now() - SECOND));
    await poll(before);
    await before.clock.advance(10 * SECOND);
    const { clock, store, pce } = before;
    const after = anAlerting({ hosts, clock, store, pce });
    await poll(after);
    expect(pce.windows.at(-1)).toEqual({
      from: T0 + MINUTE - WINDOW_MS.poll,
      to: T0 + MINUTE + 10 * SECOND,
    });
    expect(await firing(after)).toEqual(['firewall-tampering web-01 ×1']);
    expect(await waiting(after)).toEqual(['first web-01']);
  });

  it('stores the cursor of empty polls only now and then, and at a clean stop', async () => {
    const bench = await aRunning();
    await poll(bench);
    expect(await bench.store.cursor('prod-east', 'events')).toBe(T0);
    await bench.alerting.flush();
    expect(await bench.store.cursor('prod-east', 'events')).toBe(T0 + MINUTE);
    await bench.clock.advance(10 * MINUTE);
    await poll(bench);
    expect(await bench.store.cursor('prod-east', 'events')).toBe(T0 + 11 * MINUTE);
  });

  it('finds in the sweep what the PCE recorded late, and the sweep does not move the cursor back', async () => {
    const bench = await aRunning();
    await bench.clock.advance(30 * MINUTE);
    await poll(bench);
    const cursor = bench.alerting.status().cursor;
    bench.pce.record(tampering(bench.clock.now() - 19 * MINUTE));
    await poll(bench);
    expect(await firing(bench)).toEqual([]);
    await bench.alerting.poll(WINDOW_MS.sweep);
    expect(await firing(bench)).toEqual(['firewall-tampering web-01 ×1']);
    expect(bench.alerting.status().cursor).toBe(cursor);
  });

  it('does not pass what could not be read completely', async () => {
    const bench = await aRunning();
    await bench.clock.advance(30 * MINUTE);
    bench.pce.completeFrom = T0 + 10 * MINUTE;
    await poll(bench);
    expect(bench.alerting.status().cursor).toBe(T0 + 10 * MINUTE);
    bench.pce.completeFrom = undefined;
    bench.pce.record(tampering(T0 + 10 * MINUTE + 1));
    await poll(bench);
    expect(await firing(bench)).toEqual(['firewall-tampering web-01 ×1']);
  });

  for (const [sentence, code] of [
    ['a time-out', 'timeout'],
    ['a refused key', 'unauthorised'],
    ['a maintenance page', 'bad-answer'],
    ['a rate limit', 'rate-limited'],
  ] as const)
    it(`fault 18: changes nothing on ${sentence}: an error is never "no events"`, async () => {
      const bench = await aRunning();
      bench.pce.failing = { code, message: 'no' };
      bench.pce.record(tampering(bench.clock.now()));
      for (const run of [poll(bench), bench.alerting.sweep()]) await expect(run).rejects.toThrow(PceError);
      expect(bench.alerting.status()).toMatchObject({ cursor: T0, lastPollAt: T0 });
      bench.pce.failing = undefined;
      await bench.clock.advance(HOUR);
      await poll(bench);
      expect(await firing(bench)).toEqual(['firewall-tampering web-01 ×1']);
    });

  for (const [sentence, skewMs] of [
    ['10 min ahead of ours', 10 * MINUTE],
    ['10 min behind ours', -10 * MINUTE],
  ] as const) {
    it(`fault 19: misses nothing and doubles nothing with a PCE whose clock is ${sentence}`, async () => {
      const bench = anAlerting({ hosts });
      bench.pce.skewMs = skewMs;
      await poll(bench);
      for (let n = 0; n < 40; n += 1) {
        await bench.clock.advance(30 * SECOND);
        bench.pce.record(tampering(bench.clock.now() + skewMs - SECOND));
        await poll(bench);
      }
      expect(await firing(bench)).toEqual(['firewall-tampering web-01 ×40']);
    });

    it(`reads the hour before the first start as history with a PCE whose clock is ${sentence}`, async () => {
      const bench = anAlerting({ hosts });
      bench.pce.skewMs = skewMs;
      for (const ago of [1, 5, 9, 20, 50]) bench.pce.record(tampering(T0 + skewMs - ago * MINUTE));
      await poll(bench);
      await bench.clock.advance(30 * SECOND);
      await poll(bench);
      expect(await firing(bench)).toEqual([]);
    });
  }

  it('lets two rules fire on one event', async () => {
    const twin = defineRule({
      id: 'twin',
      title: 'The same',
      about: 'The same again',
      severity: 'warning',
      life: { kind: 'once' },
      on: { types: ['agent.tampering'] },
      options: z.strictObject({}).prefault({}),
      memory: z.null().default(null),
      todo: 'Nothing.',
      detect: (observation) => ({
        findings:
          observation.kind !== 'events'
            ? []
            : observation.events.map(({ href, at }) => ({
                subject: { kind: 'workload', href: db.href, name: 'db-01' },
                severity: 'warning',
                at,
                title: 'twin',
                story: [],
                workloads: [db.href],
                suggests: [],
                event: href,
              })),
      }),
    });
    const bench = await aRunning({ rules: [...rules, twin] });
    bench.pce.record(tampering(bench.clock.now()));
    await poll(bench);
    expect((await waiting(bench)).sort()).toEqual(['first db-01', 'first web-01']);
  });

  it('tells of a rule that throws, and the others go on', async () => {
    const broken: AlertRule = {
      ...(rules[0] as AlertRule),
      id: 'broken',
      on: { types: ['*'] },
      bind: () => ({
        detect: () => {
          throw new Error('a bug');
        },
      }),
    };
    const bench = await aRunning({ rules: [broken, ...rules] });
    bench.pce.record(tampering(bench.clock.now()));
    await poll(bench);
    expect(bench.troubles).toEqual([
      'The alert rule broken failed on prod-east and was skipped; the other rules go on.',
    ]);
    expect(await firing(bench)).toEqual(['firewall-tampering web-01 ×1']);
  });

  it('fault 19: takes up polls that overlap in time without counting an event twice', async () => {
    const bench = await aRunning();
    bench.pce.record(tampering(bench.clock.now()), tampering(bench.clock.now() - 1));
    await Promise.all([poll(bench), bench.alerting.poll(WINDOW_MS.sweep), poll(bench)]);
    expect(await firing(bench)).toEqual(['firewall-tampering web-01 ×2']);
  });

  it('counts on, in one alert and one message, what happens again within the quiet period', async () => {
    const bench = await aRunning();
    for (let n = 0; n < 3; n += 1) {
      bench.pce.record(tampering(bench.clock.now()));
      await poll(bench);
      await bench.clock.advance(MINUTE);
    }
    expect(await firing(bench)).toEqual(['firewall-tampering web-01 ×3']);
    expect(await waiting(bench)).toEqual(['first web-01']);
  });

  it('hands over the events after what they mean is durable, and not before', async () => {
    const heard: number[] = [];
    const bench = await aRunning({ evaluated: async (events) => void heard.push(events.length) });
    bench.pce.record(tampering(bench.clock.now()));
    bench.store.broken = true;
    await expect(poll(bench)).rejects.toThrow();
    expect(heard).toEqual([0]);
    bench.store.broken = false;
    await poll(bench);
    expect(heard).toEqual([0, 1]);
  });
});

describe('what clears by itself', () => {
  it('resolves a burst once it was quiet for its time, and says so once', async () => {
    const bench = await aRunning();
    bench.pce.record(tampering(bench.clock.now()));
    await poll(bench);
    await bench.clock.advance(4 * HOUR - SECOND);
    await bench.alerting.settle();
    expect(await firing(bench)).toHaveLength(1);
    await bench.clock.advance(SECOND);
    await bench.alerting.settle();
    await bench.alerting.settle();
    expect(await firing(bench)).toEqual([]);
    const [alert] = await bench.store.alerts((await bench.store.waiting()).flatMap(({ alerts }) => alerts));
    expect(alert?.resolved?.why).toBe('no tampering for 4 h');
  });

  it('ends what a rule left firing that was switched off: nothing else would', async () => {
    const before = await aRunning();
    before.pce.record(tampering(before.clock.now()), suspension(before.clock.now()));
    await poll(before);
    expect(await firing(before)).toHaveLength(2);
    const { clock, store, pce } = before;
    const after = anAlerting({
      hosts,
      clock,
      store,
      pce,
      rules: rules.filter(({ id }) => id !== 'ven-suspended'),
    });
    await after.alerting.settle();
    expect(await firing(after)).toEqual(['firewall-tampering web-01 ×1']);
    const [over] = await store.alerts([`prod-east|ven-suspended|workload:${web.href}`]);
    expect(over?.resolved?.why).toBe('its rule was switched off');
  });

  it('asks for the host when a rule wanted to be woken, and not before', async () => {
    const bench = await aRunning();
    const at = bench.clock.now();
    bench.pce.record(anEvent({ at, event_type: 'agent.goodbye', created_by: byVen(web) }));
    await poll(bench);
    await bench.clock.advance(29 * MINUTE);
    await bench.alerting.wake();
    expect(bench.pce.asked).toEqual([]);
    bench.pce.rows.set(web.href, { ...web, online: false });
    await bench.clock.advance(2 * MINUTE);
    await bench.alerting.wake();
    expect(bench.pce.asked).toEqual([`workload ${web.href}`]);
    expect(await firing(bench)).toEqual(['ven-offline web-01 ×1']);
  });

  it('leaves the wake due when the PCE cannot be read', async () => {
    const bench = await aRunning();
    bench.pce.record(anEvent({ at: bench.clock.now(), event_type: 'agent.goodbye', created_by: byVen(web) }));
    await poll(bench);
    await bench.clock.advance(31 * MINUTE);
    bench.pce.failing = { code: 'unavailable', message: 'away' };
    await expect(bench.alerting.wake()).rejects.toThrow(PceError);
    bench.pce.failing = undefined;
    bench.pce.rows.set(web.href, { ...web, online: false });
    await bench.alerting.wake();
    expect(await firing(bench)).toEqual(['ven-offline web-01 ×1']);
  });

  it('clears by the state sweep what no event will ever clear', async () => {
    const bench = await aRunning();
    const at = bench.clock.now();
    bench.pce.record(offline(at), suspension(at, db));
    await poll(bench);
    expect(await firing(bench)).toEqual(['ven-offline web-01 ×1', 'ven-suspended db-01 ×1']);
    bench.pce.rows.set(web.href, { ...web, online: false });
    bench.pce.rows.set(db.href, aWorkload({ ...db, ven: { status: 'suspended' } }));
    await bench.alerting.sweep();
    expect(await firing(bench)).toHaveLength(2);
    bench.pce.rows.set(web.href, { ...web, online: true });
    bench.pce.rows.delete(db.href);
    await bench.clock.advance(10 * MINUTE);
    await bench.alerting.sweep();
    expect(await firing(bench)).toEqual([]);
    expect(bench.inventory.workload(db.href)).toBeUndefined();
  });
});

describe('a quarantine', () => {
  const quarantined = aWorkload({ name: 'web-01', labels: 'app=shop env=prod Quarantine=Severe' });
  const row = aResponse({
    id: 'q1',
    pce: 'prod-east',
    target: { href: web.href, name: 'web-01', labels: web.labels, mode: web.mode, addresses: ['192.0.2.10'] },
  });

  /** web-01 is in quarantine since a minute. */
  const aQuarantine = async (): Promise<Bench> => {
    const bench = await aRunning();
    const at = bench.clock.now();
    const change = { replaced: [], added: labels('Quarantine=Severe') };
    const moved = { type: 'response-moved', id: 'q1', at } as const;
    await bench.store.commit([
      { type: 'response-requested', response: row },
      { ...moved, from: 'requested', to: 'writing', change, intended: quarantined.labels },
      { ...moved, from: 'writing', to: 'done' },
    ]);
    bench.pce.rows.set(web.href, quarantined);
    await bench.clock.advance(MINUTE);
    return bench;
  };

  it('is watched until it is released: the label gone is told, its return or the release ends it', async () => {
    const bench = await aQuarantine();
    await bench.alerting.quarantines();
    expect(await firing(bench)).toEqual([]);
    bench.pce.rows.set(web.href, web);
    await bench.alerting.quarantines();
    await bench.alerting.quarantines();
    expect(await firing(bench)).toEqual(['quarantine-drift web-01 ×1']);
    await bench.store.commit([{ type: 'response-released', id: 'q1', by: 'r1' }]);
    await bench.alerting.quarantines();
    expect(await firing(bench)).toEqual([]);
    bench.pce.asked.length = 0;
    await bench.alerting.quarantines();
    expect(bench.pce.asked).toEqual([]);
  });

  it('is watched although the policy cannot be read', async () => {
    const bench = await aQuarantine();
    bench.pce.policy = () => Promise.reject(new PceError('forbidden', 'no right'));
    bench.pce.rows.delete(web.href);
    await bench.alerting.quarantines();
    expect(await firing(bench)).toEqual(['quarantine-drift web-01 ×1']);
  });

  it('that a machine with the same address gets out of is critical at the next poll', async () => {
    const bench = await aQuarantine();
    const fresh = aWorkload({ name: 'fresh-01' });
    bench.inventory.note(fresh.href, fresh);
    bench.pce.record(
      anEvent({ at: bench.clock.now(), event_type: 'agent.activate', created_by: byVen(fresh) }),
    );
    await poll(bench);
    const alerts = (await bench.store.alertsSince(0)).map(({ severity, title }) => `${severity} ${title}`);
    expect(alerts).toEqual(['critical Escape from quarantine: fresh-01 has the address of web-01']);
  });
});

describe('what people do about alerts', () => {
  const by = { team: 'T1', user: 'U0MAYA' };

  const acknowledgedBy =
    (who: Person, clock: Clock) =>
    ({ fingerprint, acknowledged }: Alert): Transition | undefined =>
      acknowledged === undefined
        ? { type: 'alert-acknowledged', fingerprint, by: who, at: clock.now() }
        : undefined;

  const aFiring = async () => {
    const bench = await aRunning();
    bench.pce.record(tampering(bench.clock.now()));
    await poll(bench);
    return { ...bench, alerts: await bench.store.firing() };
  };

  it('keeps the first acknowledgement when two people press at the same time', async () => {
    const { alerting, store, alerts, clock } = await aFiring();
    await alerting.tend(alerts, acknowledgedBy(by, clock));
    await clock.advance(SECOND);
    await alerting.tend(alerts, acknowledgedBy({ team: 'T1', user: 'U0JO' }, clock));
    const [alert] = await store.firing();
    expect(alert?.acknowledged).toEqual({ by, at: T0 + MINUTE });
  });

  it('counts what is snoozed, and says nothing new until the time is over', async () => {
    const bench = await aFiring();
    const until = bench.clock.now() + 3 * HOUR;
    await bench.alerting.tend(bench.alerts, ({ fingerprint }) => ({
      type: 'alert-snoozed',
      fingerprint,
      by,
      until,
    }));
    const before = (await bench.store.waiting()).length;
    await bench.clock.advance(2 * HOUR);
    bench.pce.record(tampering(bench.clock.now()));
    await poll(bench);
    expect(await firing(bench)).toEqual(['firewall-tampering web-01 ×2']);
    expect(await bench.store.waiting()).toHaveLength(before);
  });

  it('has every message of a host shown anew, and only those', async () => {
    const bench = await aFiring();
    const [incident] = await bench.store.incidentsOf(bench.alerts.map(({ fingerprint }) => fingerprint));
    const revision = async () => (await bench.store.incident(incident?.id ?? ''))?.revision ?? 0;
    const before = await revision();
    await bench.alerting.touchHost(db.href);
    expect(await revision()).toBe(before);
    await bench.alerting.touchHost(web.href);
    expect(await revision()).toBe(before + 1);
  });

  it('has a message of a fact (a rule that never resolves) shown anew, too', async () => {
    const bench = await aRunning();
    bench.pce.record(
      anEvent({
        at: bench.clock.now(),
        event_type: 'workload.update',
        created_by: byUser(),
        resource_changes: [
          changeOf(web, {
            labels: {
              deleted: [{ href: '/orgs/1/labels/env-prod', key: 'env', value: 'prod' }],
              created: [{ href: '/orgs/1/labels/env-dev', key: 'env', value: 'dev' }],
            },
          }),
        ],
      }),
    );
    await poll(bench);
    expect(await waiting(bench)).toEqual(['first web-01']);
    const [row] = await bench.store.waiting();
    await bench.alerting.touchHost(web.href);
    expect((await bench.store.incident(row?.incident ?? ''))?.revision).toBe(1);
  });
});

describe('the health and reach of the PCE', () => {
  it('never takes an error of the bot for the health of the PCE', async () => {
    const bench = await aRunning();
    bench.pce.failing = { code: 'unavailable', message: 'away' };
    await expect(bench.alerting.health()).rejects.toThrow(PceError);
    expect(await firing(bench)).toEqual([]);
  });

  it('alerts once while the PCE is away, and ends it when it is back', async () => {
    const clock = virtualClock();
    const pce = eventPce(clock, hosts);
    let failingSince: number | undefined;
    pce.reach = () => ({ lastOkAt: T0, failingSince, why: 'timeout', refused: false, medianMs: 240 });
    const bench = await aRunning({ clock, pce, store: brittleStore() });
    failingSince = clock.now();
    for (let n = 0; n < 60; n += 1) {
      await clock.advance(5 * SECOND);
      await bench.alerting.reach();
    }
    expect(await firing(bench)).toEqual([expect.stringMatching(/^pce-unreachable prod-east/)]);
    expect(await waiting(bench)).toEqual(['first prod-east']);
    failingSince = undefined;
    await bench.alerting.reach();
    expect(await firing(bench)).toEqual([]);
  });
});
