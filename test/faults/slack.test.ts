import { describe, expect, it } from 'vitest';
import { createRandom } from '../../chaos/random.ts';
import { type Host, tampering } from '../../chaos/subjects.ts';
import { CHANNELS } from '../pipelines/support.ts';
import { HOUR, MINUTE, SECOND } from '../support/builders.ts';
import type { SteppedWorld } from '../support/stepped.ts';
import { aRunning, EACH, told } from './support.ts';

const POST = 'chat.postMessage';
const once = (hosts: readonly Host[]): number[] => hosts.map(() => 1);
const counts = (world: SteppedWorld, hosts: readonly Host[], channel?: string): number[] =>
  hosts.map((host) => told(world, host, channel));
const inject = (world: SteppedWorld, hosts: readonly Host[]): void =>
  void world.pce.control.events(hosts.map((host) => tampering(host)));

const roleOf = (world: SteppedWorld, href: string): string | undefined =>
  (world.pce.control.state().workloads[href] as { labels: Record<string, string> }).labels['role'];

describe('fault 6: a stop in the middle of a backlog', () => {
  it('takes 5 s at most, and the next start repeats nothing and leaves nothing out', async () => {
    const { world, hosts } = await aRunning({ ...EACH, pace: 1 });
    inject(world, hosts);
    await world.until(() => world.messages().length === 4);
    expect(await world.stop()).toBeLessThanOrEqual(5 * SECOND);
    expect(world.messages().length).toBeLessThanOrEqual(5);
    await world.start();
    await world.pass(MINUTE);
    expect(counts(world, hosts)).toEqual(once(hosts));
  });
});

describe('fault 7: one channel is told to wait', () => {
  it('is not called before, and the others are as fast as ever', async () => {
    const config = `routes:
  - {match: {labels: role=db}, channel: C0GENERAL, group_by: [rule, subject]}
  - {channel: C0SOC0001, group_by: [rule, subject]}
folding: false
rules: {firewall-tampering: {spreading_hosts: 100}}`;
    const { world, hosts: all } = await aRunning({ config, pace: 1, hosts: 36, pce: { workloads: 40 } });
    const [dbs, others] = [true, false].map((db) =>
      all.filter(({ href }) => (roleOf(world, href) === 'db') === db),
    );
    const hosts = [0, 3].flatMap((n) => [dbs, others].flatMap((some = []) => some.slice(n, n + 3)));
    const times = async (some: readonly Host[]): Promise<number[]> => {
      const from = world.clock.now();
      inject(world, some);
      await world.pass(MINUTE);
      const calls = world.calls(POST).filter(({ at }) => at >= from);
      const first = calls[0]?.at ?? 0;
      return calls.filter(({ channel }) => channel === 'C0GENERAL').map(({ at }) => at - first);
    };
    const before = await times(hosts.slice(0, 6));
    await world.slack.control.faults({
      method: POST,
      channel: CHANNELS.fallthrough,
      kind: 'status',
      status: 429,
      headers: { 'retry-after': '20' },
      times: 1,
    });
    const during = await times(hosts.slice(6));
    expect([before.length, during.length]).toEqual([3, 3]);
    for (const [n, ms] of during.entries()) expect(ms - (before[n] ?? 0)).toBeLessThanOrEqual(50);
    const sent = () => world.calls(POST).filter(({ channel }) => channel === CHANNELS.fallthrough);
    const after = () => sent().slice(sent().findIndex(({ ok }) => !ok) + 1);
    await world.until(() => after().length > 0);
    const mine = sent();
    const refused = mine.findIndex(({ ok }) => !ok);
    expect((mine[refused + 1]?.at ?? 0) - (mine[refused]?.at ?? 0)).toBeGreaterThanOrEqual(20 * SECOND);
    await world.pass(MINUTE);
    const both = [...counts(world, hosts), ...counts(world, hosts, 'C0GENERAL')];
    expect(both.reduce((sum, n) => sum + n, 0)).toBe(hosts.length);
  });
});

describe('fault 10: Slack is away for an hour', () => {
  it('loses nothing, makes no more than a call a second, and is back within 5 s', async () => {
    const { world, hosts } = await aRunning({ ...EACH, hosts: 16, pace: 1 });
    const from = world.clock.now();
    inject(world, hosts.slice(0, 8));
    for (const status of [500, 502, 503]) {
      await world.slack.control.clearFaults();
      await world.slack.control.faults({ method: '*', kind: 'status', status });
      await world.pass(HOUR / 3);
    }
    const calls = world.slack.control.state()['calls'] as readonly { readonly at: number }[];
    const tried = calls.filter(({ at }) => at >= from).length;
    expect(tried).toBeGreaterThan(60);
    expect(tried).toBeLessThanOrEqual(HOUR / SECOND);
    expect(world.messages()).toEqual([]);
    inject(world, hosts.slice(8));
    await world.slack.control.clearFaults();
    const back = world.clock.now();
    await world.until(() => world.messages().length > 0);
    expect(world.clock.now() - back).toBeLessThanOrEqual(5 * SECOND);
    await world.pass(2 * MINUTE);
    expect(counts(world, hosts)).toEqual(once(hosts));
  }, 60_000);
});

describe('fault 11: HTTP 200 and yet not done', () => {
  const RETRIED = { home: 1, fallback: 0, alarm: undefined, most: 150 };
  const FALLBACK = { home: 0, fallback: 1, alarm: "I can't post to the channel", most: 1 };
  const DEAD = { home: 0, fallback: 0, alarm: 'cannot be shown', most: 2 };
  it.each([
    ['internal_error', 'is looked up, then sent', RETRIED],
    ['fatal_error', 'is looked up, then sent', RETRIED],
    ['token_revoked', 'is tried again, slower and slower', { ...RETRIED, most: 20 }],
    ['msg_too_long', 'of the bare names too is a dead letter with an alarm', DEAD],
    ['invalid_blocks', 'of the bare names too is a dead letter with an alarm', DEAD],
    ['not_in_channel', 'goes to the fallback channel', FALLBACK],
    ['channel_not_found', 'goes to the fallback channel', FALLBACK],
    ['is_archived', 'goes to the fallback channel', FALLBACK],
    ['restricted_action', 'goes to the fallback channel', FALLBACK],
  ] as const)(
    'fault 11: %s %s; it never loops',
    async (error, _, expected) => {
      const { world, hosts } = await aRunning(EACH);
      const [host] = hosts as [Host];
      const home = CHANNELS.fallthrough;
      await world.slack.control.faults({ method: POST, channel: home, kind: 'ok_false', error });
      inject(world, [host]);
      await world.pass(10 * MINUTE);
      expect(world.calls(POST).filter(({ channel }) => channel === home).length).toBeLessThanOrEqual(
        expected.most,
      );
      await world.slack.control.clearFaults();
      await world.pass(2 * MINUTE);
      expect(told(world, host)).toBe(expected.home);
      expect(told(world, host, CHANNELS.fallback)).toBe(expected.fallback);
      const alarms = world.texts(CHANNELS.admin).join('\n');
      if (expected.alarm === undefined) expect(alarms).toBe('');
      else expect(alarms).toContain(expected.alarm);
    },
    30_000,
  );
});

describe('fault 15: a network that loses every third call', () => {
  it('loses and doubles nothing, whichever way the call was lost', async () => {
    const { world, hosts } = await aRunning({ ...EACH, hosts: 36, pce: { workloads: 40 } });
    const random = createRandom(15, 'loss');
    let lost = 0;
    for (const host of hosts) {
      inject(world, [host]);
      for (let second = 0; second < 5; second += 1) {
        await world.slack.control.clearFaults();
        if (random.chance(0.3)) {
          lost += 1;
          const after = random.chance(0.5) ? { after: 'apply' } : {};
          await world.slack.control.faults({ method: '*', kind: 'reset', ...after });
        }
        await world.pass(SECOND);
      }
    }
    await world.slack.control.clearFaults();
    await world.pass(5 * MINUTE);
    expect(lost).toBeGreaterThan(30);
    expect(counts(world, hosts)).toEqual(once(hosts));
  }, 60_000);
});

describe('fault 16: a message that can no longer be edited', () => {
  it.each(['edit_window_closed', 'cant_update_message', 'message_not_found'])(
    'after %s its newest state is a new message at once, and the old link is dropped',
    async (error) => {
      const { world, hosts } = await aRunning(EACH);
      const [host] = hosts as [Host];
      inject(world, [host]);
      await world.until(() => told(world, host) === 1);
      const [old] = world.messages();
      await world.slack.control.faults({ method: 'chat.update', kind: 'ok_false', error, times: 1 });
      inject(world, [host]);
      await world.until(() => told(world, host) === 2, 45 * SECOND);
      inject(world, [host]);
      await world.pass(MINUTE);
      const edited = world.calls('chat.update').filter(({ ok }) => ok);
      expect(edited.length).toBeGreaterThan(0);
      expect(told(world, host)).toBe(2);
      expect(world.messages()[0]).toEqual(old);
    },
  );
});

describe('fault 17: a channel that goes away under a backlog', () => {
  it.each([
    ['is archived', { archived: true }],
    ['the bot is removed from', { member: false }],
  ])('when it %s, the rest goes to the fallback channel and people are told', async (_, change) => {
    const { world, hosts } = await aRunning({ ...EACH, pace: 1 });
    inject(world, hosts);
    await world.until(() => world.messages().length === 4);
    await world.slack.control.channel({ id: CHANNELS.fallthrough, ...change });
    await world.pass(MINUTE);
    const stand = counts(world, hosts).map((n, at) => n + (counts(world, hosts, CHANNELS.fallback)[at] ?? 0));
    expect(stand).toEqual(once(hosts));
    expect(world.messages(CHANNELS.fallback).length).toBeGreaterThanOrEqual(7);
    expect(world.texts(CHANNELS.admin).join()).toContain(
      `I can't post to the channel ${CHANNELS.fallthrough}`,
    );
  });
});
