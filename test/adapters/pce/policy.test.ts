import { describe, expect, it } from 'vitest';
import { namingOf } from '../../../src/core/naming.ts';
import { failureOf } from './support/failure.ts';
import { aLab } from './support/pce.ts';

describe('the active policy', () => {
  it('is read with everything its rules refer to, once in five minutes', async () => {
    const { pce, sim, clock } = await aLab();
    const severe = await pce.findLabel('Quarantine', 'Severe');
    const mild = await pce.findLabel('Quarantine', 'Mild');
    const policy = await pce.policy();
    expect(namingOf(policy, severe?.href ?? '')).toMatchObject({
      deniedIn: ['Quarantine'],
      deniedOut: ['Quarantine'],
    });
    expect(namingOf(policy, mild?.href ?? '').all).toEqual([]);
    const calls = (): number => sim.control.state().requests.length;
    const before = calls();
    await pce.policy();
    expect(calls()).toBe(before);
    clock.advance(300_000);
    await pce.policy();
    expect(calls()).toBe(before + 5);
    pce.dropPolicy();
    await pce.policy();
    expect(calls()).toBe(before + 10);
  });

  it('is not known when it may not be read, and asked for again', async () => {
    const { pce, sim } = await aLab();
    sim.control.fault({ path: '/sec_policy/', kind: 'status', status: 403 });
    expect(await failureOf(pce.policy())).toMatchObject({ code: 'forbidden' });
    sim.control.clearFaults();
    expect((await pce.policy()).rules.length).toBeGreaterThan(10);
  });
});

describe('doctor’s other looks', () => {
  it.each([
    ['ahead', 90_000, 90_000],
    ['behind', -90_000, -90_000],
    ['the same', 0, 0],
  ])('sees a clock that is %s, within half a second', async (_, advance, ahead) => {
    const { pce, sim } = await aLab();
    sim.control.clock({ advance_ms: advance });
    const { aheadMs } = await pce.contact();
    expect(Math.abs((aheadMs ?? Number.NaN) - ahead)).toBeLessThanOrEqual(500);
  });

  it('reaches a PCE without a healthy core, and none behind a maintenance page', async () => {
    const { pce, sim } = await aLab();
    sim.control.fault({ path: '/node_available', kind: 'status', status: 404, times: 1 });
    await pce.contact();
    sim.control.fault({ path: '/node_available', kind: 'html', times: 1 });
    expect(await failureOf(pce.contact())).toMatchObject({ code: 'bad-answer' });
  });

  it('tries a traffic query with the traffic key, and takes it away', async () => {
    const { pce, sim } = await aLab();
    await pce.tryTraffic();
    const path = '/traffic_flows/async_queries';
    const calls = sim.control.state().requests.filter((request) => request.path.includes(path));
    // A query that still runs can only be deleted once it is cancelled.
    expect(calls.map(({ method }) => method)).toEqual(['POST', 'DELETE', 'PUT', 'DELETE']);
    expect(await pce.deleteStaleQueries()).toBe(0);
    sim.control.fault({ path, method: 'POST', kind: 'status', status: 403 });
    expect(await failureOf(pce.tryTraffic())).toMatchObject({ code: 'forbidden' });
  });

  it('sees whether there are events as old as that', async () => {
    const { pce, clock } = await aLab();
    expect(await pce.hasEventBefore(clock.now())).toBe(true);
    expect(await pce.hasEventBefore(clock.now() - 86_400_000)).toBe(false);
  });
});
