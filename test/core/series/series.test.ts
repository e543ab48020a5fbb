import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentFigure, countAgents } from '../../../src/core/series/agents.ts';
import {
  emptyBook,
  KEPT_HOURS,
  MOST_FIGURES,
  SeriesBook,
  samplesBetween,
  withSample,
} from '../../../src/core/series/book.ts';
import { countTypes } from '../../../src/core/series/events.ts';
import { createHealthHours, healthFigure } from '../../../src/core/series/health.ts';
import { HOUR_MS, KINDS } from '../../../src/core/series/sample.ts';
import { anEvent, aWorkload, T0 } from '../../support/builders.ts';

const HOUR = Math.floor(T0 / HOUR_MS);

describe('the book of samples', () => {
  it('gives back what was added: each hour and kind the last time it was, nothing else', () => {
    const figures = fc.dictionary(
      fc.string({ maxLength: 4 }).filter((name) => name !== '__proto__'),
      fc.nat(),
      { maxKeys: 6, noNullPrototype: true },
    );
    const add = fc.record({
      pce: fc.constantFrom('east', 'west'),
      hour: fc.integer({ min: HOUR, max: HOUR + 6 }),
      kind: fc.constantFrom(...KINDS),
      figures,
    });
    fc.assert(
      fc.property(fc.array(add), (adds) => {
        const book = adds.reduce(
          (all, { pce, hour, kind, figures: given }) => withSample(all, pce, hour, kind, given),
          emptyBook(),
        );
        const reread = SeriesBook.parse(JSON.parse(JSON.stringify(book)));
        for (const pce of ['east', 'west']) {
          const expected = new Map<number, Record<string, unknown>>();
          for (const one of adds.filter((each) => each.pce === pce))
            expected.set(one.hour, { ...expected.get(one.hour), [one.kind]: one.figures });
          const samples = samplesBetween(reread, pce, HOUR, HOUR + 7);
          expect(samples).toEqual(
            [...expected].sort(([a], [b]) => a - b).map(([hour, kinds]) => ({ hour, kinds })),
          );
        }
      }),
    );
  });

  it('keeps 90 days and no more, and no more than 250 figures of a kind', () => {
    let book = emptyBook();
    for (let hour = HOUR; hour < HOUR + KEPT_HOURS + 5; hour += 1)
      book = withSample(book, 'east', hour, 'events', { [`type ${hour}`]: 1, 'agent.tampering': 2 });
    const kept = samplesBetween(book, 'east', 0, HOUR * 2);
    expect(kept.length).toBe(KEPT_HOURS);
    expect(kept[0]?.hour).toBe(HOUR + 5);
    expect(kept.at(-1)?.kinds.events).toEqual({ [`type ${HOUR + KEPT_HOURS + 4}`]: 1, 'agent.tampering': 2 });
    expect(book.pces['east']?.names.length).toBeLessThanOrEqual(KEPT_HOURS + 1);
    const many = Object.fromEntries(Array.from({ length: 999 }, (_, i) => [`f${i}`, i]));
    const [last] = samplesBetween(withSample(book, 'west', HOUR, 'flows', many), 'west', HOUR, HOUR + 1);
    expect(Object.keys(last?.kinds.flows ?? {}).length).toBe(MOST_FIGURES);
  });

  it('takes about a megabyte for 90 days of a hundred figures an hour', () => {
    let book = emptyBook();
    const figures = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`figure ${i}`, 1_000 + i]));
    for (let hour = 0; hour < KEPT_HOURS; hour += 1) book = withSample(book, 'east', hour, 'agents', figures);
    const bytes = JSON.stringify(book).length;
    expect(bytes).toBeGreaterThan(1_000_000);
    expect(bytes).toBeLessThan(2_200_000);
  }, 30_000);
});

describe('what is sampled', () => {
  const hosts = [
    aWorkload({ name: 'web-01' }),
    aWorkload({ name: 'web-02', online: false }),
    aWorkload({ name: 'printer-1', managed: false, online: true }),
  ];

  it.each([
    ['managed and unmanaged hosts, all of them', agentFigure('managed', 'managed'), 2],
    ['unmanaged ones', agentFigure('managed', 'unmanaged'), 1],
    ['offline ones, of those with a VEN', agentFigure('offline', 'offline'), 1],
    [
      'online ones, where an unmanaged machine that is always "online" is none',
      agentFigure('offline', 'online'),
      1,
    ],
    ['unmanaged machines that policy names', agentFigure('in policy', 'unmanaged'), 1],
  ])('counts %s', (_sentence, name, count) => {
    expect(countAgents(hosts, ({ name: own }) => own === 'printer-1')[name]).toBe(count);
  });

  it('does not count what policy names while the policy is not known', () => {
    expect(agentFigure('in policy', 'unmanaged') in countAgents(hosts, undefined)).toBe(false);
  });

  it('names the twenty commonest versions and counts the others as one', () => {
    const fleet = Array.from({ length: 30 }, (_, i) => aWorkload({ name: `h${i}` })).map((host, i) => ({
      ...host,
      ven: host.ven && { ...host.ven, version: `23.${i}` },
    }));
    const figures = countAgents(fleet, undefined);
    expect(figures[agentFigure('version', 'other')]).toBe(10);
  });

  it('counts the events of an hour by type', () => {
    const events = ['agent.tampering', 'agent.tampering', 'user.login'].map((event_type, i) =>
      anEvent({ event_type, href: `/orgs/1/events/${i}` }),
    );
    expect(countTypes(events)).toEqual({ 'agent.tampering': 2, 'user.login': 1 });
  });

  it('keeps least, average and most of the minute polls of each node, the fullest disk, and each hour once', () => {
    const health = createHealthHours();
    const at = HOUR * HOUR_MS;
    const reading = (cpu: number, disks: readonly number[]) =>
      ({
        available: true,
        nodeAvailable: true,
        clusters: [
          {
            fqdn: 'pce.example.com',
            type: 'standalone',
            level: 'normal',
            notifications: [],
            nodes: [
              {
                name: 'core0',
                address: undefined,
                type: 'core',
                runlevel: 5,
                metrics: [
                  { kind: 'cpu', name: 'cpu', level: 'normal', percent: cpu },
                  ...disks.map(
                    (percent) => ({ kind: 'disk', name: 'disk', level: 'normal', percent }) as const,
                  ),
                ],
                services: { level: 'normal', running: [], notRunning: [] },
              },
            ],
            replication: [{ name: 'agent_db', level: 'normal', lagSeconds: 2 }],
          },
        ],
      }) as const;
    for (const [i, cpu] of [10, 40, 25].entries()) health.add(reading(cpu, [50, 90 + i]), at + i * 60_000);
    health.add(reading(99, [1]), at + HOUR_MS);
    expect(health.over(at + HOUR_MS - 1)).toEqual([]);
    expect(health.over(at + HOUR_MS)).toEqual([
      {
        hour: HOUR,
        figures: {
          [healthFigure('core0', 'cpu', 'min')]: 10,
          [healthFigure('core0', 'cpu', 'average')]: 25,
          [healthFigure('core0', 'cpu', 'max')]: 40,
          [healthFigure('core0', 'disk', 'min')]: 90,
          [healthFigure('core0', 'disk', 'average')]: 91,
          [healthFigure('core0', 'disk', 'max')]: 92,
          [healthFigure('agent_db', 'replication lag', 'min')]: 2,
          [healthFigure('agent_db', 'replication lag', 'average')]: 2,
          [healthFigure('agent_db', 'replication lag', 'max')]: 2,
        },
      },
    ]);
    expect(health.over(at + HOUR_MS)).toEqual([]);
  });

  it('samples no health of a PCE that has none to show', () => {
    const health = createHealthHours();
    health.add({ available: false, why: 'SaaS' }, T0);
    expect(health.over(T0 + 2 * HOUR_MS)).toEqual([]);
  });
});
