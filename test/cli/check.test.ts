import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { verb } from '../../src/cli/check.ts';
import { MINIMAL } from '../support/config.ts';
import { anEdge } from '../support/edge.ts';

const cwd = mkdtempSync(join(tmpdir(), 'check-'));
afterAll(() => rmSync(cwd, { recursive: true }));

const write = (name: string, text: string): void => writeFileSync(join(cwd, name), text);
const check = async (...args: string[]) => {
  const edge = anEdge({ cwd, env: { TOKEN: 'xoxb-1' } });
  return { code: await verb.run(args, edge), ...edge };
};

/** With a way out for criticals while Slack is away: nothing to warn of. */
const CALM = `${MINIMAL}outputs: [{name: siem, type: syslog, host: siem.example.com}]\n`;

const ROUTED = `${CALM}routes:
  - match: {rule: [firewall-tampering], severity: error+, labels: env=prod}
    channel: C0PROD0001
    notify: {critical: S0ONCALL1}
`;

write('config.yml', CALM.replace('xoxb-1', '"$' + '{TOKEN}"'));
write('bad.yml', `${MINIMAL}wach: []\nlog: {level: loud}\n`);
write('routed.yml', ROUTED);
write('warned.yml', CALM.replace(/^fallback.*\n/m, ''));
write('secret.yml', MINIMAL.replace('secret: hush', 'secret_file: pce.txt'));
write('pce.txt', 'hush\n');

describe('check', () => {
  it('reads ./config.yml, says it is valid and exits 0', async () => {
    const { code, stdout } = await check();
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: ['config.yml is valid: 1 PCE, 0 routes, 0 warnings'],
    });
  });

  it('prints every error with file, line, path and way out, and exits 2', async () => {
    const { code, stdout } = await check('--config', 'bad.yml');
    expect(code).toBe(2);
    expect(stdout).toEqual([
      'bad.yml:5: wach is not a setting (did you mean watch?)',
      'bad.yml:6: log.level must be one of debug, info, warn, error (known: debug, info, warn, error)',
      'bad.yml: 2 errors',
    ]);
  });

  it('prints one JSON document with --json', async () => {
    const { code, stdout } = await check('--config', 'bad.yml', '--json');
    expect(code).toBe(2);
    expect(stdout).toHaveLength(1);
    expect(JSON.parse(stdout[0] ?? '')).toMatchObject({
      ok: false,
      errors: [
        { file: 'bad.yml', line: 5, path: 'wach' },
        { line: 6, path: 'log.level' },
      ],
      warnings: [],
    });
  });

  it('shows warnings and still exits 0', async () => {
    const { code, stdout } = await check('--config', 'warned.yml');
    expect(code).toBe(0);
    expect(stdout[0]).toMatch(/^warning: warned\.yml:1: fallback_channel /);
  });

  it('reads secret files from beside the configuration', async () => {
    expect((await check('--config', join(cwd, 'secret.yml'))).code).toBe(0);
  });

  it('tells a missing file like any other configuration error', async () => {
    const { code, stdout } = await check('--config', 'nope.yml', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout[0] ?? '').errors[0]).toMatchObject({
      file: 'nope.yml',
      message: 'The file cannot be read: there is no such file.',
    });
  });
});

describe('check --route', () => {
  it.each([
    [
      'the route that matches, with its mention',
      'rule=firewall-tampering,severity=critical,env=prod',
      ['to C0PROD0001, mentioning S0ONCALL1'],
    ],
    [
      'without a mention where none is set',
      'rule=firewall-tampering,severity=error,env=prod',
      ['to C0PROD0001'],
    ],
    [
      'the default channel when no route matches',
      'rule=firewall-tampering,severity=error,env=dev',
      ['to C0ALERTS01'],
    ],
    [
      'the default channel when too mild',
      'rule=firewall-tampering,severity=warning,env=prod',
      ['to C0ALERTS01'],
    ],
  ])('names %s', async (_, route, expected) => {
    const { code, stdout } = await check('--config', 'routed.yml', '--route', route);
    expect(code).toBe(0);
    expect(stdout.slice(0, -1)).toEqual(expected);
  });

  it('gives the same in JSON', async () => {
    const { stdout } = await check(
      '--config',
      'routed.yml',
      '--json',
      '--route=severity=critical,rule=firewall-tampering,env=prod',
    );
    expect(JSON.parse(stdout[0] ?? '')).toMatchObject({
      ok: true,
      routes: [{ channel: 'C0PROD0001', mention: 'S0ONCALL1' }],
    });
  });

  it.each([
    ['an unknown rule', 'rule=firewall-tamperin', /did you mean firewall-tampering\?/],
    ['an unknown PCE', 'pce=wset', /known: east/],
    ['an unknown severity', 'severity=fatal', /known: info, warning/],
    ['a word that is no pair', 'env', /env=prod/],
  ])('refuses %s with exit 2', async (_, route, expected) => {
    const { code, stderr, stdout } = await check('--config', 'routed.yml', '--route', route);
    expect({ code, stdout }).toEqual({ code: 2, stdout: [] });
    expect(stderr[0]).toMatch(expected);
  });

  it('names what people changed of the rules in Slack while the bot runs, and nothing when it does not', async () => {
    const change = { rule: 'csrf', what: 'off', byName: 'Olu Ops', at: 0, state: 'holds' };
    const status = (at: number): void =>
      write('status.json', JSON.stringify({ at, pid: 7, status: { changes: [change] } }));
    status(Date.now());
    expect((await check('--data', '.')).stdout[0]).toBe(
      'rule csrf: off, changed in Slack by Olu Ops (in force), 1970-01-01T00:00:00.000Z',
    );
    expect(JSON.parse((await check('--data', '.', '--json')).stdout[0] ?? '')).toMatchObject({
      changes: [change],
    });
    status(Date.now() - 60_000);
    expect((await check('--data', '.')).stdout).toHaveLength(1);
  });
});
