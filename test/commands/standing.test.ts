import { describe, expect, it } from 'vitest';
import { PceError } from '../../src/core/ports.ts';
import { aBench } from '../support/asking.ts';
import { aWorkload, HOUR, MINUTE, T0 } from '../support/builders.ts';

const hosts = [
  aWorkload({ name: 'well-01', labels: 'env=prod' }),
  aWorkload({ name: 'gone-01', labels: 'env=prod', online: false, ven: { heartbeatAt: T0 - 25 * HOUR } }),
  aWorkload({ name: 'never-01', online: false, ven: { heartbeatAt: undefined } }),
  aWorkload({ name: 'short-01', online: false, ven: { heartbeatAt: T0 - 23 * HOUR } }),
  aWorkload({ name: 'held-01', ven: { status: 'suspended' } }),
  aWorkload({ name: 'twin-01', ven: { conditions: ['agent.clone_detected'] } }),
  aWorkload({
    name: 'sick-01',
    ven: { conditions: ['agent.policy_deploy_failed', 'agent.missed_heartbeats'] },
  }),
  aWorkload({ name: 'late-01', ven: { conditions: ['agent.missed_heartbeats'] } }),
  aWorkload({ name: 'bare-01', managed: false, online: false }),
];

describe('/illumio standing', () => {
  it('lists by rule what already is so, with since when', async () => {
    const bench = aBench({ pces: { 'prod-east': hosts } });
    const said = await bench.ask('standing');
    expect(said).toContain('VEN offline: 2 hosts on prod-east (ven-offline)');
    expect(said).toContain('gone-01 · env=prod · last heard');
    expect(said).toContain('never-01 · no labels · never heard of');
    expect(said).toContain('VEN suspended: 1 host on prod-east');
    expect(said).toContain('twin-01 · no labels · cloned');
    expect(said).toContain('sick-01 · no labels · policy deploy failed');
    for (const name of ['well-01', 'short-01', 'late-01', 'bare-01']) expect(said).not.toContain(name);
  });

  it('names what is not well with the PCE, and says so when it cannot be read', async () => {
    const bench = aBench({ pces: { 'prod-east': [] } });
    bench.pce.reading = {
      available: true,
      nodeAvailable: true,
      clusters: [
        {
          fqdn: 'pce.example.com',
          type: 'standalone',
          level: 'warning',
          replication: [],
          notifications: [],
          nodes: [
            {
              name: 'core1',
              address: undefined,
              type: 'core',
              runlevel: 5,
              metrics: [{ kind: 'disk', name: 'disk', level: 'warning', percent: 91 }],
              services: { level: 'normal', running: ['a'], notRunning: [] },
            },
          ],
        },
      ],
    };
    expect(await bench.ask('standing')).toContain('disk of core1 at 91 %');
  });

  it('says that nothing stands open', async () => {
    const bench = aBench({ pces: { 'prod-east': hosts.slice(0, 1) } });
    expect(await bench.ask('standing')).toContain('Nothing stands open');
  });

  it('lists all in the file where the message names ten', async () => {
    const many = Array.from({ length: 14 }, (_, n) =>
      aWorkload({ name: `off-${n}`, online: false, ven: { heartbeatAt: T0 - 30 * HOUR - n * MINUTE } }),
    );
    const bench = aBench({ pces: { 'prod-east': many } });
    expect(await bench.ask('standing')).toContain('and 4 more, in the file');
    await bench.ask('standing --files');
    const [file] = bench.chat.files;
    expect(String(file?.content).split('\r\n')).toHaveLength(16);
    expect(file?.content).toContain(
      '"prod-east","ven-offline","off-13","no labels","last heard","2026-11-21T03:47:00.000Z"',
    );
  });

  it('waits for the workloads to be read', async () => {
    expect(await aBench({ read: false }).ask('standing')).toContain(
      'I am still reading the workloads of prod-east',
    );
  });

  it('names drafts that wait for more than a week, and says so when they cannot be read', async () => {
    const bench = aBench({ pces: { 'prod-east': [] } });
    const draft = (name: string, days: number) => ({
      kind: 'rule set',
      href: `/orgs/1/sec_policy/draft/rule_sets/${name}`,
      name,
      change: 'changed' as const,
      by: { href: '/users/11', name: 'jdoe' },
      at: T0 - days * 24 * HOUR,
    });
    bench.pce.pending = async () => [draft('Reporting', 8), draft('Backup', 6)];
    const said = await bench.ask('standing');
    expect(said).toContain('Drafts older than 7 days: 1 object on prod-east');
    expect(said).toContain('Reporting · rule set, changed by jdoe');
    expect(said).not.toContain('Backup');
    bench.pce.pending = async () => {
      throw new PceError('forbidden', 'this key may not read the policy');
    };
    expect(await bench.ask('standing')).toContain(
      'prod-east: its drafts cannot be read: this key may not read the policy',
    );
  });
});
