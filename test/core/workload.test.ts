import { describe, expect, it } from 'vitest';
import { parseWorkload, uuidOf, workloadOfVen } from '../../src/core/workload.ts';

const HREF = '/orgs/1/workloads/0c3a1a52-1111-4000-8000-000000000001';
const read = (row: object) => parseWorkload({ href: HREF, ...row });

describe('a workload as a PCE sends it', () => {
  it('is nothing without an href', () => {
    for (const row of [{}, { href: 7 }, null, 'x', []]) expect(parseWorkload(row)).toBeUndefined();
  });

  it('is readable with nothing but its href: unknown stays unknown', () =>
    expect(read({})).toMatchObject({
      href: HREF,
      name: uuidOf(HREF),
      managed: false,
      online: undefined,
      mode: undefined,
      labels: [],
      ven: undefined,
      policy: { sync: undefined, appliedAt: undefined },
    }));

  for (const [sentence, row, name] of [
    ['its hostname', { hostname: 'web-01', name: 'front' }, 'web-01'],
    ['else its name', { hostname: '', name: 'front' }, 'front'],
    ['else an address', { interfaces: [{ name: 'eth0', address: '192.0.2.1' }] }, '192.0.2.1'],
    ['else the end of its href', { hostname: null, name: null, interfaces: [] }, uuidOf(HREF)],
  ] as const)
    it(`is called by ${sentence}`, () => expect(read(row)?.name).toBe(name));

  for (const [sentence, row, mode] of [
    ['enforcement_mode', { enforcement_mode: 'selective' }, 'selective'],
    ['the mode of a release before 20.2', { agent: { config: { mode: 'illuminated' } } }, 'visibility_only'],
    ['enforced, as it was called', { agent: { config: { mode: 'enforced' } } }, 'full'],
    ['a mode nobody knows', { enforcement_mode: 'turbo' }, undefined],
  ] as const)
    it(`has a mode from ${sentence}`, () => expect(read(row)?.mode).toBe(mode));

  for (const [sentence, row, managed] of [
    ['said so', { managed: true }, true],
    ['said not', { managed: false, agent: { href: '/orgs/1/agents/1' } }, false],
    ['not said, with an agent', { agent: { href: '/orgs/1/agents/1' } }, true],
    ['not said, with a VEN', { ven: { href: '/orgs/1/vens/1' } }, true],
    ['not said, without', {}, false],
  ] as const)
    it(`is managed or not: ${sentence}`, () => expect(read(row)?.managed).toBe(managed));

  it('has its VEN, from the old shape and the new', () => {
    expect(
      read({
        agent: {
          href: '/orgs/1/agents/7',
          status: { agent_version: '18.2.0', status: 'active', last_heartbeat_on: '2026-11-22T10:00:00Z' },
        },
      })?.ven,
    ).toMatchObject({
      agentHref: '/orgs/1/agents/7',
      version: '18.2.0',
      status: 'active',
      heartbeatAt: Date.parse('2026-11-22T10:00:00Z'),
    });
    expect(
      read({
        ven: { href: '/orgs/1/vens/7', status: 'suspended', version: '25.2.0', ven_type: 'endpoint' },
      })?.ven,
    ).toMatchObject({ href: '/orgs/1/vens/7', status: 'suspended', version: '25.2.0', kind: 'endpoint' });
  });

  it('keeps labels that carry only an href under the key "?": neither lost nor mistaken for absent', () => {
    const row = {
      labels: [{ href: '/orgs/1/labels/1' }, { href: '/orgs/1/labels/2', key: 'env', value: 'prod' }],
    };
    expect(read(row)?.labels).toEqual([
      { href: '/orgs/1/labels/1', key: '?', value: '/orgs/1/labels/1' },
      { href: '/orgs/1/labels/2', key: 'env', value: 'prod' },
    ]);
    const known = (href: string) => ({ href, key: 'app', value: 'shop' });
    expect(parseWorkload({ href: HREF, ...row }, known)?.labels[0]).toMatchObject({
      key: 'app',
      value: 'shop',
    });
  });

  it('shows the part of the operating system people know', () => {
    expect(read({ os_detail: '5.15.0-113-generic #123 SMP (Ubuntu 22.04.5 LTS)', os_id: 'u' })?.os).toBe(
      'Ubuntu 22.04.5 LTS',
    );
    expect(read({ os_id: 'ubuntu-x86_64' })?.os).toBe('ubuntu-x86_64');
  });

  it('has open services only where it was read alone', () => {
    expect(read({})).not.toHaveProperty('services');
    expect(
      read({
        services: {
          open_service_ports: [{ port: 443, protocol: 6, process_name: 'nginx' }, { protocol: 17 }],
        },
      })?.services,
    ).toEqual([{ port: 443, protocol: 6, process: 'nginx' }]);
  });

  it('survives anything where something else was expected', () => {
    for (const odd of [null, 7, 'x', [], {}, [null], { a: [] }])
      expect(
        read({
          labels: odd,
          interfaces: odd,
          agent: odd,
          ven: odd,
          services: odd,
          hostname: odd,
          managed: odd,
        }),
      ).toMatchObject({ href: HREF });
  });

  it('is the one its VEN stands for', () =>
    expect(workloadOfVen('/orgs/1/vens/abc')).toBe('/orgs/1/workloads/abc'));
});
