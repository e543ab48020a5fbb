import { describe, expect, it } from 'vitest';
import { shown } from '../support/blocks.ts';
import { MINUTE, SECOND } from '../support/builders.ts';
import { aSteppedWorld, type SteppedWorld } from '../support/stepped.ts';

/** A user group of the simulated workspace. */
const GROUP = 'S0LEADS01';

interface Host {
  readonly href: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The simulated fleet's hosts that carry a VEN. */
const fleet = (world: SteppedWorld): Host[] => {
  const rows = world.pce.control.state().workloads as Readonly<
    Record<
      string,
      {
        readonly hostname: string;
        readonly labels: Readonly<Record<string, string>>;
        readonly online: boolean;
      }
    >
  >;
  return Object.entries(rows)
    .filter(([, { labels, online }]) => online && !['lb', 'nas'].includes(labels['role'] ?? ''))
    .map(([href, { hostname, labels }]) => ({ href, name: hostname, labels }));
};

const aRunning = async (options: Parameters<typeof aSteppedWorld>[0] = {}): Promise<SteppedWorld> => {
  const world = await aSteppedWorld(options);
  await world.start();
  await world.pass(MINUTE);
  return world;
};

const venOf = ({ href, name }: Host) => ({
  ven: { href: href.replace('/workloads/', '/vens/'), hostname: name },
});

const tampering = (host: Host, reverted = true) => ({
  event_type: 'agent.tampering',
  severity: 'warning',
  created_by: venOf(host),
  notifications: [
    {
      notification_type: 'workload.oob_policy_changes',
      info: { tampering_revert_succeeded: reverted, num_reverts: 1 },
    },
  ],
});

const offline = (hosts: readonly Host[]) => ({
  event_type: 'system_task.agent_offline_check',
  created_by: { system: {} },
  resource_changes: hosts.map(({ href, name }) => ({
    resource: { workload: { href, name: null, hostname: name, labels: [] } },
    changes: { online: { before: true, after: false } },
    change_type: 'update',
  })),
  notifications: [],
});

const online = (host: Host) => ({
  event_type: 'workload.online',
  status: null,
  created_by: venOf(host),
  notifications: [
    {
      notification_type: 'workload.online',
      info: { workload: { href: host.href, hostname: host.name, labels: [] } },
    },
  ],
});

/** Hosts of an application, in the order of the fleet. */
const ofGroup = (world: SteppedWorld, app: string, env: string): Host[] =>
  fleet(world).filter(({ labels }) => labels['app'] === app && labels['env'] === env);

const roots = (world: SteppedWorld) => world.messages().filter(({ thread_ts }) => thread_ts === null);
const inThread = (world: SteppedWorld) =>
  world.messages().filter(({ thread_ts, broadcast }) => thread_ts !== null && !broadcast);
const broadcasts = (world: SteppedWorld) => world.messages().filter(({ broadcast }) => broadcast);
const everything = (world: SteppedWorld): string =>
  JSON.stringify(world.messages().map(({ text, blocks, files }) => [text, blocks, files]));

/** What the phone shows of a root now: an edit changes it. */
const shownAt = (world: SteppedWorld): string =>
  roots(world)
    .map((one) => `${one.text}\n${shown(one as never)}`)
    .join('\n');

/** What people see when many things happen: the whole bot on both simulators (definitions §4). */
describe('many conditions, without the noise', () => {
  it('300 hosts offline in one poll: one message naming 300, one resolved edit when they return', async () => {
    const world = await aRunning({ pce: { workloads: 400 } });
    // Of an office: endpoints, which come and go.
    const hosts = fleet(world)
      .filter(({ labels }) => labels['app'] !== 'office')
      .slice(0, 300);
    for (const { href } of hosts) world.pce.control.workload({ href, online: false });
    world.pce.control.events(offline(hosts));
    await world.until(() => roots(world).length > 0);
    await world.pass(30 * SECOND);
    expect(roots(world)).toHaveLength(1);
    expect(roots(world)[0]?.text).toContain('300 VENs went offline');
    const named = everything(world);
    expect(hosts.filter(({ name }) => !named.includes(name))).toEqual([]);
    expect(world.messages().length).toBeLessThanOrEqual(4);
    expect(broadcasts(world)).toEqual([]);

    const before = world.messages().length;
    for (const { href } of hosts) world.pce.control.workload({ href, online: true });
    world.pce.control.events(hosts.map(online));
    await world.until(() => roots(world)[0]?.text.startsWith('Resolved') === true);
    await world.pass(15 * MINUTE);
    expect(roots(world)).toHaveLength(1);
    expect(shownAt(world)).toContain('✓ *Resolved*');
    expect(shownAt(world)).not.toContain('still open');
    // The edit makes no sound: one line in the thread says it.
    expect(
      world
        .messages()
        .slice(before)
        .filter(({ text }) => text.startsWith('Resolved')),
    ).toHaveLength(1);
    expect(world.messages()).toHaveLength(before + 1);
  }, 120_000);

  it('a host relabelled twice in 20 min: both are told', async () => {
    const world = await aRunning({ pce: { workloads: 60 } });
    const [host] = ofGroup(world, 'shop', 'dev') as [Host];
    const before = host.labels as Record<string, string>;
    world.pce.control.labels({ href: host.href, labels: { ...before, env: 'prod' }, by: 'admin' });
    await world.until(() => world.messages().length > 0);
    expect(everything(world)).toMatch(/dev → (\w+=)?prod|env=dev.*env=prod/);
    await world.pass(15 * MINUTE);
    const told = world.messages().length;
    world.pce.control.labels({ href: host.href, labels: { ...before, env: 'stage' }, by: 'admin' });
    await world.until(() => world.messages().length > told);
    const again = JSON.stringify(world.messages().slice(told));
    expect(again).toContain(host.name);
    expect(again).toContain('stage');
  }, 60_000);

  it('host B of another app, 20 min after host A: shown in the channel too', async () => {
    const world = await aRunning();
    const [a] = ofGroup(world, 'shop', 'prod') as [Host];
    const [b] = ofGroup(world, 'erp', 'prod') as [Host];
    world.pce.control.events(tampering(a));
    await world.until(() => roots(world).length === 1);
    await world.pass(20 * MINUTE);
    world.pce.control.events(tampering(b));
    await world.until(() => everything(world).includes(b.name));
    expect(roots(world)).toHaveLength(1);
    expect(broadcasts(world).map(({ text }) => text.includes(b.name))).toEqual([true]);
  }, 60_000);

  it('the tenth web host of one app in 5 min: only the counter and the thread move', async () => {
    const world = await aRunning({ pce: { workloads: 400 } });
    const hosts = ofGroup(world, 'shop', 'prod')
      .filter(({ labels }) => labels['role'] === 'web')
      .slice(0, 10);
    expect(hosts).toHaveLength(10);
    for (const host of hosts.slice(0, 9)) {
      world.pce.control.events(tampering(host));
      await world.pass(30 * SECOND);
    }
    const before = { loud: broadcasts(world).length, lines: inThread(world).length, root: shownAt(world) };
    const tenth = hosts[9] as Host;
    world.pce.control.events(tampering(tenth));
    await world.until(() => inThread(world).some(({ text }) => text.includes(tenth.name)));
    await world.pass(10 * SECOND);
    expect(roots(world)).toHaveLength(1);
    expect(broadcasts(world)).toHaveLength(before.loud);
    expect(shownAt(world)).not.toBe(before.root);
    expect(shownAt(world)).toContain('10 hosts');
  }, 60_000);

  it('raised to critical: a line in the channel that mentions whom the configuration names', async () => {
    const world = await aRunning({
      config: `routes: [{channel: C0SOC0001, notify: {critical: ${GROUP}}}]`,
    });
    const [host] = ofGroup(world, 'shop', 'prod') as [Host];
    world.pce.control.events(tampering(host));
    await world.until(() => roots(world).length === 1);
    expect(world.mentions()).toEqual([]);
    await world.pass(2 * MINUTE);
    world.pce.control.events(tampering(host, false));
    await world.until(() => broadcasts(world).length === 1);
    const [line] = broadcasts(world);
    expect(line?.text).toMatch(/^Critical: /);
    expect(JSON.stringify(line?.blocks)).toContain(`<!subteam^${GROUP}>`);
    expect(JSON.stringify(world.mentions())).toContain(GROUP);
    await world.until(() => shownAt(world).includes('Critical'), 10 * SECOND);
  }, 60_000);

  it('VENs whose token is refused, and a proxy many people share, are never a critical', async () => {
    const world = await aRunning({ config: 'shared: [198.51.100.7]' });
    const refused = (by: object, address: string) => ({
      event_type: 'request.authentication_failed',
      status: 'failure',
      created_by: by,
      action: { api_endpoint: '/api/v2/x', api_method: 'GET', http_status_code: 401, src_ip: address },
      notifications: [],
    });
    const signIn = (name: string, status: string) => ({
      event_type: 'user.sign_in',
      status,
      action: { api_endpoint: '/login', api_method: 'POST', http_status_code: 302, src_ip: '198.51.100.7' },
      created_by: { user: { href: '/users/5', username: name } },
      notifications:
        status === 'success'
          ? []
          : [
              {
                notification_type: 'user.login_failed',
                info: { associated_user: { supplied_username: name } },
              },
            ],
    });
    const hosts = fleet(world).slice(0, 12);
    world.pce.control.events([
      ...hosts.flatMap((host) => Array.from({ length: 5 }, () => refused(venOf(host), '192.0.2.77'))),
      ...Array.from({ length: 30 }, (_, n) => signIn(`user-${n % 15}`, 'failure')),
      ...Array.from({ length: 15 }, (_, n) => signIn(`user-${n}`, 'success')),
    ]);
    await world.pass(3 * MINUTE);
    expect(world.messages().length).toBeGreaterThan(0);
    expect(everything(world)).not.toContain('Critical');
  }, 60_000);
});
