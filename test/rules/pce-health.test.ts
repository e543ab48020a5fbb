import { describe, expect, it } from 'vitest';
import { type HealthReading, parseHealth } from '../../src/core/health.ts';
import type { NodeReport } from '../../src/core/node-report.ts';
import { plain } from '../../src/core/text.ts';
import { pceHealth } from '../../src/rules/pce-health.ts';
import { anEstate, MINUTE, T0 } from '../support/builders.ts';
import { pceFixture } from '../support/fixture.ts';
import { told, type Watching, watching } from '../support/rules.ts';

// The body of GET /health, loosely typed: tests change one field of it.
// biome-ignore lint/suspicious/noExplicitAny: a foreign document that a test bends on purpose
type Body = any;
type Bend = (cluster: Body) => void;

const read = (
  bend: Bend = () => undefined,
  { file = 'health-25', nodeAvailable = true } = {},
): HealthReading => {
  const body = pceFixture(file) as Body[];
  bend(body[0]);
  return { available: true, clusters: parseHealth(body), nodeAvailable };
};
const well = read();

const poll = (rule: Watching, minute: number, reading: HealthReading) =>
  rule.see({ kind: 'health', pce: 'prod-east', now: T0 + minute * MINUTE, estate: anEstate(), reading });

/** The poll at which it was told, and the one at which it was over, counted from 1. */
const course = (reading: HealthReading, back = well): { raised: number; cleared: number; told: string[] } => {
  const rule = watching(pceHealth);
  poll(rule, -1, well);
  let raised = 0;
  let cleared = 0;
  let said: string[] = [];
  for (let n = 1; n <= 15 && raised === 0; n++) {
    const { findings } = poll(rule, n, reading);
    if (findings.length > 0) [raised, said] = [n, told(findings)];
  }
  for (let n = 1; n <= 15 && cleared === 0; n++) if (poll(rule, 20 + n, back).cleared.length > 0) cleared = n;
  return { raised, cleared, told: said };
};

const node =
  (n: number, differs: object): Bend =>
  (cluster) =>
    void Object.assign(cluster.nodes[n], differs);
const warning = (percent: number) => ({ status: 'warning', percent });
const disk = node(1, { disk: [{ location: 'disk', value: warning(91) }] });
const services = (status: string): Bend =>
  node(1, { services: { status, services: { running: ['web_server'], not_running: ['login_service'] } } });
const lag =
  (seconds: number, status = 'warning'): Bend =>
  (cluster) =>
    void Object.assign(cluster.network.replication[0], { value: { status, lag_seconds: seconds } });

const COURSES: readonly [string, HealthReading, { raised: number; cleared: number; told: string[] }][] = [
  [
    'services: 2 / 2',
    read(services('critical')),
    { raised: 2, cleared: 2, told: ['error core1 services of pce.example.com'] },
  ],
  [
    'node: 2 / 2',
    read(node(1, { runlevel: null })),
    { raised: 2, cleared: 2, told: ['error core1 of pce.example.com'] },
  ],
  [
    'a node that is missing: 2 / 2',
    read((cluster) => void cluster.nodes.splice(1, 1)),
    { raised: 2, cleared: 2, told: ['error core1 of pce.example.com'] },
  ],
  [
    'cluster: 2 / 2',
    read((cluster) => void Object.assign(cluster, { status: 'warning' })),
    { raised: 2, cleared: 2, told: ['warning pce.example.com'] },
  ],
  [
    'cpu: 10 / 5',
    read(node(1, { cpu: warning(97) })),
    { raised: 10, cleared: 5, told: ['warning core1 cpu of pce.example.com'] },
  ],
  [
    'memory: 10 / 5',
    read(node(1, { memory: warning(97) })),
    { raised: 10, cleared: 5, told: ['warning core1 memory of pce.example.com'] },
  ],
  ['disk: 2 / 10', read(disk), { raised: 2, cleared: 10, told: ['warning core1 disk of pce.example.com'] }],
  [
    'replication: 5 / 5',
    read(lag(45)),
    { raised: 5, cleared: 5, told: ['warning replication agent of pce.example.com'] },
  ],
];

const LEVELS: readonly [string, HealthReading, readonly string[]][] = [
  [
    'an optional service is missing: the PCE calls it a warning',
    read(services('warning')),
    ['warning core1 services of pce.example.com'],
  ],
  [
    'replication 301 s behind is an error, whatever the PCE calls it',
    read(lag(301)),
    ['error replication agent of pce.example.com'],
  ],
  [
    'replication 300 s behind is what the PCE calls it',
    read(lag(300)),
    ['warning replication agent of pce.example.com'],
  ],
  [
    'cluster critical',
    read((cluster) => void Object.assign(cluster, { status: 'critical' })),
    ['error pce.example.com'],
  ],
  [
    'cluster error: the other spelling',
    read((cluster) => void Object.assign(cluster, { status: 'error' })),
    ['error pce.example.com'],
  ],
  [
    'cluster bad and no node available',
    read((cluster) => void Object.assign(cluster, { status: 'critical' }), { nodeAvailable: false }),
    ['critical pce.example.com'],
  ],
  [
    'a cluster status that its parts explain is not told again',
    read((cluster) => {
      disk(cluster);
      cluster.status = 'warning';
    }),
    ['warning core1 disk of pce.example.com'],
  ],
  [
    'two nodes down',
    read((cluster) => {
      node(0, { runlevel: 1 })(cluster);
      node(1, { runlevel: null })(cluster);
    }),
    ['error core0 of pce.example.com', 'error core1 of pce.example.com', 'critical pce.example.com'],
  ],
  [
    'the database primary is gone',
    read(node(3, { services: { status: 'normal', services: { running: ['fileserver_slave_service'] } } })),
    ['critical pce.example.com'],
  ],
  ['all normal', well, []],
  ['all normal, services without the extra nesting', read(undefined, { file: 'health-19' }), []],
  ['SaaS: 403 is not ill health', { available: false, why: 'HTTP 403' }, []],
];

describe('pce-health', () => {
  it.each(COURSES)('raise / clear %s', (_, reading, expected) => {
    expect(course(reading)).toEqual(expected);
  });

  it.each(LEVELS)('%s', (_, reading, expected) => {
    const rule = watching(pceHealth);
    poll(rule, 0, well);
    const findings = [1, 2, 3, 4, 5].flatMap((minute) => poll(rule, minute, reading).findings);
    expect(told(findings)).toEqual(expected);
  });

  type Said =
    | readonly ['line', number, NodeReport['level'], string?]
    | readonly ['poll', number, HealthReading];
  const CORE1 = 'core1 report of pce.example.com';
  const RUNS: readonly (readonly [string, readonly Said[], readonly string[]])[] = [
    [
      'two lines in a row raise, two clear',
      [
        ['line', 1, 'warning'],
        ['line', 2, 'warning'],
        ['line', 3, 'normal'],
        ['line', 4, 'normal'],
      ],
      [`2 + warning ${CORE1}`, `4 - ${CORE1}: normal again`],
    ],
    [
      'one line alone is nothing',
      [
        ['line', 1, 'error'],
        ['line', 2, 'normal'],
        ['line', 3, 'error'],
      ],
      [],
    ],
    [
      'graver for two lines is told again',
      [
        ['line', 1, 'warning'],
        ['line', 2, 'warning'],
        ['line', 3, 'error'],
        ['line', 4, 'error'],
      ],
      [`2 + warning ${CORE1}`, `4 + error ${CORE1}`],
    ],
    [
      'what a poll says already is not said again',
      [
        ['poll', 1, read(disk)],
        ['poll', 2, read(disk)],
        ['line', 3, 'warning'],
        ['line', 4, 'warning'],
      ],
      ['2 + warning core1 disk of pce.example.com'],
    ],
    [
      'what a poll says better ends what the line said',
      [
        ['line', 1, 'warning'],
        ['line', 2, 'warning'],
        ['poll', 3, read(disk)],
        ['poll', 4, read(disk)],
        ['line', 5, 'warning'],
        ['line', 6, 'warning'],
      ],
      [
        `2 + warning ${CORE1}`,
        '4 + warning core1 disk of pce.example.com',
        `6 - ${CORE1}: the PCE says now what is wrong`,
      ],
    ],
    [
      'a good poll does not end it, a silent node does',
      [
        ['line', 1, 'error'],
        ['line', 2, 'error'],
        ['poll', 3, well],
        ['poll', 17, well],
        ['poll', 18, well],
      ],
      [`2 + error ${CORE1}`, `18 - ${CORE1}: it reports nothing any more`],
    ],
    [
      'a node no poll has named is told of all the same',
      [
        ['line', 1, 'error', 'core7'],
        ['line', 2, 'error', 'core7'],
      ],
      ['2 + error core7 report of pce.example.com'],
    ],
  ];
  it.each(RUNS)('lines of the syslog stream: %s', (_, said, expected) => {
    const rule = watching(pceHealth);
    poll(rule, 0, well);
    const seen = said.flatMap(([kind, minute, what, node = 'core1.example.com']) => {
      const { findings, cleared } =
        kind === 'poll'
          ? poll(rule, minute, what)
          : rule.see({
              kind: 'node-report',
              pce: 'prod-east',
              now: T0 + minute * MINUTE,
              estate: anEstate(),
              report: { node, level: what, figures: 'disk 96 %' },
            });
      return [
        ...told(findings).map((one) => `${minute} + ${one}`),
        ...cleared.map(({ subject, why }) => `${minute} - ${subject.name}: ${why}`),
      ];
    });
    expect(seen).toEqual(expected);
  });

  it('a service missing from a 19.1 node is seen without the extra nesting', () => {
    const bent = read(
      (cluster) => {
        Object.assign(cluster.nodes[1].services, {
          status: 'warning',
          not_running: ['fluentd_source_service'],
        });
      },
      { file: 'health-19' },
    );
    expect(course(bent).told).toEqual(['warning core1 services of pce.example.com']);
  });

  it('one good poll between two bad ones starts the count anew', () => {
    const rule = watching(pceHealth);
    const findings = [read(disk), well, read(disk), well].flatMap(
      (reading, minute) => poll(rule, minute, reading).findings,
    );
    expect(findings).toEqual([]);
  });

  it('one bad poll between good ones starts the clearing anew', () => {
    const rule = watching(pceHealth);
    const bad = read(services('critical'));
    for (const [minute, reading] of [bad, bad, well, bad, well].entries())
      expect(poll(rule, minute, reading).cleared).toEqual([]);
    expect(poll(rule, 6, well).cleared).toMatchObject([{ why: 'normal again' }]);
  });

  it('is told once while it lasts, and again when it gets worse', () => {
    const rule = watching(pceHealth);
    const findings = [
      lag(45),
      lag(45),
      lag(45),
      lag(45),
      lag(45),
      lag(60),
      lag(400),
      lag(400),
      lag(400),
      lag(400),
      lag(400),
      lag(400),
    ].flatMap((bend, minute) => poll(rule, minute, read(bend)).findings);
    expect(told(findings)).toEqual([
      'warning replication agent of pce.example.com',
      'error replication agent of pce.example.com',
    ]);
  });

  it('names node, what, value and since when', () => {
    const rule = watching(pceHealth);
    poll(rule, 0, read(disk));
    const [finding] = poll(rule, 1, read(disk)).findings;
    expect(finding?.title).toBe('PCE health: disk of core1 at 91 %');
    expect(plain(finding?.story ?? [])).toBe('Warning: disk of core1 at 91 % (since 10:00 UTC).');
  });

  it('a primary that was never seen is not missed: service names differ by release', () => {
    const rule = watching(pceHealth);
    const none = read(node(3, { services: { status: 'normal', services: { running: ['new_name'] } } }));
    expect([1, 2, 3].flatMap((minute) => poll(rule, minute, none).findings)).toEqual([]);
  });

  it('a lasting state does not change the memory, so that an idle poll commits nothing', () => {
    const rule = watching(pceHealth);
    for (const minute of [0, 1, 2]) poll(rule, minute, read(disk));
    const before = rule.memory();
    poll(rule, 3, read(disk));
    expect(rule.memory()).toEqual(before);
  });

  it('takes other counts from the configuration', () => {
    const rule = watching(pceHealth, { options: { disk: { raise: 1 } } });
    expect(told(poll(rule, 0, read(disk)).findings)).toEqual(['warning core1 disk of pce.example.com']);
  });
});

describe('a node that is gone', () => {
  const without = read((cluster) => void cluster.nodes.shift());
  const gone = (): Watching => {
    const rule = watching(pceHealth);
    poll(rule, 0, well);
    poll(rule, 1, without);
    expect(told(poll(rule, 2, without).findings)).toHaveLength(1);
    return rule;
  };
  const asked = (rule: Watching, minute: number) =>
    poll(rule, minute, without).findings.filter(({ suggests }) => suggests.includes('node-removed'));

  it('for more than a day is asked about, once', () => {
    const rule = gone();
    expect(asked(rule, 24 * 60)).toEqual([]);
    const [finding] = asked(rule, 24 * 60 + 2);
    expect(plain(finding?.story ?? [])).toContain('Was it removed on purpose?');
    expect(asked(rule, 24 * 60 + 3)).toEqual([]);
  });

  it('on purpose, as a person says, is over and missed no more', () => {
    const rule = gone();
    const [{ subject } = { subject: { name: '' } }] = asked(rule, 24 * 60 + 2);
    const over = rule.see({
      kind: 'removed',
      pce: 'prod-east',
      now: T0 + 25 * 60 * MINUTE,
      estate: anEstate(),
      node: subject.name,
    });
    expect(over.cleared).toMatchObject([{ subject, why: 'it was removed on purpose' }]);
    for (const minute of [1_600, 1_601, 1_602]) expect(poll(rule, minute, without).findings).toEqual([]);
  });

  it('another node than the one that is missed changes nothing', () => {
    const rule = gone();
    const estate = anEstate();
    const { cleared } = rule.see({ kind: 'removed', pce: 'prod-east', now: T0, estate, node: 'core9' });
    expect(cleared).toEqual([]);
  });
});
