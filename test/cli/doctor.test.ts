import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verb } from '../../src/cli/doctor.ts';
import type { Check } from '../../src/cli/doctor-check.ts';
import { aLiveWorld, type LiveWorld } from '../support/live.ts';

interface Report {
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

const examine = async (world: LiveWorld, ...args: string[]) => {
  const { code, stdout, stderr } = await world.run(verb, '--json', ...args);
  expect(stdout).toHaveLength(1);
  const report = JSON.parse(stdout[0] ?? '') as Report;
  const one = (id: string): Check => {
    const found = report.checks.find((check) => check.id === id);
    if (found === undefined) throw new Error(`no check ${id}`);
    return found;
  };
  return { code, stderr, report, one, failing: report.checks.filter(({ ok }) => ok === false) };
};

/** Writes other words into the configuration. */
const put =
  (from: string | RegExp, to: string) =>
  async (world: LiveWorld): Promise<void> =>
    world.change((config) => config.replace(from, to));

const refusing =
  (path: string, method: string, status = 403) =>
  async ({ pce }: LiveWorld): Promise<void> =>
    void pce.control.fault({ path, method, kind: 'status', status });

const scopesWithout =
  (...gone: string[]) =>
  async ({ slack }: LiveWorld): Promise<void> => {
    const scopes = (slack.control.state()['scopes'] as string[]).filter((one) => !gone.includes(one));
    await slack.control.scopes({ scopes });
  };

describe('doctor in a healthy world', () => {
  it('finds that everything holds, and says what it saw', async () => {
    const { code, report, one, stderr } = await examine(await aLiveWorld());
    expect(report.checks.filter(({ ok }) => ok !== true)).toEqual([]);
    expect({ code, ok: report.ok, stderr }).toEqual({ code: 0, ok: true, stderr: [] });
    expect(report.checks.every(({ fix }) => fix === null)).toBe(true);
    expect(one('pce.east.workloads').detail).toBe('60 workloads, 54 managed');
    expect(one('pce.east.version').detail).toBe('25.2.0');
    expect(one('pce.east.events').detail).toMatch(/^\d+ in the last hour; none is older than a day$/);
    expect(one('pce.east.enforcement').detail).toMatch(
      /refused on 1 idle, 2 visibility_only and 6 unmanaged/,
    );
    expect(one('pce.east.effect').detail).toMatch(
      /^one host of each app and env, \d+ in all: \d+ isolated; the management path \(22\/tcp and 3389\/tcp\) is closed$/,
    );
    expect(one('pce.east.write-key').detail).toMatch(/It is the read key/);
    expect(one('pce.east.read-rights').detail).toMatch(/^may change 54 of 54 hosts looked at, and /);
    expect(one('slack.channel.C0GENERAL').detail).toBe('#general (routes[0].channel)');
    expect(one('slack.group.S0SECOPS1').detail).toBe('@secops (roles.responder[0]): 2 members: maya and jo');
    expect(one('slack.away').detail).toBe('criticals go to siem while Slack is away');
    expect(one('output.siem').detail).toMatch(/^127\.0\.0\.1:\d+ can be connected to; nothing was sent$/);
  });

  it('prints one aligned line per check and a last one that counts them', async () => {
    const { code, stdout } = await (await aLiveWorld()).run(verb);
    expect(code).toBe(0);
    const columns = new Set(stdout.slice(0, -1).map((line) => /^\S+ +\S+ +/.exec(line)?.[0].length));
    expect(columns.size).toBe(1);
    expect(stdout.at(-1)).toBe(`${stdout.length - 1} checks, none fails`);
  });

  it('leaves nothing behind: no write, no query, no connection, no file', async () => {
    const world = await aLiveWorld();
    await examine(world);
    const { requests, writes } = world.pce.control.state();
    expect(writes).toEqual([]);
    const changing = requests.filter(({ method }) => method !== 'GET');
    expect(changing.map(({ method, status }) => `${method} ${status}`)).toEqual(['POST 202', 'DELETE 204']);
    const state = world.slack.control.state();
    expect(state['connections']).toBe(0);
    expect((state['calls'] as { method: string }[]).some(({ method }) => method.startsWith('chat.'))).toBe(
      false,
    );
    expect((await examine(world)).one('data.folder').detail).toMatch(/is made at the first start/);
  });
});

/** [what is broken, how, the ids that fail, words of the first one's fix] */
const BROKEN: readonly (readonly [string, (world: LiveWorld) => Promise<void>, readonly string[], RegExp])[] =
  [
    [
      'the PCE is down',
      put('http://127.0.0.1:', 'http://127.0.0.1:1 #'),
      ['pce.east.reachable'],
      /curl -v http:\/\/127\.0\.0\.1:1\/api\/v2\/node_available/,
    ],
    ['the address is no TLS server', put('url: http:', 'url: https:'), ['pce.east.reachable'], /ca_file/],
    ['the PCE is ill', refusing('/node_available', 'GET', 502), ['pce.east.reachable'], /firewall/],
    [
      'the secret is wrong',
      put('secret: simsecret', 'secret: wrong'),
      ['pce.east.read-key'],
      /API key .* secret/,
    ],
    [
      'the organisation is another',
      put('key: api_sim', 'org: 77\n    key: api_sim'),
      ['pce.east.read-key'],
      /Set org/,
    ],
    [
      'the clocks are 2 min apart',
      async ({ pce }) => void pce.control.clock({ advance_ms: 120_000 }),
      ['pce.east.clock'],
      /NTP/,
    ],
    [
      'nobody listens where an output leads',
      put(/outputs: .*/, 'outputs: [{name: siem, type: syslog, host: 127.0.0.1, port: 9, tls: false}]'),
      ['output.siem'],
      /firewall between/,
    ],
    ['an output speaks no TLS', put('tls: false', 'tls: true'), ['output.siem'], /for TLS at ca_file/],
    [
      'a webhook leads to this machine and that is not listed',
      put(/outputs: .*/, 'outputs: [{name: hook, type: webhook, url: "http://127.0.0.1:9/"}]'),
      ['output.hook'],
      /its address/,
    ],
    ['the read key has expired', put('2120-01-01', '2020-01-01'), ['pce.east.key-expiry'], /new API key/],
    [
      'the read key ends in less than 14 days',
      async (world) => {
        const day = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
        world.change((config) => config.replace('2120-01-01', day));
      },
      ['pce.east.key-expiry'],
      /expires/,
    ],
    ['events may not be read', refusing('/events', 'GET'), ['pce.east.events'], /role that may read events/],
    [
      'workloads may not be read',
      refusing('/workloads', 'GET'),
      ['pce.east.workloads'],
      /role that may read work/,
    ],
    [
      'the read key may not make traffic queries',
      refusing('/async_queries', 'POST'),
      ['pce.east.traffic'],
      /add traffic_key and traffic_secret/,
    ],
    [
      'the traffic key is wrong',
      put('write_key:', 'traffic_key: api_x\n    traffic_secret: y\n    write_key:'),
      ['pce.east.traffic'],
      /traffic_secret/,
    ],
    [
      'the write key is wrong',
      put('write_secret: simsecret', 'write_secret: x'),
      ['pce.east.write-key'],
      /write_secret/,
    ],
    [
      'quarantine is configured and nobody may write',
      put('    write_key: api_sim\n    write_secret: simsecret\n', ''),
      ['pce.east.write-key'],
      /Add write_key/,
    ],
    [
      'the quarantine label does not exist',
      put('Quarantine: Severe', 'Quarantine: Sever'),
      ['pce.east.quarantine-labels'],
      /quarantine\.labels/,
    ],
    [
      'no provisioned rule denies what has the quarantine label',
      put('Quarantine: Severe', 'Quarantine: Mild'),
      ['pce.east.policy', 'pce.east.effect'],
      /override-deny rules .* provision/,
    ],
    [
      'Slack is out of reach',
      put(/api_url: .*/, 'api_url: http://127.0.0.1:1/api/'),
      ['slack.bot-token', 'slack.app-token'],
      /firewall/,
    ],
    ['the bot token is wrong', put('xoxb-sim', 'xoxb-wrong'), ['slack.bot-token'], /OAuth & Permissions/],
    ['the app token is wrong', put('xapp-sim', 'xapp-wrong'), ['slack.app-token'], /connections:write/],
    [
      'the token is of another workspace',
      put('T0SIM0001', 'T0ELSE0001'),
      ['slack.team'],
      /Set slack\.team to T0SIM0001/,
    ],
    ['a scope is missing', scopesWithout('files:write'), ['slack.scopes'], /reinstall/],
    [
      'the scope of user groups is missing',
      scopesWithout('usergroups:read'),
      ['slack.scopes', 'slack.group.S0SECOPS1', 'slack.group.S0LEADS01'],
      /manifest/,
    ],
    [
      'the bot is not in a channel',
      put('C0GENERAL', 'C0NOTMEM1'),
      ['slack.channel.C0NOTMEM1'],
      /\/invite @illumio in #random/,
    ],
    ['a channel is archived', put('C0GENERAL', 'C0ARCHIV1'), ['slack.channel.C0ARCHIV1'], /Unarchive/],
    ['a channel is shared', put('C0GENERAL', 'C0SHARED1'), ['slack.channel.C0SHARED1'], /own workspace/],
    ['a channel does not exist', put('C0GENERAL', 'C0NOSUCH1'), ['slack.channel.C0NOSUCH1'], /Copy the id/],
    [
      'a user group is disabled',
      async ({ slack }) => void (await slack.control.group({ id: 'S0SECOPS1', disabled: true })),
      ['slack.group.S0SECOPS1'],
      /Enable/,
    ],
    [
      'a user group is empty',
      async ({ slack }) => void (await slack.control.group({ id: 'S0SECOPS1', users: [] })),
      ['slack.group.S0SECOPS1'],
      /Add people/,
    ],
    [
      'a user group does not exist',
      put('S0LEADS01', 'S0NOSUCH1'),
      ['slack.group.S0NOSUCH1'],
      /Copy group ID/,
    ],
    ['an approver is a guest', put('U0ANA0001', 'U0GUEST01'), ['slack.person.U0GUEST01'], /full member/],
    [
      'an admin is of another workspace',
      put('U0OPS0001', 'U0OTTO001'),
      ['slack.person.U0OTTO001'],
      /member ID/,
    ],
    [
      'the data folder is a file',
      async ({ cwd }) => writeFileSync(join(cwd, 'data'), ''),
      ['data.folder', 'data.lock'],
      /chown/,
    ],
  ];

describe('doctor names the one thing that is broken', () => {
  it.each(BROKEN)('%s', async (_, breakIt, ids, fix) => {
    const world = await aLiveWorld();
    await breakIt(world);
    const { code, report, failing } = await examine(world);
    expect(failing.map(({ id }) => id)).toEqual(ids);
    expect({ code, ok: report.ok }).toEqual({ code: 1, ok: false });
    expect(failing[0]?.fix).toMatch(fix);
    for (const check of failing) expect(check.fix, check.id).toMatch(/^[A-Z].{15,}[\w)]\.?$/u);
    const said = JSON.stringify(report);
    for (const secret of ['simsecret', 'xoxb-sim', 'xapp-sim']) expect(said).not.toContain(secret);
  });

  it('prints a failing check with its way out', async () => {
    const world = await aLiveWorld();
    await put('C0GENERAL', 'C0ARCHIV1')(world);
    const { code, stdout } = await world.run(verb);
    expect(code).toBe(1);
    expect(stdout.find((line) => line.startsWith('FAIL'))).toMatch(
      /^FAIL {2}slack\.channel\.C0ARCHIV1 +routes\[0\]\.channel names #old-incidents, which is archived → Unarchive it/,
    );
    expect(stdout.at(-1)).toMatch(/checks, 1 failed$/);
  });
});

/** [what is so, how it came to be, id, what is said, true or null = not looked at] */
const NOTED: readonly (readonly [
  string,
  (world: LiveWorld) => Promise<void>,
  string,
  RegExp,
  true | null,
])[] = [
  [
    'clocks a little apart are noted',
    async ({ pce }) => void pce.control.clock({ advance_ms: 10_000 }),
    'pce.east.clock',
    /^(9|10) s ahead of ours/,
    true,
  ],
  [
    'without an output it is said who hears of nothing',
    put(/outputs: .*/, 'outputs: []'),
    'slack.away',
    /criticals can reach nobody while Slack is away/,
    true,
  ],
  [
    'a PCE without /health is no failure',
    async ({ pce }) => pce.control.health({ available: false }),
    'pce.east.health',
    /404.*SaaS/,
    true,
  ],
  [
    'events as old as a week are seen',
    async ({ pce }) => {
      const timestamp = new Date(Date.now() - 8 * 86_400_000).toISOString();
      pce.control.events({ event_type: 'user.login', timestamp });
    },
    'pce.east.events',
    /they reach back 7 d or more$/,
    true,
  ],
  ['a key without end', put('    expires: 2120-01-01\n', ''), 'pce.east.key-expiry', /nothing warns/, true],
  [
    'what needs a right key is not looked at without one',
    put('secret: simsecret', 'secret: wrong'),
    'pce.east.workloads',
    /not looked at: the read key is not accepted/,
    null,
  ],
  [
    'nor is a PCE that is out of reach',
    put('http://127.0.0.1:', 'http://127.0.0.1:1 #'),
    'pce.east.read-key',
    /out of reach/,
    null,
  ],
  [
    'a PCE that is only read, beside one that is written to',
    put('slack:\n', '  - {name: west, url: "http://127.0.0.1:1", key: api_w, secret: w}\nslack:\n'),
    'pce.west.write-key',
    /out of reach/,
    null,
  ],
  [
    'the policy of strategy replace is not looked at',
    put(
      'strategy: deny\n  labels: {Quarantine: Severe}',
      'strategy: replace\n  labels: {app: hr, env: dev, loc: fra}',
    ),
    'pce.east.policy',
    /not looked at yet/,
    null,
  ],
  [
    'without quarantine it says what there is to choose',
    put('quarantine:\n  strategy: deny\n  labels: {Quarantine: Severe}\n', ''),
    'quarantine',
    /off: no strategy is chosen\. deny adds .*replace sets/,
    true,
  ],
  [
    'a scope that is optional costs what is said',
    scopesWithout('channels:history'),
    'slack.scopes',
    /channels:history is missing: such an alert is sent again, marked as a possible repeat/,
    true,
  ],
  [
    'a quarantine that would wait is counted',
    async ({ pce }) => {
      const [href] =
        Object.entries(pce.control.state().workloads).find(
          ([, one]) => (one as { online?: unknown }).online === true,
        ) ?? [];
      pce.control.workload({ href: href ?? '', status: 'suspended' });
    },
    'pce.east.enforcement',
    /; \d+ offline or suspended now: there it takes effect when they return$/,
    true,
  ],
  [
    'without the bot token no channel is looked at',
    put('xoxb-sim', 'xoxb-wrong'),
    'slack.channels',
    /not looked at/,
    null,
  ],
  [
    'a signing secret cannot be tried',
    put('app_token: xapp-sim', 'mode: http\n  signing_secret: abc\n  port: 0'),
    'slack.signing-secret',
    /only a request/,
    null,
  ],
  [
    'a living bot holds the data folder',
    async ({ cwd }) => {
      mkdirSync(join(cwd, 'data'));
      writeFileSync(join(cwd, 'data/lock'), JSON.stringify({ pid: process.pid }));
    },
    'data.lock',
    new RegExp(`held by process ${process.pid}`),
    true,
  ],
  [
    'what a dead bot left does not hold it',
    async ({ cwd }) => {
      mkdirSync(join(cwd, 'data'));
      writeFileSync(
        join(cwd, 'data/lock'),
        JSON.stringify({ pid: process.pid, started: 'an earlier boot 1' }),
      );
    },
    'data.lock',
    /free/,
    true,
  ],
];

describe('doctor notes', () => {
  it.each(NOTED)('%s', async (_, arrange, id, detail, ok) => {
    const world = await aLiveWorld();
    await arrange(world);
    const check = (await examine(world)).one(id);
    expect(check.detail).toMatch(detail);
    expect(check.ok).toBe(ok);
  });
});

describe('doctor --post', () => {
  const testsIn = ({ slack }: LiveWorld) =>
    (slack.control.state()['channels'] as { id: string; messages: { deleted: boolean }[] }[]).flatMap(
      ({ id, messages }) => messages.map(({ deleted }) => `${id} ${deleted ? 'removed' : 'stands'}`),
    );

  it('posts once to every channel the bot posts to, and removes it', async () => {
    const world = await aLiveWorld();
    const { code, report } = await examine(world, '--post');
    expect(code).toBe(0);
    const channels = ['C0SOC0001', 'C0FALLBK1', 'C0PCEADM1', 'C0ANNOUN1', 'C0GENERAL'];
    expect(report.checks.filter(({ id }) => id.startsWith('slack.post.')).map(({ id }) => id)).toEqual(
      channels.map((id) => `slack.post.${id}`),
    );
    expect(testsIn(world).sort()).toEqual(channels.map((id) => `${id} removed`).sort());
  });

  it('posts nothing where it may not, and fails where Slack does not let it', async () => {
    const world = await aLiveWorld();
    await put('C0GENERAL', 'C0SHARED1')(world);
    await world.slack.control.faults({
      method: 'chat.postMessage',
      channel: 'C0ANNOUN1',
      kind: 'ok_false',
      error: 'restricted_action',
    });
    const { code, failing } = await examine(world, '--post');
    expect(code).toBe(1);
    expect(failing.map(({ id }) => id)).toEqual(['slack.channel.C0SHARED1', 'slack.post.C0ANNOUN1']);
    expect(testsIn(world)).toHaveLength(3);
  });
});

describe('doctor with a wrong configuration', () => {
  it('exits 2 and tells every error as a check, in one document', async () => {
    const world = await aLiveWorld();
    world.change((config) => `${config}wach: []\n`);
    const { code, report } = await examine(world);
    expect(code).toBe(2);
    expect(report).toEqual({
      ok: false,
      checks: [
        {
          id: 'config',
          ok: false,
          detail: expect.stringMatching(/^config\.yml:\d+: wach is not a setting$/),
          fix: 'did you mean watch?',
        },
      ],
    });
  });
});
