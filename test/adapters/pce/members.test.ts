import { describe, expect, it } from 'vitest';
import type { BotStatus } from '../../../src/core/command.ts';
import { agentFigure, countAgents } from '../../../src/core/series/agents.ts';
import { startPceSimulator } from '../../../src/simulators/pce/index.ts';
import { statusView } from '../../../src/views/status.ts';
import { shown } from '../../support/blocks.ts';
import { testClock } from './support/clock.ts';
import { anAdapter, anInventory, cleanUp, START } from './support/pce.ts';

const WORKLOADS = 90;
const MINUTE = 60_000;

/** Leader and two members; each VEN reports to one of the three, and only that one has its heartbeat. */
const aSupercluster = async (down: readonly number[] = []) => {
  const sim = await startPceSimulator({
    now: START,
    realTime: () => START,
    workloads: WORKLOADS,
    members: 2,
  });
  cleanUp(sim.close);
  sim.control.supercluster({ down });
  const clock = testClock(START, (ms) => void sim.control.clock({ advance_ms: ms }));
  const pce = anAdapter(sim.url, {
    clock,
    settings: { members: sim.members },
    times: { connect: 500, headers: 500 },
  });
  const inventory = anInventory(pce, clock);
  const hostsOf = (fqdn: string) => [...inventory.workloads()].filter(({ ven }) => ven?.pce === fqdn);
  return { sim, clock, inventory, hostsOf };
};

const FQDNS = ['pce.example.com', 'pce2.example.com', 'pce3.example.com'];

describe('a supercluster of a leader and two members', () => {
  it('counts every machine once, and knows the heartbeat of each VEN from the PCE that hears it', async () => {
    const { inventory, hostsOf, clock } = await aSupercluster();
    await inventory.refresh();
    expect(inventory.size).toBe(WORKLOADS);
    for (const fqdn of FQDNS) {
      expect(hostsOf(fqdn).length).toBeGreaterThan(10);
      for (const { ven, online } of hostsOf(fqdn))
        if (online === true) expect(clock.now() - (ven?.heartbeatAt ?? 0)).toBeLessThan(10 * MINUTE);
    }
    expect(inventory.members?.map(({ trouble }) => trouble)).toEqual([undefined, undefined, undefined]);
  });

  it('keeps the labels that the leader has', async () => {
    const { inventory, hostsOf, sim } = await aSupercluster();
    await inventory.refresh();
    const [host] = hostsOf('pce2.example.com');
    if (host === undefined) throw new Error('no host reports to the member');
    sim.control.labels({ href: host.href, labels: { env: 'moved' } });
    await inventory.refresh();
    expect(inventory.workload(host.href)?.labels.map(({ value }) => value)).toEqual(['moved']);
  });
});

describe('a supercluster with a dead member', () => {
  it('counts its VENs, but does not call them online, and names it', async () => {
    const { inventory, hostsOf, sim } = await aSupercluster([2]);
    await inventory.refresh();
    expect(inventory.size).toBe(WORKLOADS);
    const lost = hostsOf('pce3.example.com');
    for (const { online } of lost) expect(online).toBeUndefined();
    for (const { online, managed } of [...hostsOf('pce.example.com'), ...hostsOf('pce2.example.com')])
      if (managed) expect(online).toBeDefined();
    const dead = inventory.members?.find(({ trouble }) => trouble !== undefined);
    expect(dead).toMatchObject({ name: new URL(sim.members[1] ?? '').host, hosts: lost.length });
    expect(inventory.members?.filter(({ trouble }) => trouble === undefined).length).toBe(2);
    const figures = countAgents(inventory.workloads(), undefined);
    expect(figures[agentFigure('offline', 'unknown')]).toBe(lost.length);
    expect(figures[agentFigure('managed', 'managed')]).toBe(inventory.managed);
  });

  it('is said in status: which member, why, and how many VENs', async () => {
    const { inventory, clock, hostsOf, sim } = await aSupercluster([2]);
    await inventory.refresh();
    const { readAt, size: workloads, managed, members } = inventory;
    const status: BotStatus = {
      version: '1',
      startedAt: START,
      ready: true,
      slack: { connections: 2, wanted: 2 },
      pces: [
        {
          name: 'lab',
          cursor: START,
          lastPollAt: START,
          eventsSeen: 0,
          rejected: 0,
          trouble: undefined,
          callsPerMinute: 1,
          inventory: { workloads, managed, readAt, members },
        },
      ],
      queue: { waiting: 0, oldestAt: undefined, dead: 0 },
    };
    const text = shown(statusView(status, clock.now()));
    expect(text).toContain(`Member ${new URL(sim.members[1] ?? '').host} does not answer`);
    expect(text).toContain(`its ${hostsOf('pce3.example.com').length} VENs live is not known`);
  });

  it('is well again when the member is back', async () => {
    const { inventory, hostsOf, sim } = await aSupercluster([2]);
    await inventory.refresh();
    sim.control.supercluster({ down: [] });
    await inventory.refresh();
    expect(hostsOf('pce3.example.com').some(({ online }) => online === true)).toBe(true);
    expect(inventory.members?.every(({ trouble }) => trouble === undefined)).toBe(true);
  });
});

it('a PCE that stands alone asks nobody else', async () => {
  const sim = await startPceSimulator({ now: START, realTime: () => START });
  cleanUp(sim.close);
  const inventory = anInventory(anAdapter(sim.url), testClock(START));
  await inventory.refresh();
  expect(inventory.members).toEqual([]);
  expect([...inventory.workloads()].every(({ ven }) => ven?.pce === undefined)).toBe(true);
});
