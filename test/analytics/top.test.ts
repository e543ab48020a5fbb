import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TOP_KEYS } from '../../src/analytics/countings.ts';
import { analyses } from '../../src/analytics/index.ts';
import { TOP_MEASURES, type TopOptions, type TopResult, topAnalysis } from '../../src/analytics/top.ts';
import { gatherTraffic } from '../../src/analytics/traffic.ts';
import type { Decision, End, Flow } from '../../src/core/flow.ts';
import { inOneGo } from '../../src/core/steps.ts';
import { aFlow as someRow } from '../support/flows.ts';

const end = (name: string, href?: string): End => ({
  address: `192.0.2.${name.length}`,
  href: href ?? `/orgs/1/workloads/${name}`,
  name,
  labels: [],
});

const aFlow = ({ from, to, ...parts }: Partial<Flow> & { from?: string; to?: string } = {}): Flow =>
  someRow({ source: end(from ?? 'app-01'), destination: end(to ?? 'db-01'), ...parts });

const run = (flows: readonly Flow[], options: Partial<TopOptions> = {}): TopResult => {
  const traffic = gatherTraffic();
  for (const flow of flows) traffic.add(flow);
  return inOneGo(topAnalysis.of(traffic, options));
};

/** `name connections/bytes/peers/flows`, in order. */
const told = (result: TopResult): string[] =>
  result.rows.map(
    ({ name, connections, bytes, peers, flows }) => `${name} ${connections}/${bytes}/${peers}/${flows}`,
  );

describe('Known answers', () => {
  const cases: readonly (readonly [string, Flow[], Partial<TopOptions>, string[]])[] = [
    [
      'one flow reported by both ends counts once, on the side with more connections',
      [aFlow({ connections: 9, bytes: 5 }), aFlow({ direction: 'outbound', connections: 10, bytes: 7 })],
      { by: 'src' },
      ['app-01 10/7/1/2'],
    ],
    [
      'on a tie the side with more bytes counts',
      [aFlow({ connections: 9, bytes: 5 }), aFlow({ direction: 'outbound', connections: 9, bytes: 7 })],
      { by: 'src' },
      ['app-01 9/7/1/2'],
    ],
    [
      'rows of one side are summed',
      [
        aFlow({ connections: 4, process: 'a' }),
        aFlow({ connections: 5, process: 'b' }),
        aFlow({ direction: 'outbound', connections: 8 }),
      ],
      { by: 'src' },
      ['app-01 9/0/1/3'],
    ],
    [
      'a side that is not stated is a side of its own',
      [aFlow({ direction: undefined, connections: 3 }), aFlow({ connections: 2 })],
      { by: 'src' },
      ['app-01 3/0/1/2'],
    ],
    [
      'two days are two groups',
      [
        aFlow({ connections: 4 }),
        aFlow({ connections: 4, direction: 'outbound', first: '2026-07-02T00:00:00Z' }),
      ],
      { by: 'src' },
      ['app-01 8/0/1/2'],
    ],
    [
      'a time in another zone falls on its UTC day',
      [
        aFlow({ connections: 4, first: '2026-07-02T01:00:00+02:00' }),
        aFlow({ connections: 3, direction: 'outbound' }),
      ],
      { by: 'src' },
      ['app-01 4/0/1/2'],
    ],
    [
      'decisions are groups of their own',
      [aFlow({ connections: 4 }), aFlow({ connections: 4, direction: 'outbound', decision: 'blocked' })],
      { by: 'dst' },
      ['db-01 8/0/1/2'],
    ],
    [
      'a host that talks to itself is counted once and has no peer',
      [aFlow({ to: 'app-01', connections: 5 })],
      { by: 'host' },
      ['app-01 5/0/0/1'],
    ],
    [
      'two hosts that talk both ways are one peer of each other',
      [aFlow({ connections: 5 }), aFlow({ from: 'db-01', to: 'app-01', connections: 2 })],
      { by: 'host' },
      ['app-01 7/0/1/2', 'db-01 7/0/1/2'],
    ],
    [
      'hosts, what they receive only',
      [aFlow({ connections: 5 }), aFlow({ from: 'db-01', to: 'app-01', connections: 2 })],
      { by: 'host', direction: 'in' },
      ['db-01 5/0/1/1', 'app-01 2/0/1/1'],
    ],
    [
      'peers of a service are its pairs',
      [aFlow(), aFlow({ direction: 'outbound' }), aFlow({ to: 'db-02' }), aFlow({ service: '53/udp' })],
      { by: 'service', measure: 'peers' },
      ['443/tcp 2/0/2/3', '53/udp 1/0/1/1'],
    ],
    ['a pair is named by both names', [aFlow()], { by: 'pair' }, ['app-01 → db-01 1/0/1/1']],
    [
      'ties go by the second measure, then by name',
      [aFlow({ from: 'b' }), aFlow({ from: 'a' }), aFlow({ from: 'c', bytes: 1 })],
      { by: 'src' },
      ['c 1/1/1/1', 'a 1/0/1/1', 'b 1/0/1/1'],
    ],
    [
      'the last row names an identity',
      [aFlow(), { ...aFlow({ service: '22/tcp' }), source: { ...end('app-01'), name: 'renamed' } }],
      { by: 'src' },
      ['renamed 2/0/1/2'],
    ],
    [
      'an end without a workload is its address',
      [{ ...aFlow(), source: { address: '203.0.113.9', href: undefined, name: '203.0.113.9', labels: [] } }],
      { by: 'src' },
      ['203.0.113.9 1/0/1/1'],
    ],
    ['nothing in, nothing out', [], {}, []],
  ];
  for (const [sentence, flows, options, rows] of cases)
    it(sentence, () => expect(told(run(flows, options))).toEqual(rows));

  it('an absent decision counts as unknown', () => {
    const odd = { ...aFlow({ connections: 3 }), decision: undefined as unknown as Decision };
    expect(run([odd, aFlow({ connections: 2, decision: 'blocked' })]).decisions).toEqual({
      allowed: 0,
      potentially_blocked: 0,
      blocked: 2,
      unknown: 3,
    });
  });

  it('the rows shown and the others make the sum complete', () => {
    const { rows, others } = run(
      [
        aFlow({ from: 'a', connections: 5 }),
        aFlow({ from: 'b', connections: 3 }),
        aFlow({ from: 'c', connections: 2, bytes: 9 }),
      ],
      { most: 1 },
    );
    expect(rows.map(({ name }) => name)).toEqual(['a']);
    expect(others).toEqual({ count: 2, connections: 5, bytes: 9, flows: 2 });
  });

  it('every analysis of the registry bears an id of its own', () => {
    expect(new Set(analyses.map(({ id }) => id)).size).toBe(analyses.length);
  });

  it('200,000 rows are no trouble', () => {
    const traffic = gatherTraffic();
    for (let i = 0; i < 200_000; i++)
      traffic.add(aFlow({ from: `s${i % 997}`, to: `d${i % 1009}`, service: `${i % 50}/tcp` }));
    expect(inOneGo(topAnalysis.of(traffic, { by: 'pair' })).flows).toBe(200_000);
  });
});

interface Count {
  connections: number;
  bytes: number;
  peers: Set<string>;
  flows: number;
}

/** The definitions once more, with texts as keys and no numbers: slow and plain. */
const naive = (flows: readonly Flow[], { by, measure }: Pick<TopOptions, 'by' | 'measure'>): string[] => {
  const names = new Map<string, string>();
  const groups = new Map<string, { row: Flow; sides: Map<string, [number, number]>; rows: number }>();
  const idOf = (one: End): string => one.href ?? one.address;
  for (const row of flows) {
    names.set(idOf(row.source), row.source.name);
    names.set(idOf(row.destination), row.destination.name);
    const day = new Date(row.firstAt).toISOString().slice(0, 10);
    const key = JSON.stringify([idOf(row.source), idOf(row.destination), row.service, row.decision, day]);
    const group = groups.get(key) ?? { row, sides: new Map(), rows: 0 };
    const [connections, bytes] = group.sides.get(String(row.direction)) ?? [0, 0];
    group.sides.set(String(row.direction), [connections + row.connections, bytes + row.bytes]);
    group.rows += 1;
    groups.set(key, group);
  }
  const counts = new Map<string, Count>();
  for (const { row, sides, rows } of groups.values()) {
    const [connections, bytes] = [...sides.values()].sort((a, b) => b[0] - a[0] || b[1] - a[1])[0] ?? [0, 0];
    const [from, to] = [idOf(row.source), idOf(row.destination)];
    const both = `${from}→${to}`;
    const hits: [string, string | null][] =
      by === 'src'
        ? [[from, to]]
        : by === 'dst'
          ? [[to, from]]
          : by === 'service'
            ? [[row.service, both]]
            : by === 'pair'
              ? [[both, both]]
              : from === to
                ? [[from, null]]
                : [
                    [from, to],
                    [to, from],
                  ];
    for (const [key, peer] of hits) {
      const count = counts.get(key) ?? { connections: 0, bytes: 0, peers: new Set(), flows: 0 };
      count.connections += connections;
      count.bytes += bytes;
      count.flows += rows;
      if (peer !== null) count.peers.add(peer);
      counts.set(key, count);
    }
  }
  const nameOf = (key: string): string =>
    by === 'service'
      ? key
      : by === 'pair'
        ? key
            .split('→')
            .map((one) => names.get(one))
            .join(' → ')
        : (names.get(key) ?? '');
  const second = measure === 'connections' ? 'bytes' : 'connections';
  const place = (key: string): string =>
    key
      .split('→')
      .map((one) => `${names.get(one) ?? one}\0${one}`)
      .join('\0');
  return [...counts]
    .map(([key, { peers, ...rest }]) => ({ key, name: nameOf(key), peers: peers.size, ...rest }))
    .sort(
      (a, b) => b[measure] - a[measure] || b[second] - a[second] || (place(a.key) < place(b.key) ? -1 : 1),
    )
    .map(
      ({ name, connections, bytes, peers, flows: rows }) =>
        `${name} ${connections}/${bytes}/${peers}/${rows}`,
    );
};

const someEnd = fc.constantFrom(
  end('a'),
  end('b'),
  end('c'),
  { ...end('d'), href: undefined },
  { ...end('a'), name: 'a-new' },
);
const someFlow: fc.Arbitrary<Flow> = fc
  .record({
    source: someEnd,
    destination: someEnd,
    service: fc.constantFrom('443/tcp', '53/udp', 'icmp'),
    process: fc.constant(undefined),
    connections: fc.nat(5),
    bytes: fc.nat(5),
    decision: fc.constantFrom('allowed', 'blocked', 'potentially_blocked', 'unknown'),
    direction: fc.constantFrom('inbound', 'outbound', undefined),
    first: fc.constantFrom(
      '2026-07-01T00:00:00Z',
      '2026-07-01T23:59:59.999Z',
      '2026-07-02T00:00:00Z',
      '2026-07-02T01:00:00+02:00',
    ),
    last: fc.constant('2026-07-03T00:00:00Z'),
  })
  .map(someRow);
const someFlows = fc.array(someFlow, { maxLength: 25 });
/** Processes and labels have cases of their own. */
const SHOWN_KEYS = TOP_KEYS.filter((key) => !['process', 'label', 'location'].includes(key));
const someOptions = fc.record({
  by: fc.constantFrom(...SHOWN_KEYS),
  measure: fc.constantFrom(...TOP_MEASURES),
});

describe('Any flows', () => {
  it('give what a plain second implementation gives', () =>
    fc.assert(
      fc.property(someFlows, someOptions, (flows, options) => {
        expect(told(run(flows, options))).toEqual(naive(flows, options));
      }),
      { numRuns: 1_500 },
    ));

  it('give the same in one pass as in pieces merged, however they are cut and bracketed', () =>
    fc.assert(
      fc.property(someFlows, someFlows, someFlows, someOptions, (a, b, c, options) => {
        const gathered = (flows: readonly Flow[]) => {
          const one = gatherTraffic();
          for (const flow of flows) one.add(flow);
          return one;
        };
        const left = gathered(a);
        left.merge(gathered(b));
        left.merge(gathered(c));
        const tail = gathered(b);
        tail.merge(gathered(c));
        const right = gathered(a);
        right.merge(tail);
        const whole = run([...a, ...b, ...c], options);
        expect(inOneGo(topAnalysis.of(left, options))).toEqual(whole);
        expect(inOneGo(topAnalysis.of(right, options))).toEqual(whole);
      }),
      { numRuns: 500 },
    ));

  it('add up: decisions, sources and destinations all sum to the same connections', () =>
    fc.assert(
      fc.property(someFlows, (flows) => {
        const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);
        const { connections, decisions, rows } = run(flows, { by: 'src' });
        expect(sum(Object.values(decisions))).toBe(connections);
        expect(sum(rows.map((row) => row.connections))).toBe(connections);
        expect(sum(run(flows, { by: 'dst' }).rows.map((row) => row.connections))).toBe(connections);
      }),
    ));
});
