import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { tampering } from '../../chaos/subjects.ts';
import { aRunning, told } from '../faults/support.ts';
import { MINUTE } from '../support/builders.ts';
import { aPagerDuty } from '../support/pagers.ts';

const SECRET = 'pagerduty-webhook-secret';

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** The whole bot beside a PagerDuty that keeps incidents; every alert goes to both. */
const aPagedBot = async (
  routes = 'routes: [{channel: C0SOC0001, group_by: [rule, subject], outputs: [pager]}]',
) => {
  const pager = await aPagerDuty();
  const port = await freePort();
  const { world, hosts } = await aRunning({
    config: `
folding: false
${routes}
outputs: [{name: pager, type: webhook, preset: pagerduty, url: '${pager.url}', routing_key: ${'r'.repeat(32)}, allow: [127.0.0.1]}]
intake: {port: ${port}, secret: a-secret-of-the-intake, pagerduty_secret: ${SECRET}}
announce_channel: C0ANNOUN1
roles: {responder: [{members: [T0SIM0001/U0MAYA001]}]}`,
  });
  const [host] = hosts;
  if (host === undefined) throw new Error('no host');
  const incident = () => [...pager.incidents.entries()].find(([key]) => key.includes(host.href));
  return { pager, world, host, incident, hook: `http://127.0.0.1:${port}/v1/pagerduty` };
};

describe('a pager', () => {
  it('opens an incident, hears that Slack acknowledged, and all it is told holds against the documented schema', async () => {
    const { pager, world, host, incident } = await aPagedBot();
    world.pce.control.events(tampering(host));
    await world.until(() => incident() !== undefined && told(world, host) === 1);
    expect(incident()?.[1].status).toBe('triggered');
    const [post] = world.messages();
    await world.slack.control.click({
      user: 'U0MAYA001',
      channel: 'C0SOC0001',
      ts: post?.ts,
      action_id: 'acknowledge',
    });
    await world.until(() => incident()?.[1].status === 'acknowledged');
    expect(incident()?.[1].told.map(({ event_action }) => event_action)).toEqual(['trigger', 'acknowledge']);
    expect(pager.refused).toEqual([]);
  });

  it('where somebody acknowledges shows it in Slack, by his name, and is not told back but once', async () => {
    const { pager, world, host, incident, hook } = await aPagedBot();
    world.pce.control.events(tampering(host));
    await world.until(() => incident() !== undefined && told(world, host) === 1);
    const key = incident()?.[0] ?? '';
    expect(await pager.acknowledge(key, hook, 'another secret', world.clock.now())).toBe(401);
    expect(await pager.acknowledge(key, hook, SECRET, world.clock.now())).toBe(200);
    await world.until(() =>
      world.texts().some((text) => /Acknowledged by Earline Greenholt via PagerDuty/.test(text)),
    );
    await world.pass(MINUTE);
    expect(incident()?.[1].told.map(({ event_action }) => event_action)).toEqual(['trigger', 'acknowledge']);
  });

  it('that no route names hears of a critical once Slack is away for five minutes, and of no error', async () => {
    const { world, host, pager, incident } = await aPagedBot('routes: []');
    await world.slack.control.faults({
      method: 'apps.connections.open',
      kind: 'status',
      status: 503,
      times: 1_000,
    });
    await world.slack.control.faults({
      method: 'chat.postMessage',
      kind: 'status',
      status: 503,
      times: 1_000,
    });
    await world.slack.control.socket({ reason: 'drop' });
    world.pce.control.events([
      tampering(host, {
        notifications: [
          { notification_type: 'workload.oob_policy_changes', info: { tampering_revert_succeeded: false } },
        ],
      }),
    ]);
    await world.pass(4 * MINUTE);
    expect(pager.incidents.size).toBe(0);
    await world.until(() => incident() !== undefined, 3 * MINUTE);
    expect(incident()?.[1].told).toMatchObject([{ payload: { severity: 'critical' } }]);
  });
});
