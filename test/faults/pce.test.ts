import { describe, expect, it } from 'vitest';
import { type Host, tampering } from '../../chaos/subjects.ts';
import { HOUR, MINUTE, SECOND } from '../support/builders.ts';
import type { SteppedWorld } from '../support/stepped.ts';
import { ago, aRunning, EACH, told } from './support.ts';

const about = (world: SteppedWorld, words: RegExp): number =>
  world.texts().filter((text) => words.test(text)).length;

describe('fault 18: a PCE that does not answer', () => {
  it.each([
    ['HTTP 500', { kind: 'status', status: 500 }],
    ['HTTP 503', { kind: 'status', status: 503 }],
    ['a maintenance page', { kind: 'html' }],
    ['broken connections', { kind: 'reset' }],
    ['half answers', { kind: 'half' }],
  ] as const)(
    '%s: one alert after 3 min, resolved on return, and nothing missed',
    async (_, fault) => {
      const { world, hosts } = await aRunning(EACH);
      const [host] = hosts as [Host];
      world.pce.control.fault({ path: '*', ...fault });
      const calls = world.pce.control.state().requests.length;
      const from = world.clock.now();
      await world.until(() => about(world, /cannot be reached/) > 0, 10 * MINUTE);
      expect(world.clock.now() - from).toBeGreaterThanOrEqual(3 * MINUTE - SECOND);
      world.pce.control.events(tampering(host));
      await world.pass(20 * MINUTE);
      // It is asked again, and again, and never in a burst.
      const asked = world.pce.control.state().requests.length - calls;
      expect(asked / ((world.clock.now() - from) / MINUTE)).toBeLessThanOrEqual(30);
      expect(world.texts()).toHaveLength(1);
      world.pce.control.clearFaults();
      await world.until(() => about(world, /Resolved/) > 0, 5 * MINUTE);
      await world.until(() => told(world, host) === 1, 5 * MINUTE);
      expect(about(world, /cannot be reached/)).toBeLessThanOrEqual(2);
    },
    60_000,
  );
});

describe('fault 18: a PCE that answers and gives nothing', () => {
  it('is told when the events are 5 min behind, whatever the reason', async () => {
    const { world, hosts } = await aRunning(EACH);
    const [host] = hosts as [Host];
    world.pce.control.fault({ path: '/events', kind: 'status', status: 429 });
    world.pce.control.events(tampering(host));
    await world.pass(9 * MINUTE);
    const asked = world.pce.control.state().requests.filter(({ status }) => status === 429).length;
    expect(asked).toBeLessThanOrEqual(9 * 6);
    expect(world.texts('C0PCEADM1').join()).toMatch(/\d min behind with the events of prod-east/);
    world.pce.control.clearFaults();
    await world.pass(3 * MINUTE);
    expect(told(world, host)).toBe(1);
    expect(world.texts('C0PCEADM1').join()).toContain('up to date with the events of prod-east again');
  }, 60_000);
});

describe('fault 21: a PCE that was restored from a backup', () => {
  it('is told once, without a storm, and what was told stays told once', async () => {
    const { world, hosts } = await aRunning(EACH);
    // Fewer than five: those would be one story of their own.
    const before = hosts.slice(0, 4);
    world.pce.control.events(before.map((host) => tampering(host)));
    await world.pass(3 * HOUR);
    world.pce.control.events(tampering(hosts[6] as Host));
    await world.pass(20 * MINUTE);
    expect(world.texts()).toHaveLength(5);
    // Its database is that of two hours ago, and so is its clock.
    world.pce.control.clock({ advance_ms: -2 * HOUR });
    await world.pass(HOUR);
    const [alert, ...more] = world.texts().slice(5);
    expect(alert).toMatch(/back in time|backup|older/i);
    expect(more).toEqual([]);
    expect(before.map((host) => told(world, host))).toEqual(before.map(() => 1));
    // It goes on writing events, of times that were polled already.
    world.pce.control.events(tampering(hosts[5] as Host));
    await world.pass(2 * MINUTE);
    expect(told(world, hosts[5] as Host)).toBe(1);
  }, 90_000);

  it('lets a person choose: closed as expected, what the log holds now is what it is compared with', async () => {
    const roles =
      'roles: {responder: [{members: [T0SIM0001/U0MAYA001]}]}\nquarantine: {strategy: deny}\nannounce_channel: C0ANNOUN1';
    const { world, hosts } = await aRunning({ config: `${EACH.config}\n${roles}` });
    const goBack = async (ms: number): Promise<void> => {
      world.pce.control.clock({ advance_ms: -ms });
      await world.pass(HOUR);
    };
    const choose = async (word: string): Promise<void> => {
      const text = `close prod-east/events ${word}`;
      const typed = world.slack.control.command({ user: 'U0MAYA001', channel: 'C0SOC0001', text });
      await world.pass(20 * MINUTE);
      await typed;
    };
    world.pce.control.events(tampering(hosts[0] as Host));
    await world.pass(20 * MINUTE);
    await goBack(2 * HOUR);
    expect(about(world, /went back in time/)).toBe(1);
    await choose('expected');
    expect(about(world, /Resolved.*went back in time|went back in time.*Resolved/is)).toBe(1);
    // A second time is another alert; whoever finds it real leaves it open.
    world.pce.control.events(tampering(hosts[1] as Host));
    await world.pass(20 * MINUTE);
    await goBack(4 * HOUR);
    await choose('real');
    expect(
      world.texts().filter((text) => /went back in time/.test(text) && !/Resolved/i.test(text)),
    ).toHaveLength(1);
  }, 90_000);
});

describe('fault 22: a bot that was away for a day', () => {
  it('tells old things in one digest a rule, what is grave singly and first, and leaves nobody out', async () => {
    const { world, hosts } = await aRunning({ ...EACH, hosts: 36, pce: { workloads: 40 }, pace: 1 });
    await world.stop();
    await world.clock.advance(24 * HOUR);
    const old = hosts.slice(0, 30);
    const fresh = hosts.slice(30);
    world.pce.control.events([
      ...old.map((host, n) => tampering(host, { timestamp: ago(world, (2 + n / 2) * HOUR) })),
      ...fresh.map((host) => tampering(host, { timestamp: ago(world, 10 * MINUTE) })),
      tampering(old[0] as Host, {
        timestamp: ago(world, 3 * HOUR),
        notifications: [
          {
            notification_type: 'workload.oob_policy_changes',
            info: { tampering_revert_succeeded: false, num_reverts: 1 },
          },
        ],
      }),
    ]);
    await world.start();
    await world.pass(5 * MINUTE);
    const texts = world.texts();
    expect(texts.length).toBeLessThanOrEqual(3 + fresh.length);
    // The digest names some itself and the others in its thread.
    const everything = JSON.stringify(world.messages());
    const missing = hosts.filter(({ name }) => !new RegExp(`${name}\\b`).test(everything));
    expect(missing).toEqual([]);
    expect(texts[0]).toContain('Critical');
    expect(texts[0]).toContain(old[0]?.name);
  }, 60_000);
});
