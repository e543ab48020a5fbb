import { describe, expect, it } from 'vitest';
import type { Label } from '../../../src/core/label.ts';
import { failureOf } from './support/failure.ts';
import { aFake, sendJson } from './support/fake.ts';
import { aLab, anAdapter, anInventory } from './support/pce.ts';

const aFleet = async (workloads = 5) => {
  const lab = await aLab({ workloads });
  const hrefs = Object.keys(lab.sim.control.state().workloads);
  return { ...lab, hrefs, first: hrefs[0] ?? '' };
};

describe('one workload', () => {
  it('comes with its open services', async () => {
    const { pce, first } = await aFleet();
    const workload = await pce.workload(first);
    expect(workload).toMatchObject({ href: first, managed: true });
    expect(workload?.services?.length).toBeGreaterThan(0);
  });

  it('is null when the PCE no longer has it', async () => {
    const { pce } = await aFleet();
    expect(await pce.workload('/orgs/1/workloads/00000000-0000-4000-8000-000000000000')).toBeNull();
  });

  it('is null when the PCE shows it as deleted', async () => {
    const fake = await aFake((_, response) =>
      sendJson(response, { href: '/orgs/1/workloads/a', deleted: true }),
    );
    expect(await anAdapter(fake.url).workload('/orgs/1/workloads/a')).toBeNull();
  });

  it('is not null when the answer is something else: that is a bad answer', async () => {
    const fake = await aFake((_, response) => sendJson(response, {}));
    expect(await failureOf(anAdapter(fake.url).workload('/orgs/1/workloads/a'))).toMatchObject({
      code: 'bad-answer',
    });
  });

  it('has labels by name also where rows carry hrefs alone (before 22.3)', async () => {
    const { sim, pce, clock } = await aLab({ workloads: 3, release: '21.5' });
    const inventory = anInventory(pce, clock);
    await inventory.refresh();
    const first = Object.keys(sim.control.state().workloads)[0] ?? '';
    expect(inventory.workload(first)?.labels.map(({ key }) => key)).not.toContain('?');
    expect((await pce.workload(first))?.labels.map(({ key }) => key)).not.toContain('?');
  });

  it('is linked to in the console, not in the API', async () => {
    const { pce } = await aFleet();
    expect(pce.link('/orgs/1/workloads/abc')).toBe('https://console.example.com/#/workloads/abc');
  });
});

describe('suspended workloads', () => {
  it('are those whose VEN is suspended', async () => {
    const { pce, sim, hrefs } = await aFleet();
    sim.control.workload({ href: hrefs[1] ?? '', status: 'suspended' });
    expect((await pce.suspended()).map(({ href }) => href)).toEqual([hrefs[1]]);
  });

  it('are looked at again, should the PCE ignore the filter', async () => {
    const row = (id: string, status: string) => ({
      href: `/orgs/1/workloads/${id}`,
      managed: true,
      agent: { href: `/orgs/1/agents/${id}`, status: { status } },
    });
    const fake = await aFake((_, response) =>
      sendJson(response, [row('1', 'active'), row('2', 'suspended')]),
    );
    expect((await anAdapter(fake.url).suspended()).map(({ href }) => href)).toEqual(['/orgs/1/workloads/2']);
  });
});

describe('labels put on a workload', () => {
  it('are exactly those given, and the PCE’s request id comes back', async () => {
    const { pce, sim, first } = await aFleet();
    const labels = (await pce.workload(first))?.labels ?? [];
    const kept = labels.slice(1);
    expect(await pce.putLabels(first, kept)).toMatch(/^[\w-]{8,}/);
    expect(sim.control.state().writes[0]).toMatchObject({
      body: { labels: kept.map(({ href }) => ({ href })) },
    });
    expect((await pce.workload(first))?.labels).toEqual(kept);
  });

  it('may be none', async () => {
    const { pce, first } = await aFleet();
    await pce.putLabels(first, []);
    expect((await pce.workload(first))?.labels).toEqual([]);
  });

  it('are refused in the words of the PCE', async () => {
    const { pce, first } = await aFleet();
    const error = await failureOf(
      pce.putLabels(first, [{ href: '/orgs/1/labels/9999', key: 'a', value: 'b' }]),
    );
    expect(error).toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/Input validation failed/),
    });
  });
});

describe('a label looked up', () => {
  const rows: Label[] = [
    { href: '/orgs/1/labels/1', key: 'environment', value: 'prod' },
    { href: '/orgs/1/labels/2', key: 'env', value: 'production' },
    { href: '/orgs/1/labels/3', key: 'env', value: 'Prod' },
    { href: '/orgs/1/labels/4', key: 'env', value: 'prod' },
  ];
  const aPce = async () =>
    anAdapter(
      (
        await aFake((_, response) =>
          sendJson(response, [{ ...rows[3], href: '/orgs/1/labels/0', deleted: true }, ...rows]),
        )
      ).url,
    );

  it.each<[string, string, string, string | undefined]>([
    ['the exact one among partial matches', 'env', 'prod', '/orgs/1/labels/4'],
    ['case counts', 'env', 'Prod', '/orgs/1/labels/3'],
    ['a part is no match', 'env', 'pro', undefined],
    ['nor is another key', 'app', 'prod', undefined],
  ])('%s', async (_, key, value, href) => {
    expect((await (await aPce()).findLabel(key, value))?.href).toBe(href);
  });

  it('is found at the simulator, and not when it is only part of one', async () => {
    const { pce } = await aFleet();
    expect(await pce.findLabel('env', 'prod')).toMatchObject({ key: 'env', value: 'prod' });
    expect(await pce.findLabel('env', 'pro')).toBeUndefined();
  });

  it('is never "none" when the call fails', async () => {
    const { pce, sim } = await aFleet();
    sim.control.fault({ path: '/labels', kind: 'html' });
    expect(await failureOf(pce.findLabel('env', 'prod'))).toMatchObject({ code: 'bad-answer' });
  });
});

describe('health', () => {
  it('is that of all clusters, with the nodes', async () => {
    const { pce } = await aFleet();
    const reading = await pce.health();
    expect(reading).toMatchObject({ available: true, nodeAvailable: true, clusters: [{ level: 'normal' }] });
  });

  it.each([403, 404])('is "not available" on %i, never "down"', async (status) => {
    const { pce, sim } = await aFleet();
    sim.control.fault({ path: '/health', kind: 'status', status });
    const reading = await pce.health();
    expect(reading).toMatchObject({ available: false, why: expect.stringContaining(String(status)) });
  });

  it.each<['status' | 'reset' | 'html', number | undefined]>([
    ['status', 404],
    ['status', 502],
    ['reset', undefined],
    ['html', undefined],
  ])('has no node when node_available gives %s %s', async (kind, status) => {
    const { pce, sim } = await aFleet();
    sim.control.fault({ path: '/node_available', kind, ...(status === undefined ? {} : { status }) });
    expect(await pce.health()).toMatchObject({ available: true, nodeAvailable: false });
  });

  it('fails like any call otherwise', async () => {
    const { pce, sim } = await aFleet();
    sim.control.fault({ path: '/health', kind: 'status', status: 503 });
    expect(await failureOf(pce.health())).toMatchObject({ code: 'unavailable' });
    const fake = await aFake((_, response) => sendJson(response, {}));
    expect(await failureOf(anAdapter(fake.url).health())).toMatchObject({ code: 'bad-answer' });
  });
});
