import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Flow } from '../../../src/core/flow.ts';
import { connectedSystems, gatherPeerFlows } from '../../../src/core/investigation/peer-flows.ts';
import { aFlow, anEnd } from '../../support/flows.ts';

const WEB = '/orgs/1/workloads/web';
const DB = '/orgs/1/workloads/db';
const web = anEnd('web-01', { href: WEB });
const db = anEnd('db-01', { href: DB });
const outside = anEnd('198.51.100.9');
const hosts = new Set([WEB, DB]);

const gathered = (flows: readonly Flow[], of: ReadonlySet<string> = hosts) => {
  const peers = gatherPeerFlows(of);
  for (const flow of flows) peers.add(flow);
  return peers.all();
};

describe('flows of the hosts that are looked at', () => {
  it('two reporters of one flow count once, the one who saw more; days add up', () => {
    const seen = [
      aFlow({ source: outside, destination: web, connections: 4, direction: 'inbound' }),
      aFlow({ source: outside, destination: web, connections: 3, direction: 'outbound' }),
      aFlow({
        source: outside,
        destination: web,
        connections: 10,
        direction: 'outbound',
        first: '2026-07-02T08:00:00Z',
        last: '2026-07-02T09:00:00Z',
      }),
    ];
    expect(gathered(seen)).toMatchObject([{ host: WEB, direction: 'in', connections: 14 }]);
  });

  it('a flow between two of them is one of each, and of no connected system', () => {
    const all = gathered([aFlow({ source: web, destination: db, connections: 5 })]);
    expect(all.map(({ host, direction, connections }) => [host, direction, connections])).toEqual(
      expect.arrayContaining([
        [WEB, 'out', 5],
        [DB, 'in', 5],
      ]),
    );
    expect(connectedSystems(all, hosts)).toEqual([]);
  });

  it('what was stopped comes first, and midnight is a day, not a time', () => {
    const all = gathered([
      aFlow({ source: web, destination: outside, connections: 900 }),
      aFlow({ source: outside, destination: web, decision: 'blocked', first: '2026-07-01T09:59:00Z' }),
    ]);
    expect(all.map(({ decision, exact }) => [decision, exact])).toEqual([
      ['blocked', true],
      ['allowed', false],
    ]);
  });

  const anyFlow = fc
    .record({
      from: fc.constantFrom(web, db, outside, anEnd('203.0.113.7')),
      to: fc.constantFrom(web, db, outside),
      decision: fc.constantFrom('allowed' as const, 'blocked' as const),
      direction: fc.constantFrom('inbound' as const, 'outbound' as const, undefined),
      connections: fc.nat(1_000),
      day: fc.integer({ min: 1, max: 3 }),
    })
    .map(({ from, to, day, ...parts }) =>
      aFlow({ ...parts, source: from, destination: to, first: `2026-07-0${day}T01:00:00Z` }),
    );

  it('the order in which rows come decides nothing, and none counts more than was reported', () => {
    fc.assert(
      fc.property(fc.array(anyFlow, { maxLength: 40 }), fc.integer(), (flows, seed) => {
        const shuffled = [...flows].sort(
          (a, b) => ((a.connections * 31 + seed) % 7) - ((b.connections * 31 + seed) % 7),
        );
        expect(gathered(shuffled)).toEqual(gathered(flows));
        const reported = flows
          .filter(({ source, destination }) => [source.href, destination.href].includes(WEB))
          .reduce(
            (sum, { connections, source, destination }) =>
              sum + connections * (source.href === destination.href ? 2 : 1),
            0,
          );
        const counted = gathered(flows, new Set([WEB])).reduce(
          (sum, { connections }) => sum + connections,
          0,
        );
        expect(counted).toBeLessThanOrEqual(reported);
      }),
    );
  });
});
