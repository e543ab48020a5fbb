import { describe, expect, it } from 'vitest';
import type { Flow } from '../../src/core/flow.ts';
import { plain } from '../../src/core/text.ts';
import { portScan } from '../../src/rules/port-scan.ts';
import { slowScan } from '../../src/rules/slow-scan.ts';
import { sweep } from '../../src/rules/sweep.ts';
import { HOUR, MINUTE, SECOND, T0 } from '../support/builders.ts';
import { anEnd } from '../support/flows.ts';
import { aContext, told } from '../support/rules.ts';
import { aTrafficLab, daysBefore, flowAt, host, type TrafficLab } from '../support/traffic-watching.ts';

const RULES = [portScan, sweep, slowScan];
const [A, B] = [host('app-01', 'app=shop env=dev'), host('db-07', 'env=prod')];
const many = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const START = T0 - 12 * MINUTE;

/** A bot that knows seven days of an estate in which nobody did any of this. */
const learnt = (options: Parameters<typeof aTrafficLab>[1] = {}): TrafficLab => {
  const lab = aTrafficLab(RULES, options);
  lab.learn(daysBefore(T0));
  return lab;
};

/** Ports one after the other, `everyMs` apart. */
const ports = (count: number, everyMs: number, decision: Flow['decision'] = 'blocked'): Flow[] =>
  many(count, (i) => flowAt(A, B, `${1_000 + i}/tcp`, START + i * everyMs, { decision }));
const hosts = (count: number, everyMs: number): Flow[] =>
  many(count, (i) => flowAt(A, host(`web-${i}`), '22/tcp', START + i * everyMs));

describe('what one poll shows', () => {
  it.each<[string, readonly Flow[], readonly string[]]>([
    ['five services within 60 s, one of them blocked', ports(5, 15 * SECOND), ['error app-01']],
    ['four services are no scan', ports(4, SECOND), []],
    ['five within 61 s are none', ports(5, 15_250), []],
    ['five, each first seen 2 min after the other, delivered at once', ports(5, 2 * MINUTE), []],
    ['nine services, all allowed', ports(9, SECOND, 'allowed'), []],
    ['ten services, all allowed', ports(10, SECOND, 'allowed'), ['error app-01']],
    ['five, potentially blocked', ports(5, SECOND, 'potentially_blocked'), ['error app-01']],
    ['five, unknown', ports(5, SECOND, 'unknown'), ['error app-01']],
    ['21 hosts on one service within a minute', hosts(21, SECOND), ['error app-01']],
    ['20 hosts are no sweep', hosts(20, SECOND), []],
    ['21 hosts over two minutes are none', hosts(21, 6 * SECOND), []],
    [
      'six pairs that have nothing to do with each other, one port each',
      many(6, (i) => flowAt(host(`a-${i}`), host(`b-${i}`), '443/tcp', START + i, { decision: 'blocked' })),
      [],
    ],
    [
      'the same port six times',
      many(6, (i) => flowAt(A, B, '443/tcp', START + i * SECOND, { decision: 'blocked' })),
      [],
    ],
    [
      'two scanners in one minute are two alerts',
      [A, host('app-02')].flatMap((from) =>
        many(6, (i) => flowAt(from, B, `${i + 1}/tcp`, START + i * SECOND, { decision: 'blocked' })),
      ),
      ['error app-01', 'error app-02'],
    ],
    [
      'one new port every 20 s is a slow scan',
      many(60, (i) =>
        flowAt(A, B, `${i + 1}/tcp`, START - 20 * MINUTE + i * 20 * SECOND, { decision: 'blocked' }),
      ),
      ['warning app-01'],
    ],
    [
      'a hundred allowed high ports are one service',
      many(100, (i) => flowAt(A, B, `${40_000 + i}/tcp`, START)),
      [],
    ],
    [
      'beginnings of a day are no times: nothing within 60 s is known of them',
      many(9, (i) => flowAt(A, B, `${i + 1}/tcp`, Date.UTC(2026, 10, 22), { decision: 'blocked' })),
      [],
    ],
    [
      'ICMP, broadcast and a host with itself',
      many(30, (i) => flowAt(A, anEnd(`224.0.0.${i}`), '5353/udp', START)).concat(
        many(30, (i) => flowAt(A, host(`h-${i}`), 'icmp', START)),
        many(30, (i) => flowAt(A, A, `${i + 1}/tcp`, START)),
      ),
      [],
    ],
  ])('%s', (_, flows, expected) => {
    expect(told(learnt().poll(T0, flows))).toEqual(expected);
  });

  it('a scan of 900 ports and a sweep of 200 hosts among 51,000 flows are named, and nothing else', () => {
    const office = many(500, (i) => host(`pc-${i}`, 'env=office'));
    const servers = many(17, (i) => host(`srv-${i}`));
    const usual = office.flatMap((from, i) =>
      servers.flatMap((to, j) =>
        many(6, (k) =>
          flowAt(from, to, `${[53, 80, 88, 389, 443, 636][k]}/tcp`, START - ((i + j + k) % 600) * SECOND),
        ),
      ),
    );
    const scan = many(900, (i) =>
      flowAt(A, B, `${i + 1}/tcp`, START + (i % 55) * SECOND, { decision: 'blocked' }),
    );
    const wide = many(200, (i) =>
      flowAt(host('laptop-9'), host(`pc-${i}`, 'env=office'), '445/tcp', START + (i % 50) * SECOND),
    );
    const lab = aTrafficLab(RULES);
    for (const day of daysBefore(T0))
      lab.learn(
        [day],
        usual
          .slice(0, day % 2 === 0 ? undefined : 3_000)
          .map((flow) => ({ ...flow, firstAt: day * 24 * HOUR })),
      );
    expect(usual.length).toBe(51_000);
    const findings = lab.poll(T0, [...usual, ...scan, ...wide]);
    expect(told(findings)).toEqual(['error app-01', 'error laptop-9']);
    expect(plain(findings[0]?.story ?? [])).toBe(
      'app-01 (app=shop env=dev) tried 900 services of db-07 (env=prod): 1/tcp, 56/tcp, 111/tcp, 166/tcp, 221/tcp and 895 more. Seen 09:48:00–09:48:54 UTC, reported 10:00 UTC. All of it: /illumio scan 10.0.0.7',
    );
    expect(findings.map(({ suggests }) => suggests)).toEqual([['quarantine'], ['quarantine']]);
  });
});

describe('what the next polls show', () => {
  it('a counter that grows within its day bucket is no scan, however many of them grow', () => {
    const lab = learnt();
    const rows = (connections: number): Flow[] =>
      many(9, (i) =>
        flowAt(A, B, `${i + 1}/tcp`, START - i * 2 * HOUR, { decision: 'blocked', connections }),
      );
    lab.poll(T0 - HOUR, rows(1));
    expect(lab.poll(T0, rows(500))).toEqual([]);
  });

  it('half of a scan in one report and half in the next is a scan, once', () => {
    const lab = learnt({ restarts: true });
    expect(lab.poll(T0, ports(3, SECOND))).toEqual([]);
    expect(told(lab.poll(T0 + 10 * MINUTE, ports(6, SECOND)))).toEqual(['error app-01']);
    expect(lab.poll(T0 + 15 * MINUTE, ports(6, SECOND))).toEqual([]);
  });

  it('goes on: told again when a later report adds to it', () => {
    const lab = learnt();
    lab.poll(T0, ports(6, SECOND));
    expect(told(lab.poll(T0 + 5 * MINUTE, ports(9, SECOND)))).toEqual(['error app-01']);
  });

  it('what is known from an earlier day is nothing new, over midnight and a restart', () => {
    const lab = learnt({ restarts: true });
    lab.poll(T0, ports(9, SECOND));
    const again = many(9, (i) =>
      flowAt(A, B, `${1_000 + i}/tcp`, START + 24 * HOUR + i * SECOND, { decision: 'blocked' }),
    );
    expect(lab.poll(T0 + 24 * HOUR, again)).toEqual([]);
  });
});

describe('who is told', () => {
  const digests = (lab: TrafficLab, flows: readonly Flow[], now = T0): (boolean | undefined)[] =>
    lab.poll(now, flows).map(({ digest }) => digest);

  it.each([
    ['while it learns, in a digest', 1, ports(6, SECOND), [true]],
    ['while it learns, 20 blocked services all the same', 1, ports(20, SECOND), [undefined]],
    ['three days are enough', 3, ports(6, SECOND), [undefined]],
  ] as const)('%s', (_, days, flows, expected) => {
    const lab = aTrafficLab(RULES);
    lab.learn(daysBefore(T0, days));
    expect(digests(lab, flows)).toEqual(expected);
  });

  it('more than an hour late: a digest, unless it is wide or of high value', () => {
    const late = (count: number): Flow[] =>
      many(count, (i) => flowAt(A, B, `${i + 1}/tcp`, T0 - 2 * HOUR, { decision: 'blocked' }));
    expect(digests(learnt(), late(6))).toEqual([true]);
    expect(digests(learnt(), late(20))).toEqual([undefined]);
    expect(digests(learnt({ context: aContext({ highValue: ['env=prod'] }) }), late(6))).toEqual([undefined]);
  });

  it('scanners are not told until their time is over; outsiders in a digest, without a button', () => {
    const outside = anEnd('203.0.113.9');
    const scan = (from: typeof outside): Flow[] =>
      many(6, (i) => flowAt(from, B, `${i + 1}/tcp`, START, { decision: 'blocked' }));
    for (const entry of ['app=shop', '10.0.0.0/8', A.address]) {
      const [allowed, over] = [T0 + HOUR, T0 - HOUR].map((expires) =>
        learnt({ context: aContext({ scanners: [{ host: entry, owner: 'vm', expires }] }) }),
      );
      expect(allowed?.poll(T0, scan(A))).toEqual([]);
      expect(over?.poll(T0, scan(A))).toHaveLength(1);
    }
    expect(learnt().poll(T0, scan(outside))).toMatchObject([{ digest: true, suggests: [], workloads: [] }]);
    const home = learnt().poll(T0, scan(anEnd('192.168.1.9')));
    expect(home).toMatchObject([{ subject: { kind: 'ip', name: '192.168.1.9' }, suggests: [] }]);
    expect(home[0]?.digest).toBeUndefined();
  });
});
