import { describe, expect, it } from 'vitest';
import { parseHealth } from '../../src/core/health.ts';
import { pceFixture } from '../support/fixture.ts';

describe('the health of a PCE', () => {
  for (const file of ['health-19', 'health-25'] as const)
    it(`is read of the release in ${file}: clusters, nodes, services, replication`, () => {
      const clusters = parseHealth(pceFixture(file));
      expect(clusters.length).toBeGreaterThan(0);
      for (const { fqdn, nodes } of clusters) {
        expect(fqdn).not.toBe('');
        expect(nodes.length).toBeGreaterThan(0);
        for (const { name, services, metrics } of nodes) {
          expect(name).not.toBe('');
          expect(services.running.length + services.notRunning.length).toBeGreaterThan(0);
          expect(metrics.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['cpu', 'memory', 'disk']));
        }
      }
    });

  for (const [status, level] of [
    ['normal', 'normal'],
    [undefined, 'normal'],
    ['warning', 'warning'],
    ['critical', 'error'],
    ['error', 'error'],
    ['something-new', 'warning'],
    [7, 'warning'],
  ] as const)
    it(`takes the status ${String(status)} for ${level}`, () =>
      expect(parseHealth([{ fqdn: 'p', status }])[0]?.level).toBe(level));

  it('finds services in either nesting', () => {
    const inner = { running: ['a'], not_running: ['b'] };
    for (const services of [inner, { status: 'warning', services: inner }])
      expect(parseHealth([{ nodes: [{ hostname: 'n', services }] }])[0]?.nodes[0]?.services).toMatchObject({
        running: ['a'],
        notRunning: ['b'],
      });
  });

  it('says that a node does not answer, rather than that it is well', () =>
    expect(parseHealth([{ nodes: [{ ip_address: '192.0.2.1' }] }])[0]?.nodes[0]).toMatchObject({
      name: '192.0.2.1',
      runlevel: undefined,
      metrics: [],
    }));

  it('reads anything without throwing', () => {
    for (const odd of [
      null,
      undefined,
      7,
      'x',
      {},
      [null],
      [[]],
      [{ nodes: 7, network: [], notifications: 'x' }],
    ])
      expect(Array.isArray(parseHealth(odd))).toBe(true);
  });
});
