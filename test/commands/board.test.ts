import { describe, expect, it } from 'vitest';
import { agentFigure } from '../../src/core/series/agents.ts';
import { healthFigure } from '../../src/core/series/health.ts';
import { HOUR_MS } from '../../src/core/series/sample.ts';
import { aBench, anAlert, someHosts } from '../support/asking.ts';
import { aWorkload, HOUR, T0 } from '../support/builders.ts';
import { aFlow, anEnd } from '../support/flows.ts';

const NOW = T0 / HOUR_MS;

const aNode = (name: string, percent: number) => ({
  name,
  address: undefined,
  type: 'core',
  runlevel: 5,
  metrics: (['cpu', 'memory', 'disk'] as const).map((kind, i) => ({
    kind,
    name: kind,
    level: 'normal' as const,
    percent: percent + i,
  })),
  services: { level: 'normal' as const, running: ['a', 'b'], notRunning: [] },
});
const aReading = (percent: number) => ({
  available: true as const,
  nodeAvailable: true,
  clusters: [
    {
      fqdn: 'pce.example.com',
      type: 'standalone',
      level: 'normal' as const,
      notifications: [],
      nodes: [aNode('core0.example.com', percent)],
      replication: [{ name: 'agent_db', level: 'normal' as const, lagSeconds: 2 }],
    },
  ],
});

describe('/illumio board workloads', () => {
  it('counts hosts now and against the sample of yesterday', async () => {
    const { ask, series } = aBench();
    await series.add('prod-east', NOW - 24, 'agents', {
      [agentFigure('managed', 'managed')]: 6,
      [agentFigure('managed', 'unmanaged')]: 1,
      [agentFigure('offline', 'offline')]: 0,
    });
    const said = await ask('board workloads', 'U0VIC');
    expect(said).toMatch(/Managed +4 +−2/);
    expect(said).toMatch(/Unmanaged +1 +0/);
    expect(said).toMatch(/Offline +1 +\+1/);
    expect(said).toMatch(/used in policy +0 +–/);
    expect(said).toContain('prod-east');
  });

  it('says that there is no sample of yesterday instead of showing a change from zero', async () => {
    const said = await aBench().ask('board workloads', 'U0VIC');
    expect(said).toContain('no sample of yesterday');
    expect(said).toMatch(/Managed +4 +–/);
  });

  it('compares with the hour beside it where yesterday’s was missed', async () => {
    const { ask, series } = aBench();
    await series.add('prod-east', NOW - 25, 'agents', { [agentFigure('managed', 'managed')]: 3 });
    expect(await ask('board workloads', 'U0VIC')).toMatch(/Managed +4 +\+1/);
  });

  it('shows events of agents and workloads by type, with the day before and the hours that were missed', async () => {
    const { ask, series } = aBench();
    for (let hour = NOW - 48; hour < NOW; hour += 1)
      if (hour !== NOW - 5)
        await series.add('prod-east', hour, 'events', {
          'agent.tampering': hour < NOW - 24 ? 1 : 2,
          'user.login': 5,
        });
    const said = await ask('board workloads', 'U0VIC');
    expect(said).toMatch(/agent\.tampering +46 +\+22/);
    expect(said).toContain('23 of 24 h sampled');
    expect(said).not.toContain('user.login');
  });

  it('narrowed by a label counts those hosts alone', async () => {
    expect(await aBench().ask('board workloads env=dev', 'U0VIC')).toMatch(/Managed +1 /);
  });

  it('shows all PCEs, and one with --pce; one that is still being read hides no other', async () => {
    const { ask, pces } = aBench({
      pces: { 'prod-east': someHosts, 'prod-west': [aWorkload({ name: 'w-01' })] },
    });
    const both = await ask('board workloads', 'U0VIC');
    expect(both).toContain('Agents · prod-east');
    expect(both).toContain('Agents · prod-west');
    expect(await ask('board workloads --pce prod-west', 'U0VIC')).not.toContain('prod-east');
    const [east] = pces;
    if (east !== undefined) east.pce.failing = { code: 'unavailable', message: 'the PCE is away' };
    expect(await ask('board workloads', 'U0VIC')).toMatch(/used in policy +not known/);
  });
});

describe('/illumio board pce', () => {
  it('shows each node now and at its fullest in 24 h, services, replication', async () => {
    const { ask, pce, series } = aBench();
    pce.reading = aReading(40);
    await series.add('prod-east', NOW - 3, 'health', {
      [healthFigure('core0', 'cpu', 'max')]: 88,
      [healthFigure('core0', 'memory', 'max')]: 60,
      [healthFigure('agent_db', 'replication lag', 'max')]: 31,
    });
    const said = await ask('board pce', 'U0VIC');
    expect(said).toMatch(/core0 +40 41 42 +88 60 –/);
    expect(said).toContain('All 2 services running');
    expect(said).toMatch(/agent_db +2 s +31 s/);
  });

  it('a PCE without /health (SaaS) and one that cannot be read are said beside the one that is well', async () => {
    const { ask, pces } = aBench({ pces: { 'prod-east': [], 'cloud-1': [], 'prod-west': [] } });
    const [east, cloud, west] = pces.map(({ pce }) => pce);
    if (east === undefined || cloud === undefined || west === undefined) throw new Error('three PCEs');
    east.reading = aReading(10);
    cloud.reading = { available: false, why: '404' };
    west.failing = { code: 'unavailable', message: 'the PCE is away' };
    const said = await ask('board pce', 'U0VIC');
    expect(said).toContain('not available on this PCE (SaaS)');
    expect(said).toContain('its health cannot be read: the PCE is away');
    expect(said).toMatch(/core0 +10/);
  });
});

describe('/illumio board security', () => {
  const firing = { type: 'alert-fired' } as const;
  const bench = async () => {
    const made = aBench();
    const [web, dev] = [someHosts[0], someHosts[2]];
    await made.store.commit([
      {
        ...firing,
        alert: anAlert({
          id: 'a1',
          rule: 'port-scan',
          severity: 'error',
          subject: { kind: 'ip', href: null, name: '192.0.2.66' },
          workloads: [dev?.href ?? ''],
        }),
      },
      { ...firing, alert: anAlert({ id: 'a2', workloads: [web?.href ?? ''] }) },
      { ...firing, alert: anAlert({ id: 'a3', rule: 'pce-health', severity: 'critical', workloads: [] }) },
    ]);
    made.pce.flowRows = [
      aFlow({ destination: anEnd('db-01'), service: '22/tcp', decision: 'blocked', connections: 1_204 }),
    ];
    return made;
  };

  it('shows open alerts, gravest first, who scans, whose firewall was touched, and what was blocked', async () => {
    const said = await (await bench()).ask('board security', 'U0ANA');
    expect(said).toContain('1 critical');
    expect(said.indexOf('pce-health')).toBeLessThan(said.indexOf('port-scan'));
    expect(said).toMatch(/Sources that scan +1/);
    expect(said).toMatch(/Hosts tampered with +1/);
    expect(said).toMatch(/db-01 +1,204 +0/);
    expect(said).toMatch(/22\/tcp +1,204 +0/);
    expect(said).toContain('not sampled');
  });

  it('narrowed by a label leaves out alerts about other hosts and about the PCE', async () => {
    const { ask, pce } = await bench();
    const said = await ask('board security env=dev', 'U0ANA');
    expect(said).toContain('port-scan');
    expect(said).not.toContain('pce-health');
    expect(said).not.toContain('firewall-tampering');
    expect(pce.queries[0]?.labels.length).toBe(1);
  });

  it('traffic that cannot be read hides nothing else', async () => {
    const made = await bench();
    made.pce.failing = { code: 'unavailable', message: 'the PCE is away' };
    const said = await made.ask('board security', 'U0ANA');
    expect(said).toContain('The traffic could not be read: the PCE is away');
    expect(said).toContain('port-scan');
  });

  it('is for analysts: a viewer reads which boards he may see', async () => {
    const { ask, pce } = await bench();
    expect(await ask('board security', 'U0VIC')).toContain('for analysts');
    expect(pce.queries).toEqual([]);
  });
});

it.each([
  ['board', 'security, pce and workloads'],
  ['board securty', 'Nearest: security'],
  ['board workloads web-01', 'I read "web-01"'],
  ['board workloads env=prd', 'prod'],
  ['board pce env=prod', 'labels do not narrow it'],
  ['board pce --pce nowhere', 'There is no PCE "nowhere"'],
])('%s: a problem that says what was expected', async (text, words) => {
  expect(await aBench().ask(text, 'U0ANA')).toContain(words);
});

it('a board of the last hour is no older than it says', async () => {
  const { ask, clock } = aBench();
  await clock.advance(HOUR);
  expect(await ask('board workloads', 'U0VIC')).toContain('inventory 1 h');
});
