import { describe, expect, it } from 'vitest';
import { commands } from '../../src/commands/index.ts';
import type { Alert, Incident } from '../../src/core/alert.ts';
import { ACTION_ROLES } from '../../src/core/authorise.ts';
import type { HealthNode } from '../../src/core/health.ts';
import { optionsIn } from '../../src/views/option-words.ts';
import { aBench, anAlert, someRoles } from '../support/asking.ts';
import { anIncident, aSubject, aWorkload, HOUR, MINUTE, T0 } from '../support/builders.ts';
import { aChannel } from '../support/fakes.ts';

const node = (name: string, parts: Partial<HealthNode> = {}): HealthNode => ({
  name,
  address: undefined,
  type: 'core',
  runlevel: 5,
  metrics: [
    { kind: 'cpu', name: 'cpu', level: 'normal', percent: 20 },
    { kind: 'disk', name: 'disk', level: 'normal', percent: 40 },
  ],
  services: { level: 'normal', running: Array(19).fill('service'), notRunning: [] },
  ...parts,
});

const cluster = (nodes: HealthNode[]) => ({
  fqdn: 'pce.example.com',
  type: 'standalone',
  level: 'normal' as const,
  nodes,
  replication: [{ name: 'agent', level: 'normal' as const, lagSeconds: 2 }],
  notifications: [],
});

describe('/illumio health', () => {
  it('says first what is wrong, then a line per node', async () => {
    const bench = aBench();
    const full = node('core1', { metrics: [{ kind: 'disk', name: 'disk', level: 'warning', percent: 91 }] });
    bench.pce.reading = { available: true, nodeAvailable: true, clusters: [cluster([full, node('core0')])] };
    expect(await bench.ask('health')).toBe(
      [
        'prod-east: warning — core1 disk 91 %. All 38 services running; replication lag 2 s.',
        '• core1 · disk 91 % (warning) · 19 services running',
        '• core0 · cpu 20 % · disk 40 % · 19 services running',
      ].join('\n'),
    );
  });

  it('names what does not run and the node that does not answer', async () => {
    const bench = aBench();
    const sick = node('core1', {
      runlevel: undefined,
      services: { level: 'error', running: ['a'], notRunning: ['agent_service'] },
    });
    bench.pce.reading = { available: true, nodeAvailable: false, clusters: [cluster([sick])] };
    const said = await bench.ask('health');
    expect(said).toContain(
      'prod-east: error — core1 does not run agent_service and no node takes requests. 1 of 2 services running',
    );
    expect(said).toContain('core1 · did not answer');
  });

  it('a SaaS PCE has no such page', async () => {
    const bench = aBench();
    bench.pce.reading = { available: false, why: 'HTTP 404' };
    expect(await bench.ask('health')).toBe(
      'prod-east: /health is not available on this PCE (SaaS); API answers in 240 ms.',
    );
  });

  it('one PCE that cannot be read does not hide the other', async () => {
    const bench = aBench({ pces: { 'prod-east': [], 'prod-west': [] } });
    bench.pce.failing = { code: 'timeout', message: 'no answer within 10 s' };
    const said = await bench.ask('health');
    expect(said).toContain('prod-east: its health cannot be read: no answer within 10 s.');
    expect(said).toContain('prod-west: normal.');
  });
});

const incident = ({ rule, fingerprint, severity }: Alert): Incident =>
  anIncident({ id: 'incident01', channel: 'C0SOC', rule, alerts: [fingerprint], severity });

describe('/illumio alerts', () => {
  it('says of what fires unseen why nobody was told', async () => {
    const bench = aBench();
    const hidden = (id: string, kind: 'silenced' | 'inhibited') => ({
      type: 'alert-fired' as const,
      alert: anAlert({ id, held: { kind, by: 'x', at: T0 } }),
    });
    await bench.store.commit([hidden('alert000000A', 'silenced'), hidden('alert000000B', 'inhibited')]);
    const said = await bench.ask('alerts', 'U0VIC');
    expect(said).toContain('silenced, not posted · `alert000000A`');
    expect(said).toContain('explained by another alert, not posted · `alert000000B`');
  });

  it('lists what fires, newest first, with who has it and the id to ask about', async () => {
    const bench = aBench();
    const old = anAlert({
      id: 'alert000000A',
      subject: aSubject('web-02'),
      title: 'Firewall tampering on web-02',
      firstAt: T0 - HOUR,
      count: 7,
    });
    await bench.store.commit([
      { type: 'alert-fired', alert: old },
      { type: 'alert-fired', alert: anAlert() },
      {
        type: 'alert-acknowledged',
        fingerprint: old.fingerprint,
        by: { team: 'T1', user: 'U0MAYA' },
        at: T0,
      },
    ]);
    expect(await bench.ask('alerts', 'U0VIC')).toBe(
      [
        '2 open alerts on prod-east',
        '🟠 *Firewall tampering on web-01* — error since 10:00 UTC · `alert0000001`',
        '🟠 *Firewall tampering on web-02* — error ×7 since 09:00 UTC, acknowledged by u0maya · `alert000000A`',
        '/illumio why followed by an id tells what was said about it and why',
      ].join('\n'),
    );
  });

  it('ten of many', async () => {
    const bench = aBench();
    await bench.store.commit(
      Array.from({ length: 14 }, (_, at) => ({
        type: 'alert-fired' as const,
        alert: anAlert({ id: `alert${at}`, fingerprint: `f${at}` }),
      })),
    );
    expect(await bench.ask('alerts')).toContain('[Next] [CSV of all]\nand 4 more · page 1 of 2');
    const last = await bench.ask('alerts --page 2');
    expect(last).toContain('[Back] [CSV of all]\npage 2 of 2');
    expect(last.split('error since')).toHaveLength(5);
    await bench.ask('alerts --files', 'U0VIC');
    expect(String(bench.chat.files.at(-1)?.content).trim().split('\r\n')).toHaveLength(15);
  });

  it('says that there is none', async () =>
    expect(await aBench().ask('alerts')).toBe('No open alerts on prod-east.'));
});

describe('/illumio why', () => {
  const told = async () => {
    const bench = aBench();
    const alert = anAlert({ event: '/orgs/1/events/e-1', quiet: { until: T0 + HOUR, stepMs: HOUR } });
    const delivery = {
      key: 'incident01.first.0',
      incident: 'incident01',
      reason: 'first',
      channel: 'C0SOC',
      place: 'root',
      alerts: [alert.fingerprint],
      queuedAt: T0,
      state: 'queued',
      tries: 0,
      notBefore: T0,
    } as const;
    await bench.store.commit([
      { type: 'alert-fired', alert },
      { type: 'incident-opened', incident: incident(alert) },
      { type: 'delivery-queued', delivery },
    ]);
    return { bench, delivery };
  };

  it('tells rule, event, channel and reason, from what is stored', async () => {
    const { bench, delivery } = await told();
    await bench.store.commit([
      { type: 'delivery-intent', key: delivery.key, at: T0, channel: 'C0SOC' },
      { type: 'delivery-sent', key: delivery.key, channel: 'C0SOC', ts: '1.1', at: T0 + MINUTE, revision: 0 },
    ]);
    expect(await bench.ask('why alert0000001', 'U0VIC')).toBe(
      [
        'Firewall tampering on web-01 — error, firing',
        'Rule firewall-tampering: The host firewall was changed outside Illumio.',
        'First seen 2026-11-22 10:00 UTC, last 2026-11-22 10:00 UTC, 1 time.',
        'Repeats are only counted until 2026-11-22 11:00 UTC (quiet period).',
        'Event on prod-east: `/orgs/1/events/e-1`',
        'In #C0SOC, a message of its own, open',
        '• Said 2026-11-22 10:01 UTC because its incident opened',
        'alert alert0000001 · confirmations are kept for 48 h',
      ].join('\n'),
    );
  });

  for (const [sentence, words] of [
    ['by its event', 'why /orgs/1/events/e-1'],
    ['by the last part of its event', 'why e-1'],
    ['by its host', 'why WEB-01'],
  ] as const)
    it(`is found ${sentence}, and what waits is said`, async () => {
      const { bench } = await told();
      await bench.clock.advance(5_000);
      expect(await bench.ask(words)).toContain('• Waits to be sent for 5 s, because its incident opened');
    });

  it('an id nobody knows gets the nearest', async () => {
    const { bench } = await told();
    expect(await bench.ask('why alert0000002')).toContain(
      'I know no alert "alert0000002", and none names it as its event or host. Nearest: alert0000001',
    );
    expect(await bench.ask('why')).toContain('I expected one alert id, event or host');
  });
});

describe('/illumio status', () => {
  it('says how far it has read, what waits and how much it asks', async () => {
    expect(await aBench().ask('status', 'U0VIC')).toBe(
      [
        '✓ I am working for 2 h now.',
        'Slack: 2 of 2 connections.',
        'No message waits to be sent.',
        'Rules: as the configuration file says; nothing was changed in Slack.',
        'prod-east answers.',
        'Events evaluated up to 09:59 UTC, 20 s behind now; 48,211 seen since the start.',
        'Last poll 12 s ago; 8.4 calls/min.',
        'Inventory: 5 workloads, 4 managed, 40 s old.',
        'version 0.1.0',
      ].join('\n'),
    );
  });
  it('takes no further words', async () =>
    expect(await aBench().ask('status now')).toContain('I read "now"'));
});

describe('/illumio test', () => {
  it('posts where alerts go and says so', async () => {
    const bench = aBench();
    expect(await bench.ask('test')).toBe('✓ The test alert was posted in #C0SOC.');
    expect(bench.chat.posts).toMatchObject([{ channel: 'C0SOC' }]);
  });
  it('finds a channel of the configuration by name, and any by id', async () => {
    const bench = aBench();
    expect(await bench.ask('test #team')).toContain('#C0TEAM');
    expect(await bench.ask('test <#C0ELSE|elsewhere>')).toContain('#C0ELSE');
  });
  const cases: readonly (readonly [string, string, string])[] = [
    ['a name nobody uses gets the nearest', 'test #soc-alert', 'called "soc-alert". Nearest: soc-alerts.'],
    [
      'a channel without the bot',
      'test C0OUT',
      'the bot is not in it. Invite it with /invite (not_in_channel)',
    ],
    ['a channel that is gone', 'test C0GONE', 'the channel is gone or archived'],
    ['a channel shared with others', 'test C0SHARED', 'is shared with another organisation'],
    ['two channels', 'test #team #soc-alerts', 'I read "#soc-alerts" too'],
  ];
  for (const [sentence, words, says] of cases)
    it(`${sentence}: nothing is posted`, async () => {
      const bench = aBench();
      bench.chat.channels.set('C0OUT', aChannel('C0OUT', { member: false }));
      bench.chat.channels.set('C0SHARED', aChannel('C0SHARED', { external: true }));
      expect(await bench.ask(words)).toContain(says);
      expect(bench.chat.posts).toEqual([]);
    });
});

describe('/illumio help', () => {
  it('has a line per command, and is what an empty command gives', async () => {
    const bench = aBench();
    const said = await bench.ask('help', 'U0VIC');
    for (const { examples, summary } of commands) expect(said).toContain(`• ${examples[0]} — ${summary}`);
    expect(await bench.ask('')).toBe(said);
  });

  it('uses a host and a label of theirs', async () => {
    const bench = aBench({ pces: { lab: [aWorkload({ name: 'erp-7', labels: 'env=Lab' })] } });
    expect(await bench.ask('help')).toContain('• /illumio workload erp-7 —');
    expect(await bench.ask('help top')).toContain('/illumio top src env=Lab');
    expect(await bench.ask('help health')).toContain('/illumio health --pce lab');
    expect(await bench.ask('help test')).toContain('/illumio test C0SOC');
  });

  it('of a command says how it is written, what its options mean, and who may', async () => {
    const said = await aBench().ask('help top');
    for (const words of [
      '[--since 24h',
      'how far back',
      'labels: env=prod',
      'rows, at most 50',
      'Role it needs: analyst',
    ])
      expect(said).toContain(words);
    expect(await aBench().ask('help status')).toContain('Role it needs: viewer');
  });

  it.each(commands.map(({ id, usage }) => [id, usage]))('every option of %s has its words', (_, usage) => {
    const said = optionsIn(usage)
      .map(({ option }) => option)
      .join(' ');
    for (const [option] of usage.matchAll(/(?<=[[ |])--?[a-z]+/g)) expect(said).toContain(option);
  });

  it('every command has three examples and a role that is the one of the table', () => {
    for (const { id, examples, role } of commands) {
      expect(new Set(examples).size).toBe(3);
      expect([(ACTION_ROLES as Record<string, unknown>)[id]].flat()).toContain(role);
    }
  });

  for (const { id, examples } of commands)
    it(`the examples of ${id} work as they stand`, async () => {
      for (const example of examples) {
        const asApprover = { ...someRoles, approver: [{ team: 'T1', user: 'U0MAYA' }] };
        const bench = aBench({ settings: { roles: asApprover } });
        await bench.store.commit([{ type: 'alert-fired', alert: anAlert() }]);
        const said = await bench.ask(example.replace('/illumio ', ''), 'U0MAYA', 'C0TEAM');
        expect(said).not.toMatch(/I expected|does not know|There is no (?:command|label|PCE)|can't/);
      }
    });

  it('of a command that does not exist', async () =>
    expect(await aBench().ask('help tpo')).toContain('There is no command "tpo". Nearest: top.'));
});
