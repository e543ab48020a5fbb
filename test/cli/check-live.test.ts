import { describe, expect, it } from 'vitest';
import { verb } from '../../src/cli/check.ts';
import type { ConfigProblem } from '../../src/config/problem.ts';
import { aLiveWorld, type LiveWorld } from '../support/live.ts';

const check = async (world: LiveWorld) => {
  const { code, stdout } = await world.run(verb, '--live', '--json');
  expect(stdout).toHaveLength(1);
  const report = JSON.parse(stdout[0] ?? '') as {
    ok: boolean;
    errors: ConfigProblem[];
    warnings: ConfigProblem[];
  };
  return { code, ...report };
};

/** `routes[0].channel names … (hint)`, and that it stands on a line of the file with its last key. */
const placed = ({ config }: LiveWorld, { line, path, message, hint }: ConfigProblem): string => {
  const key = path.split('.').at(-1)?.replace(/\[.*/, '') ?? '';
  expect(config.split('\n')[line - 1], `${path} on line ${line}`).toContain(key);
  return `${path} ${message} (${hint})`;
};

describe('check --live', () => {
  it('finds nothing in a healthy world', async () => {
    expect(await check(await aLiveWorld())).toEqual({ code: 0, ok: true, errors: [], warnings: [] });
  });

  it('prints errors like those of the file, and how many', async () => {
    const world = await aLiveWorld();
    world.change((config) => config.replace('labels: env=prod}', 'labels: env=prdo}'));
    const { code, stdout } = await world.run(verb, '--live');
    expect(code).toBe(2);
    expect(stdout).toEqual([
      expect.stringMatching(
        /^config\.yml:\d+: routes\[0\]\.match\.labels names env=prdo, which no PCE has \(did you mean env=prod\?\)$/,
      ),
      'config.yml: 1 error',
    ]);
  });

  it('asks nobody without --live', async () => {
    const world = await aLiveWorld();
    world.change((config) => config.replace('C0GENERAL', 'C0NOSUCH1'));
    expect((await world.run(verb)).code).toBe(0);
    expect(world.pce.control.state().requests).toEqual([]);
    expect(world.slack.control.state()['calls']).toEqual([]);
  });
});

/** [what is wrong, in place of what, what is written, what is said] */
const WRONG: readonly (readonly [string, string, string, RegExp])[] = [
  [
    'a value of high_value',
    'app=pay env=prod"',
    'app=pya env=prod"',
    /^high_value\[0\] names app=pya.*did you mean app=pay/,
  ],
  [
    'a key of high_value',
    '"app=pay env',
    '"ap=pay env',
    /^high_value\[0\] names the label key ap, .*did you mean app/,
  ],
  ['a value among several', 'labels: env=prod}', 'labels: "env=prod,stgae"}', /names env=stgae.*env=stage/],
  ['a negated value', 'labels: env=prod}', 'labels: env!=prdo}', /names env=prdo/],
  ['a pattern nothing matches', 'labels: env=prod}', 'labels: env=qa*}', /names env=qa\*, .*values of env: /],
  [
    'the scope of a role',
    'labels: env=dev}',
    'labels: env=deev}',
    /^roles\.responder\[0\]\.labels names env=deev/,
  ],
  ['watch', 'protected:', 'watch: [loc=ffa]\nprotected:', /^watch\[0\] names loc=ffa.*loc=fra/],
  ['ephemeral', 'protected:', 'ephemeral: [role=ci]\nprotected:', /^ephemeral\[0\] names role=ci/],
  ['a zone', 'protected:', 'zones: [prdo*]\nprotected:', /^zones\[0\] names env=prdo\*/],
  [
    'never, by label',
    'protected:',
    'never: [host.example.com, role=dbx]\nprotected:',
    /^never\[1\] names role=dbx.*role=db/,
  ],
  ['protected, by an exact label', 'role=dc*', 'role=dcc', /^protected\[0\] names role=dcc.*role=dc/],
  [
    'what routes group by',
    'channel: C0GENERAL',
    'channel: C0GENERAL\n    group_by: [apps]',
    /^routes\[0\]\.group_by\[0\] names the label key apps/,
  ],
  [
    'the quarantine label',
    'Quarantine: Severe',
    'Quarantine: severe',
    /^quarantine\.labels\.Quarantine names Quarantine=severe, which east does not have.*Severe/,
  ],
  [
    'a channel that is not there',
    'C0GENERAL',
    'C0NOSUCH1',
    /^routes\[0\]\.channel names a channel that does not exist/,
  ],
  [
    'a channel without the bot',
    'C0ANNOUN1',
    'C0NOTMEM1',
    /^announce_channel names #random, which the bot is not in.*\/invite/,
  ],
  [
    'an archived channel',
    'C0FALLBK1',
    'C0ARCHIV1',
    /^fallback_channel names #old-incidents, which is archived/,
  ],
  ['a shared channel', 'C0SOC0001', 'C0SHARED1', /^default_channel names #shared-vendor, which is shared/],
  [
    'another workspace',
    'team: T0SIM0001',
    'team: T0ELSE0001',
    /^slack\.team is not the workspace of bot_token: that is T0SIM0001/,
  ],
];

describe('check --live tells at its line', () => {
  it.each(WRONG)('%s', async (_, from, to, said) => {
    const world = await aLiveWorld();
    world.change((config) => config.replace(from, to));
    const { code, ok, errors } = await check(world);
    expect({ code, ok, count: errors.length }).toEqual({ code: 2, ok: false, count: 1 });
    for (const error of errors) expect(placed(world, error)).toMatch(said);
  });

  /** [list, what is warned of] */
  const PROTECTED: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'a pattern of ours matches none',
      'protected: ["role=dc*", "role=dns*"]',
      ['protected[1] matches no workload'],
    ],
    [
      'none of ours matches',
      'protected: ["role=dns*", "role=ntp*"]',
      ['protected matches no workload: every'],
    ],
    ['the shipped list matches some', '', []],
  ];
  it.each(PROTECTED)('as a warning when %s', async (_, list, expected) => {
    const world = await aLiveWorld();
    world.change((config) => config.replace('protected: ["role=dc*"]', list));
    const { code, errors, warnings } = await check(world);
    expect({ code, errors }).toEqual({ code: 0, errors: [] });
    expect(warnings.map(({ path, message }) => `${path} ${message}`)).toEqual(
      expected.map((text) => expect.stringContaining(text)),
    );
  });

  it('a PCE that does not answer, saying nothing of labels it may have: exit 1', async () => {
    const world = await aLiveWorld();
    world.change((config) =>
      config
        .replace('slack:\n', '  - {name: west, url: "http://127.0.0.1:1", key: api_w, secret: w}\nslack:\n')
        .replace('env=prod"', 'env=west-only"'),
    );
    const { code, errors, warnings } = await check(world);
    expect(code).toBe(1);
    expect(errors.map(({ path, message }) => `${path} ${message}`)).toEqual([
      'pces[1] cannot be asked for its labels: connection refused',
    ]);
    expect(warnings).toEqual([]);
  });

  it('a token that is refused: exit 1', async () => {
    const world = await aLiveWorld();
    world.change((config) => config.replace('xoxb-sim', 'xoxb-wrong'));
    const { code, errors } = await check(world);
    expect(code).toBe(1);
    expect(errors).toMatchObject([
      { path: 'slack', message: 'cannot be asked for its channels: invalid_auth' },
    ]);
  });
});
