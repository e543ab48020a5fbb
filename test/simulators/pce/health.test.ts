import { describe, expect, it } from 'vitest';
import type { Client, Row } from './support.ts';
import { start } from './support.ts';

interface Cluster extends Row {
  readonly status: string;
  readonly nodes: readonly Row[];
  readonly notifications: readonly Row[];
}

const cluster = async ({ get }: Client): Promise<Cluster> => {
  const body = (await get('/health')).json<Cluster[]>();
  expect(body).toHaveLength(1);
  return body[0] as Cluster;
};

describe('GET /health (facts §3)', () => {
  it('a healthy cluster is normal, with two core and two data nodes at runlevel 5', async () => {
    const found = await cluster(await start());
    expect(found).toMatchObject({ status: 'normal', type: 'standalone', notifications: [] });
    expect(found.nodes.map(({ type, runlevel }) => [type, runlevel])).toEqual([
      ['core', 5],
      ['core', 5],
      ['data0', 5],
      ['data1', 5],
    ]);
  });

  it.each([
    ['a full disk is a warning', { node: 'data0.pce.example.com', disk: 97 }, 'warning'],
    ['94 % of the disk is none', { node: 'data0.pce.example.com', disk: 94 }, 'normal'],
    ['a busy processor is a warning', { cpu: 95 }, 'warning'],
    ['full memory is a warning', { memory: 99 }, 'warning'],
    ['replication 31 s behind is a warning', { replication_lag: 31 }, 'warning'],
    ['an unreachable node is a warning', { node: 'core1.pce.example.com', runlevel: null }, 'warning'],
    ['a required service that does not run is critical', { service: 'login_service' }, 'critical'],
    ['a degraded service is a warning', { service: 'login_service', state: 'partial' }, 'warning'],
    ['a status that is set is said whatever the nodes say', { status: 'error' }, 'error'],
  ])('%s, and a reset heals it; the call itself is always 200', async (_, change, status) => {
    const client = await start();
    await client.drive('health', change);
    expect((await cluster(client)).status).toBe(status);
    await client.drive('health', { reset: true, status: null });
    expect((await cluster(client)).status).toBe('normal');
  });

  it('the bad node says so itself and a notification names it', async () => {
    const client = await start();
    await client.drive('health', { node: 'data0.pce.example.com', disk: 97 });
    const { nodes, notifications } = await cluster(client);
    expect(nodes[2]).toMatchObject({
      disk: [{ location: 'disk', value: { status: 'warning', percent: 97 } }],
    });
    expect(notifications).toMatchObject([{ status: 'warning', message: expect.stringContaining('data0') }]);
  });

  it.each([
    ['25.2', { services: { services: { running: expect.arrayContaining(['login_service']) } } }],
    ['19.1', { services: { running: expect.arrayContaining(['login_service']) } }],
  ])('release %s has its own nesting of services', async (release, node) => {
    const { nodes } = await cluster(await start({ release }));
    expect(nodes[0]).toMatchObject(node);
  });

  it('an unknown node is 404', async () => {
    const client = await start();
    expect((await client.call('POST', '/_sim/health', { node: 'core9', disk: 97 })).status).toBe(404);
  });

  it('a PCE of the vendor has no /health: 404', async () => {
    const client = await start();
    await client.drive('health', { available: false });
    expect((await client.get('/health')).status).toBe(404);
    await client.drive('health', { available: true });
    expect((await client.get('/health')).status).toBe(200);
  });
});
