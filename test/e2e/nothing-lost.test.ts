import { describe, expect, it } from 'vitest';
import { type Host, noise, tampering } from '../../chaos/subjects.ts';
import { ago, aRunning, EACH, told } from '../faults/support.ts';
import { HOUR, MINUTE, SECOND } from '../support/builders.ts';

/** Definitions §1 says these numbers; the bot and both simulators live by one stepped clock. */
describe('nothing is lost, and nothing is told twice', () => {
  it('sees all of a burst of 25,000 events in one window, and the one that matters', async () => {
    const { world, hosts } = await aRunning();
    const seen = async (): Promise<number> => (await world.bot().status()).pces[0]?.eventsSeen ?? 0;
    const before = await seen();
    const [host] = hosts as [Host];
    const burst = Array.from({ length: 24_999 }, (_, n) => noise(ago(world, (n * 15 * SECOND) / 24_999)));
    world.pce.control.events([...burst.slice(0, 12_000), tampering(host), ...burst.slice(12_000)]);
    await world.until(() => told(world, host) === 1);
    expect((await seen()) - before).toBe(25_000);
    expect((await world.bot().status()).pces[0]).toMatchObject({ gaps: 0, rejected: 0 });
  }, 60_000);

  it.each([1, 3, 12])('misses nothing over %i answers of 503', async (times) => {
    const { world, hosts } = await aRunning(EACH);
    world.pce.control.fault({ path: '/events', kind: 'status', status: 503, times });
    for (const host of hosts) {
      world.pce.control.events(tampering(host));
      await world.pass(10 * SECOND);
    }
    await world.pass(2 * MINUTE);
    expect(hosts.map((host) => told(world, host))).toEqual(hosts.map(() => 1));
  });

  it('shows an event that was recorded 40 s or 400 s late as any other', async () => {
    const { world, hosts } = await aRunning(EACH);
    await world.pass(30 * MINUTE);
    const [soon, later] = hosts as [Host, Host];
    world.pce.control.events([
      tampering(soon, { timestamp: ago(world, 40 * SECOND) }),
      tampering(later, { timestamp: ago(world, 400 * SECOND) }),
    ]);
    await world.pass(35 * SECOND);
    expect([told(world, soon), told(world, later)]).toEqual([1, 0]);
    await world.pass(10 * MINUTE);
    expect([told(world, soon), told(world, later)]).toEqual([1, 1]);
    expect(world.texts().join()).not.toContain('late');
  }, 60_000);

  it('shows an event that was recorded 5 h late, and says so', async () => {
    const { world, hosts } = await aRunning(EACH);
    await world.stop();
    await world.clock.advance(5 * HOUR + 10 * MINUTE);
    await world.start();
    await world.pass(10 * MINUTE);
    const [host] = hosts as [Host];
    world.pce.control.events(tampering(host, { timestamp: ago(world, 5 * HOUR) }));
    await world.pass(30 * MINUTE);
    expect(told(world, host)).toBe(0);
    await world.until(() => told(world, host) === 1, HOUR);
    expect(world.texts().join()).toMatch(/recorded this late: I found it 5 h/);
    await world.pass(5 * MINUTE);
    expect(told(world, host)).toBe(1);
  }, 90_000);

  it.each([
    ['a clean stop', 'stop'],
    ['a kill', 'kill'],
  ] as const)(
    'misses and repeats nothing over 60 s without a bot, after %s',
    async (_, end) => {
      const { world, hosts } = await aRunning({ ...EACH, pace: 1 });
      const [before, during] = [hosts.slice(0, 6), hosts.slice(6)];
      for (const host of before) world.pce.control.events(tampering(host));
      // Some of them stand in Slack, some wait for its pace.
      await world.until(() => told(world, before[0]) + told(world, before[1]) > 0);
      await world[end]();
      for (const host of during) {
        await world.clock.advance(10 * SECOND);
        world.pce.control.events(tampering(host));
      }
      await world.start();
      await world.pass(3 * MINUTE);
      expect(hosts.map((host) => told(world, host))).toEqual(hosts.map(() => 1));
    },
    60_000,
  );

  it.each([
    ['a domain account', 'CORP\\jdoe'],
    ['quotes', `"o'neil" «x»`],
    ['backticks and marks', '`*bold* _it_ ~no~`'],
    ['a mention of everybody', '<!channel> <!here>'],
    ['a mention and a link', '<@U0MAYA001> <https://example.com|open> &lt;!channel&gt; @here'],
  ])('shows names as they are, and nobody is called: %s', async (_, name) => {
    const { world } = await aRunning();
    world.pce.control.events({
      event_type: 'sec_policy.create',
      created_by: { user: { href: '/users/9', username: name } },
      resource_changes: [
        {
          resource: { sec_policy: { href: '/orgs/1/sec_policy/9', version: 9, commit_message: name } },
          changes: { workloads_affected: { before: null, after: 5_000 } },
          change_type: 'create',
        },
      ],
    });
    await world.until(() => world.messages().length > 0);
    const [message] = world.messages();
    expect(literal(message?.blocks)).toContain(name);
    expect(world.mentions()).toEqual([]);
  });

  it('remembers over a kill what a rule had seen: four failed sign-ins before it, the fifth after, the alert', async () => {
    const { world } = await aRunning();
    const fail = (): void =>
      void world.pce.control.events({
        event_type: 'user.sign_in',
        status: 'failure',
        action: {
          api_endpoint: '/login/users/sign_in',
          api_method: 'POST',
          http_status_code: 302,
          src_ip: '192.0.2.10',
        },
        notifications: [
          {
            notification_type: 'user.login_failed',
            info: { associated_user: { supplied_username: 'CORP\\jdoe' } },
          },
        ],
      });
    for (let n = 0; n < 4; n += 1) {
      fail();
      await world.pass(40 * SECOND);
    }
    expect(world.messages()).toEqual([]);
    await world.kill();
    await world.clock.advance(MINUTE);
    await world.start();
    fail();
    await world.until(() => world.messages().length > 0);
    expect(literal(world.messages()[0]?.blocks)).toContain('CORP\\jdoe');
    await world.pass(3 * MINUTE);
    expect(world.texts()).toHaveLength(1);
  }, 60_000);

  it('remembers over a kill what a rule had seen: a goodbye before it, the alert after it', async () => {
    const { world, hosts } = await aRunning(EACH);
    const [host] = hosts as [Host];
    world.pce.control.workload({ href: host.href, status: 'stopped' });
    world.pce.control.events({
      event_type: 'agent.goodbye',
      created_by: { ven: { href: host.href.replace('/workloads/', '/vens/'), hostname: host.name } },
      notifications: [],
    });
    await world.pass(15 * MINUTE);
    expect(world.messages()).toEqual([]);
    await world.kill();
    await world.start();
    await world.until(() => world.texts().some((text) => text.includes(host.name)), HOUR);
    expect(world.texts()).toHaveLength(1);
  }, 60_000);
});

/** Everything a reader sees of a message: Slack turns the three entities of mrkdwn back into what they stand for. */
const literal = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(literal).join('\n');
  if (typeof value !== 'object' || value === null) return '';
  const { type, text } = value as { type?: string; text?: unknown };
  const own = typeof text === 'string' ? (type === 'mrkdwn' ? readable(text) : text) : '';
  return [own, ...Object.values(value).map(literal)].join('\n');
};

const readable = (mrkdwn: string): string =>
  mrkdwn.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
