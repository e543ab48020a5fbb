import { describe, expect, it } from 'vitest';
import type { Label } from '../../../src/core/label.ts';
import type { PceSimulator } from '../../../src/simulators/pce/index.ts';
import { aLab } from './support/pce.ts';

const KEYS = { write: { key: 'api_sim', secret: 'simsecret' } };

/** Three PCEs; the one that is configured is a member, the second leads. */
const aSupercluster = async () => {
  const lab = await aLab({ members: 2 }, { settings: KEYS });
  lab.sim.control.supercluster({ leader: 1 });
  const [href = ''] = Object.keys(lab.sim.control.state().workloads);
  const labels: readonly Label[] = (await lab.pce.workload(href))?.labels ?? [];
  return { ...lab, href, labels };
};

/** Which node each call of a method and path went to, and what it was answered. */
const calls = (sim: PceSimulator, method: string, path: RegExp): string[] =>
  sim.control
    .state()
    .requests.filter((one) => one.method === method && path.test(one.path))
    .map(({ node, status }) => `${node} ${status}`);

const LEADER = /supercluster\/leader$/;

describe('the simulated supercluster', () => {
  it('refuses everything but GET on a member, and says 404 to who asks whether it leads', async () => {
    const { sim, href } = await aSupercluster();
    const auth = { authorization: `Basic ${Buffer.from('api_sim:simsecret').toString('base64')}` };
    const [member, leader] = [sim.url, sim.members[0] ?? ''];
    const ask = async (base: string, path: string, method = 'GET'): Promise<number> =>
      (
        await fetch(`${base}/api/v2${path}`, {
          method,
          headers: { ...auth, 'content-type': 'application/json' },
          ...(method === 'PUT' ? { body: '{"labels":[]}' } : {}),
        })
      ).status;
    expect([await ask(member, '/supercluster/leader'), await ask(leader, '/supercluster/leader')]).toEqual([
      404, 202,
    ]);
    expect([await ask(member, href), await ask(leader, href)]).toEqual([200, 200]);
    expect([await ask(member, href, 'PUT'), await ask(leader, href, 'PUT')]).toEqual([403, 204]);
    const health = (await (await fetch(`${member}/api/v2/health`, { headers: auth })).json()) as {
      type: string;
    }[];
    expect(health.map(({ type }) => type)).toEqual(['member', 'leader', 'member']);
  });
});

describe('a supercluster', () => {
  it('is written to on the one that leads, never on a member', async () => {
    const { sim, pce, href, labels } = await aSupercluster();
    await pce.putLabels(href, labels);
    expect(calls(sim, 'PUT', /workloads/)).toEqual(['1 204']);
  });

  it('is asked who leads at most a minute before a write, once for those who write at the same time', async () => {
    const { sim, pce, clock, href, labels } = await aSupercluster();
    await pce.takesWrites();
    const before = calls(sim, 'GET', LEADER).length;
    await Promise.all([pce.putLabels(href, labels), pce.takesWrites()]);
    clock.advance(59_000);
    await pce.putLabels(href, labels);
    expect(calls(sim, 'GET', LEADER).length).toBe(before);
    clock.advance(1_000);
    await Promise.all([pce.putLabels(href, labels), pce.putLabels(href, labels)]);
    expect(calls(sim, 'GET', LEADER).length).toBe(before + 3);
  });

  it('follows the leader that changed', async () => {
    const { sim, pce, clock, href, labels } = await aSupercluster();
    await pce.putLabels(href, labels);
    sim.control.supercluster({ leader: 2 });
    clock.advance(60_000);
    await pce.putLabels(href, labels);
    expect(calls(sim, 'PUT', /workloads/)).toEqual(['1 204', '2 204']);
  });

  it('does not repeat a write that the old leader refused, and asks anew before the next', async () => {
    const { sim, pce, href, labels } = await aSupercluster();
    await pce.putLabels(href, labels);
    sim.control.supercluster({ leader: 0 });
    await expect(pce.putLabels(href, labels)).rejects.toMatchObject({ code: 'forbidden' });
    await pce.putLabels(href, labels);
    expect(calls(sim, 'PUT', /workloads/)).toEqual(['1 204', '1 403', '0 204']);
  });

  it.each([
    ['nobody leads', (sim: PceSimulator) => sim.control.supercluster({ leader: null })],
    ['the one that led is gone', (sim: PceSimulator) => sim.control.supercluster({ down: [1] })],
  ])('sends no write when %s', async (_, change) => {
    const { sim, pce, clock, href, labels } = await aSupercluster();
    change(sim);
    clock.advance(60_000);
    await expect(pce.takesWrites()).rejects.toMatchObject({ code: 'no-leader', retryable: false });
    await expect(pce.putLabels(href, labels)).rejects.toMatchObject({ code: 'no-leader' });
    expect(calls(sim, 'PUT', /workloads/)).toEqual([]);
  });

  it('is read from the leader, from whoever is left when that is gone, and that is no trouble of the PCE', async () => {
    const { sim, pce, href } = await aSupercluster();
    sim.control.supercluster({ down: [1] });
    expect((await pce.workload(href))?.href).toBe(href);
    sim.control.supercluster({ down: [0, 1] });
    expect((await pce.workload(href))?.href).toBe(href);
    expect(calls(sim, 'GET', /workloads\//).at(-1)).toBe('2 200');
  });

  it('makes its traffic queries on the leader', async () => {
    const { sim, pce, clock } = await aSupercluster();
    await pce.flows(
      { from: clock.now() - 3_600_000, to: clock.now(), labels: [], decisions: ['allowed'] },
      () => undefined,
    );
    const asked = [...calls(sim, 'POST', /traffic_flows/), ...calls(sim, 'DELETE', /traffic_flows/)];
    expect(asked.map((one) => one[0])).toEqual(['1', '1']);
  });

  it('knows the machines of every member as its own', async () => {
    const { pce } = await aSupercluster();
    expect(await pce.ownHosts()).toEqual(
      expect.arrayContaining(['127.0.0.1', 'pce2.example.com', 'pce3.example.com']),
    );
  });
});
