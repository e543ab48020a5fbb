import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, type Settings } from '../../src/core/settings.ts';
import { brief, deps, MINIMAL, valid } from '../support/config.ts';

describe('a minimal configuration', () => {
  it('gets every default of design §9', () => {
    expect(valid(MINIMAL).settings).toEqual({
      pces: [
        {
          name: 'east',
          url: 'https://pce.example.com:8443',
          uiUrl: 'https://pce.example.com:8443',
          org: 1,
          read: { key: 'api_1', secret: 'hush' },
          write: undefined,
          traffic: undefined,
          expires: undefined,
          caFile: undefined,
        },
      ],
      slack: {
        mode: 'socket',
        botToken: 'xoxb-1',
        appToken: 'xapp-1',
        signingSecret: undefined,
        port: undefined,
        team: 'T0SIM0001',
        apiUrl: 'https://slack.com/api/',
        requestTimeoutMs: 10_000,
        connections: 2,
      },
      routes: [],
      channels: {
        fallthrough: 'C0ALERTS01',
        fallback: 'C0BACKUP01',
        admin: 'C0ALERTS01',
        announce: undefined,
        share: [],
      },
      roles: { viewer: undefined, analyst: [], responder: [], approver: [], admin: [] },
      quarantine: undefined,
      management: { sources: [], services: [] },
      never: [],
      protected: [
        ...['dc', 'dns', 'dhcp', 'ntp', 'ad', 'ldap', 'radius', 'jump', 'bastion', 'vcenter', 'esx'],
        ...['backup', 'siem', 'proxy', 'lb'],
      ].map((role) => `role=${role}*`),
      highValue: [],
      watch: [],
      zones: [],
      ephemeral: [],
      shared: [],
      scanners: [],
      internal: [],
      watchGroups: ['env'],
      spikeGroups: ['env=prod*'],
      automation: [],
      limits: DEFAULT_LIMITS,
      poll: { events: 30_000, sweep: 600_000, health: 60_000, traffic: 300_000 },
      rules: {},
      http: undefined,
      folding: true,
      log: { level: 'info' },
    } satisfies Settings);
  });

  it('warns that criticals reach nobody while Slack is away, and of nothing else', () => {
    expect(valid(MINIMAL).warnings.map(({ path }) => path)).toEqual(['outputs']);
  });

  it('sends what has no channel to the admin channel, and that to the default channel', () => {
    const { channels } = valid(
      `${MINIMAL.replace(/^fallback.*\n/m, '')}admin_channel: C0BOTOPS01\n`,
    ).settings;
    expect(channels).toMatchObject({ admin: 'C0BOTOPS01', fallback: 'C0BOTOPS01' });
  });

  it('takes a key without a value as not written', () => {
    expect(valid(`${MINIMAL}roles:\nrules:\n  csrf:\nnever:\n`).settings).toMatchObject({
      roles: { responder: [] },
      rules: { csrf: { enabled: true, options: {} } },
      never: [],
    });
  });
});

describe('values as the program uses them', () => {
  it.each<[string, string, Partial<Settings>]>([
    [
      'seconds, minutes and hours become ms',
      'poll: {events: 45s, sweep: 15m, health: 1h}',
      { poll: { events: 45_000, sweep: 900_000, health: 3_600_000, traffic: 300_000 } },
    ],
    [
      'a cron expression stays one',
      'poll: {events: "*/30 * * * * *", sweep: "0  6-22/2 * * mon-fri"}',
      { poll: { events: '*/30 * * * * *', sweep: '0 6-22/2 * * mon-fri', health: 60_000, traffic: 300_000 } },
    ],
    [
      'a route',
      'routes: [{match: {rule: [csrf], severity: error+, pce: east, labels: env=prod}, channel: C0PROD001, group_by: [rule, subject], notify: {critical: S0ONCALL1}, continue: true}]',
      {
        routes: [
          {
            match: { rules: ['csrf'], minSeverity: 'error', pce: 'east', labels: 'env=prod' },
            channel: 'C0PROD001',
            groupBy: ['rule', 'subject'],
            notify: { critical: 'S0ONCALL1' },
            goOn: true,
          },
        ],
      },
    ],
    [
      'a route for everything',
      'routes: [{channel: C0PROD001}]',
      {
        routes: [
          {
            match: { rules: [], minSeverity: 'info', pce: undefined, labels: undefined },
            channel: 'C0PROD001',
            groupBy: ['rule'],
            notify: {},
            goOn: false,
          },
        ],
      },
    ],
    [
      'the gravest severity needs no plus',
      'routes: [{match: {severity: critical}, channel: C0PROD001}]',
      {
        routes: [
          {
            match: { rules: [], minSeverity: 'critical', pce: undefined, labels: undefined },
            channel: 'C0PROD001',
            groupBy: ['rule'],
            notify: {},
            goOn: false,
          },
        ],
      },
    ],
    [
      'people and groups',
      'announce_channel: C0TELL001\nroles: {responder: [{members: [T0SIM0001/U0MAYA001, S0ONCALL1], labels: env=dev, channels: [C0ALERTS01], actions: [release]}], approver: [E0GRID0001/W0JO00001]}',
      {
        roles: {
          viewer: undefined,
          analyst: [],
          responder: [
            {
              members: [{ team: 'T0SIM0001', user: 'U0MAYA001' }, { group: 'S0ONCALL1' }],
              labels: 'env=dev',
              channels: ['C0ALERTS01'],
              actions: ['release'],
            },
          ],
          approver: [{ team: 'E0GRID0001', user: 'W0JO00001' }],
          admin: [],
        },
      },
    ],
    [
      'quarantine by a deny rule',
      'quarantine: {strategy: deny}',
      { quarantine: { strategy: 'deny', labels: { Quarantine: 'Severe' } } },
    ],
    [
      'a rule with its options as written',
      'rules: {ven-offline: {enabled: false, severity: error, hosts: 7}}',
      { rules: { 'ven-offline': { enabled: false, severity: 'error', options: { hosts: 7 } } } },
    ],
    [
      'a protected list of its own replaces the shipped one',
      'protected: [role=db*]',
      { protected: ['role=db*'] },
    ],
    [
      'a port for probes, and a switch to call with whatever belongs to its address',
      'http: {port: 9464, ping: "https://hc.example.com/ping/1/?from=bot"}',
      { http: { port: 9464, ping: 'https://hc.example.com/ping/1/?from=bot' } },
    ],
    [
      'boards and digests have their times unless said',
      'boards: [{board: pce, channel: C0BOARDS01}]\ndigests: [{channel: C0BOARDS01}]',
      {
        boards: [{ board: 'pce', channel: 'C0BOARDS01', everyMs: 900_000 }],
        digests: [{ channel: 'C0BOARDS01', cron: '0 8 * * *', zone: 'UTC' }],
      },
    ],
    ['acting alone can be allowed', 'break_glass: true', { limits: { ...DEFAULT_LIMITS, breakGlass: true } }],
    [
      'who joins a group waits for its role for an hour unless said, whatever quarantine is',
      'join_hold: 15m',
      { limits: { ...DEFAULT_LIMITS, joinHoldMs: 900_000 } },
    ],
    [
      'what a scan is not, and which groups are counted',
      'scanners: [{host: 192.0.2.44, owner: vm, expires: 2030-12-31}]\ninternal: [10.0.0.0/8]\nwatch_groups: [app]\nspike_groups: [role=web]\npoll: {traffic: 10m}',
      {
        scanners: [{ host: '192.0.2.44', owner: 'vm', expires: Date.parse('2030-12-31') }],
        internal: ['10.0.0.0/8'],
        watchGroups: ['app'],
        spikeGroups: ['role=web'],
      },
    ],
    ['a section without anything is one that is left out', 'http:\n', { http: undefined }],
  ])('%s', (_, text, expected) => {
    expect(valid(`${MINIMAL}${text}\n`).settings).toMatchObject(expected);
  });

  it.each([
    ['a date is its first moment in UTC', '2026-12-31', Date.UTC(2026, 11, 31)],
    ['a time with a zone is that moment', '2026-12-31T18:00:00+02:00', Date.UTC(2026, 11, 31, 16)],
  ])('%s', (_, text, at) => {
    const { settings } = valid(MINIMAL.replace('secret: hush', `secret: hush, expires: ${text}`));
    expect(settings.pces[0]?.expires).toBe(at);
  });

  it.each([
    ['https loses its last slash', 'https://pce.example.com:8443/', 'https://pce.example.com:8443'],
    ['http is read for this machine', 'http://127.0.0.1:8443', 'http://127.0.0.1:8443'],
    ['http is read for localhost', 'http://localhost:8443/', 'http://localhost:8443'],
    ['http is read for ::1', 'http://[::1]:8443', 'http://[::1]:8443'],
    ['a path is kept: a proxy may need it', 'https://gate.example.com/pce', 'https://gate.example.com/pce'],
  ])('%s', (_, url, expected) => {
    expect(valid(MINIMAL.replace('https://pce.example.com:8443', url)).settings.pces[0]?.url).toBe(expected);
  });

  it('takes the other PCEs of a supercluster', () => {
    const { settings } = valid(
      MINIMAL.replace('secret: hush', 'secret: hush, members: ["https://b.example.com:8443/"]'),
    );
    expect(settings.pces[0]?.members).toEqual(['https://b.example.com:8443']);
  });

  it('finds the certificate beside the configuration', () => {
    const files = { '/etc/bot/ca.pem': '-----BEGIN CERTIFICATE-----\n…' };
    const text = MINIMAL.replace('secret: hush', 'secret: hush, ca_file: ca.pem');
    const { settings } = valid(text, deps({ file: '/etc/bot/config.yml', files }));
    expect(settings.pces[0]?.caFile).toBe('/etc/bot/ca.pem');
  });
});

describe('what is allowed and probably not meant is a warning', () => {
  it.each([
    [
      'one channel for everything',
      MINIMAL.replace(/^fallback.*\n/m, ''),
      ['1 fallback_channel is the default channel: when that is archived, nobody hears of it'],
    ],
    [
      'quarantine that nobody can use',
      `${MINIMAL}quarantine: {strategy: deny}\nprotected: []\n`,
      [
        '5 quarantine is configured, but no PCE has a write_key: it stays off',
        '5 quarantine is configured, but nobody is a responder',
        '5 quarantine is configured, but nobody is an approver: what needs a second person lapses',
        '6 protected is empty: domain controllers and DNS may be isolated by one person',
      ],
    ],
  ])('%s', (_, text, expected) => {
    const others = valid(text).warnings.filter(({ path }) => path !== 'outputs');
    expect(others.map(brief)).toEqual(expected);
  });
});
