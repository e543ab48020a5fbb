import { describe, expect, it } from 'vitest';
import { openMemorySeries } from '../../src/adapters/store/series.ts';
import { agentFigure } from '../../src/core/series/agents.ts';
import { flowFigure } from '../../src/core/series/flows.ts';
import { healthFigure } from '../../src/core/series/health.ts';
import { HOUR_MS } from '../../src/core/series/sample.ts';
import { createSampling } from '../../src/pipelines/sampling.ts';
import { anEvent, aWorkload, HOUR, MINUTE, T0 } from '../support/builders.ts';
import { fakeClock, fakeInventory, fakeLog, fakePce } from '../support/fakes.ts';
import { aTrafficLab, flowAt, host } from '../support/traffic-watching.ts';

const NOW = Math.floor(T0 / HOUR_MS);

const aBench = () => {
  const rows = [
    aWorkload({ name: 'web-01' }),
    aWorkload({ name: 'web-02', online: false }),
    aWorkload({ name: 'printer-1', managed: false }),
  ];
  const clock = fakeClock();
  const series = openMemorySeries();
  const pce = fakePce('prod-east', rows);
  const log = fakeLog();
  const told: string[] = [];
  const sampling = createSampling({
    pce,
    inventory: fakeInventory('prod-east', rows, T0),
    series,
    clock,
    log,
    tell: (text) => void told.push(text),
  });
  const all = () => series.between('prod-east', 0, NOW + 99);
  return { clock, series, pce, log, told, sampling, all };
};

describe('sampling', () => {
  it('counts the agents at the full hour', async () => {
    const { sampling, all } = aBench();
    await sampling.hourly();
    const [sample] = await all();
    expect(sample?.hour).toBe(NOW);
    expect(sample?.kinds.agents).toMatchObject({
      [agentFigure('managed', 'managed')]: 2,
      [agentFigure('managed', 'unmanaged')]: 1,
      [agentFigure('offline', 'offline')]: 1,
      [agentFigure('in policy', 'unmanaged')]: 0,
    });
  });

  it('counts the agents also while the policy cannot be read, and leaves out what needs it', async () => {
    const { sampling, pce, log, all } = aBench();
    pce.failing = { code: 'unavailable', message: 'the PCE is away' };
    await sampling.hourly();
    const [sample] = await all();
    expect(sample?.kinds.agents?.[agentFigure('managed', 'managed')]).toBe(2);
    expect(Object.keys(sample?.kinds.agents ?? {})).not.toContain(agentFigure('in policy', 'unmanaged'));
    expect(log.lines.map(({ level }) => level)).toEqual(['warn']);
  });

  it('leaves a hole where the machines could not be read at that hour', async () => {
    const { clock, series, all } = aBench();
    const inventory = {
      ...fakeInventory('prod-east', [], T0),
      refresh: () => Promise.reject(new Error('away')),
    };
    const sampling = createSampling({
      pce: fakePce('prod-east'),
      inventory,
      series,
      clock,
      log: fakeLog(),
      tell: () => undefined,
    });
    await clock.advance(HOUR);
    await expect(sampling.hourly()).rejects.toThrow('away');
    expect(await all()).toEqual([]);
  });

  it('closes an hour of health polls with least, average and most, and holds none where nothing was polled', async () => {
    const { sampling, clock, all } = aBench();
    const poll = (percent: number) =>
      sampling.health({
        available: true,
        nodeAvailable: true,
        clusters: [
          {
            fqdn: 'pce.example.com',
            type: 'standalone',
            level: 'normal',
            notifications: [],
            replication: [],
            nodes: [
              {
                name: 'core0',
                address: undefined,
                type: 'core',
                runlevel: 5,
                metrics: [{ kind: 'disk', name: 'disk', level: 'normal', percent }],
                services: { level: 'normal', running: [], notRunning: [] },
              },
            ],
          },
        ],
      });
    poll(60);
    await clock.advance(MINUTE);
    poll(70);
    await clock.advance(HOUR - MINUTE);
    await sampling.hourly();
    await clock.advance(HOUR);
    await sampling.hourly();
    expect((await all()).map(({ hour, kinds }) => [hour, kinds.health])).toEqual([
      [
        NOW,
        {
          [healthFigure('core0', 'disk', 'min')]: 60,
          [healthFigure('core0', 'disk', 'average')]: 65,
          [healthFigure('core0', 'disk', 'max')]: 70,
        },
      ],
      [NOW + 1, undefined],
      [NOW + 2, undefined],
    ]);
  });

  it('counts a complete hour of events by type; one without events is zero, one that could not be read is a hole', async () => {
    const { sampling, all } = aBench();
    await sampling.events(T0, [anEvent({ event_type: 'agent.tampering' })]);
    await sampling.events(T0 + HOUR, []);
    await sampling.events(T0 + 2 * HOUR, null);
    expect(await all()).toEqual([
      { hour: NOW, kinds: { events: { 'agent.tampering': 1 } } },
      { hour: NOW + 1, kinds: { events: {} } },
    ]);
  });

  it('counts new connections of a complete hour by decision, for the estate and each group, once both ends are in it', async () => {
    const { sampling, all } = aBench();
    const lab = aTrafficLab([]);
    const [web, db, dev] = [host('web-01'), host('db-01'), host('dev-01', 'env=dev')];
    lab.poll(T0 - 5 * MINUTE, []);
    const grow = (at: number, connections: number) =>
      lab.poll(at, [
        flowAt(web, db, '5432/tcp', at, { connections, decision: 'allowed' }),
        flowAt(web, dev, '22/tcp', at, { connections: 2 * connections, decision: 'blocked' }),
      ]);
    grow(T0 + 5 * MINUTE, 10);
    grow(T0 + 35 * MINUTE, 30);
    for (let at = T0 + 60 * MINUTE; at <= T0 + 90 * MINUTE; at += 5 * MINUTE) {
      lab.poll(at, []);
      await sampling.flows(lab.last().decisions);
    }
    const [sample, ...more] = await all();
    expect(more).toEqual([]);
    expect(sample).toEqual({
      hour: NOW,
      kinds: {
        flows: {
          [flowFigure(undefined, 'allowed')]: 30,
          [flowFigure(undefined, 'blocked')]: 60,
          [flowFigure('env=prod', 'allowed')]: 30,
          [flowFigure('env=prod', 'blocked')]: 60,
          [flowFigure('env=dev', 'blocked')]: 60,
        },
      },
    });
  });

  it('hands complete hours to the archive, and tells when one could not be kept', async () => {
    const { pce, series, clock } = aBench();
    const kept: number[][] = [];
    const told: string[] = [];
    let full = false;
    const sampling = createSampling({
      pce,
      inventory: fakeInventory('prod-east', [], T0),
      series,
      clock,
      log: fakeLog(),
      tell: (text) => void told.push(text),
      archive: {
        keep: async (_pce, from, to, events) => {
          if (full) throw new Error('disk full');
          kept.push([from, to, events.length]);
        },
      },
    });
    await sampling.events(T0, [anEvent({ event_type: 'agent.tampering' })]);
    await sampling.events(T0 + HOUR, null);
    full = true;
    await expect(sampling.events(T0 + 2 * HOUR, [])).rejects.toThrow('disk full');
    expect(kept).toEqual([[T0, T0 + HOUR, 1]]);
    expect(told.join()).toContain('2026-11-22T12:00:00.000Z');
  });
});
