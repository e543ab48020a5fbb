import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type PceSimulator, startPceSimulator } from '../../src/simulators/pce/index.ts';
import { type SlackSimulator, startSlackSimulator } from '../../src/simulators/slack/index.ts';

const root = new URL('../../', import.meta.url).pathname;
const main = process.env['DEMO_MAIN'] ?? `${root}dist/main.js`;
const skipped = existsSync(main) ? '' : ' (skipped: not built; npm run build)';
if (skipped !== '') process.stderr.write(`the program, from start to end${skipped}\n`);

const PCE_SECRET = 'pce-s3cret-cafe-4711';
const SECRETS = [
  PCE_SECRET,
  'xoxb-sim',
  'xapp-sim',
  'xoxb-wr0ng-b0t-t0ken',
  'wr0ng-pce-s3cret',
  'wr0ng-app-t0ken',
];
const VERBS = ['start', 'status', 'demo', 'check', 'replay', 'rules', 'audit', 'manifest', 'schema'];

interface Run {
  readonly child: ChildProcess;
  readonly said: { stdout: string; stderr: string };
  /** Exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
}

/** Starts the program; it is ended with the test. */
const run = (cwd: string, ...args: string[]): Run => {
  const child = spawn(process.execPath, [main, ...args], { cwd, env: { PATH: process.env['PATH'] } });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (piece: Buffer) => {
      said[name] += piece.toString();
    });
  const ended = new Promise<number | string>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal ?? '?')),
  );
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
    for (const secret of SECRETS) expect(`${said.stdout}${said.stderr}`).not.toContain(secret);
  });
  return { child, said, ended };
};

const until = async (
  holds: () => boolean | Promise<boolean>,
  ms: number,
  what: () => string,
): Promise<void> => {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what()}`);
    await delay(50);
  }
};

const within = async <T>(work: Promise<T>, ms: number): Promise<T | 'too late'> =>
  Promise.race([work, delay(ms, 'too late' as const, { ref: false })]);

const aFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'e2e-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

interface Where {
  readonly pce: string;
  readonly slack: string;
}

const config = ({ pce, slack }: Where, more: Readonly<Record<string, string>> = {}): string => `
pces:
  - name: lab
    url: ${pce}
    key: api_sim
    secret: ${more['secret'] ?? PCE_SECRET}
slack:
  mode: socket
  bot_token: ${more['bot_token'] ?? 'xoxb-sim'}
  app_token: ${more['app_token'] ?? 'xapp-sim'}
  team: T0SIM0001
  api_url: ${slack}
  request_timeout: 2s
default_channel: C0SOC0001
fallback_channel: C0FALLBK1
admin_channel: C0PCEADM1
poll: {events: 1s, health: 5s}
log: {level: debug}
`;

const aBot = async (
  where: Where,
  more: Readonly<Record<string, string>> = {},
): Promise<Run & { folder: string }> => {
  const folder = await aFolder();
  await writeFile(join(folder, 'config.yml'), config(where, more));
  return { ...run(folder, 'start'), folder };
};

const isReady = ({ said }: Run): boolean => said.stderr.includes('"msg":"ready"');

describe.skipIf(skipped !== '')(`the program, from start to end${skipped}`, () => {
  let pce: PceSimulator;
  let slack: SlackSimulator;
  let where: Where;
  beforeAll(async () => {
    pce = await startPceSimulator({ secret: PCE_SECRET, workloads: 20 });
    slack = await startSlackSimulator({ pace: 0 });
    where = { pce: pce.url, slack: slack.apiUrl };
  });
  afterAll(async () => {
    await pce.close();
    await slack.close();
  });

  it('fault 6: says ready, says so in its status, and ends with 0 within 5 s of SIGTERM', async () => {
    const bot = await aBot(where);
    await until(
      () => isReady(bot),
      15_000,
      () => bot.said.stderr,
    );
    const status = run(bot.folder, 'status');
    expect([await status.ended, status.said.stderr]).toEqual([0, '']);
    expect(status.said.stdout).toContain('ready');
    bot.child.kill('SIGTERM');
    expect(await within(bot.ended, 5_000)).toBe(0);
    const after = run(bot.folder, 'status');
    expect(await after.ended).toBe(1);
    const audit = run(bot.folder, 'audit', 'verify');
    expect([await audit.ended, audit.said.stderr]).toEqual([0, '']);
  }, 40_000);

  for (const [sentence, more, says] of [
    ['a bot token', { bot_token: 'xoxb-wr0ng-b0t-t0ken' }, 'slack.bot_token is refused: invalid_auth'],
    ['an app token', { app_token: 'xapp-wr0ng-app-t0ken' }, 'slack.app_token is refused: invalid_auth'],
    ['a PCE key', { secret: 'wr0ng-pce-s3cret' }, 'lab: the read key is not accepted'],
  ] as const)
    it(`says within 10 s that ${sentence} is refused, and ends with 1`, async () => {
      const bot = await aBot(where, more);
      expect([await within(bot.ended, 10_000), bot.said.stderr]).toEqual([1, expect.stringContaining(says)]);
      expect(bot.said.stdout).toBe('');
    }, 20_000);

  it('names every error of a configuration with file and line, and ends with 2', async () => {
    const folder = await aFolder();
    await writeFile(
      join(folder, 'config.yml'),
      config(where)
        .replace('name: lab', 'name: lab\n    colour: red')
        .replace('mode: socket', 'mode: carrier-pigeon')
        .replace('events: 1s', 'events: soon')
        .replace('C0SOC0001', '#soc-alerts'),
    );
    const bot = run(folder, 'start');
    expect(await within(bot.ended, 10_000)).toBe(2);
    for (const line of ['colour', 'slack.mode', 'poll.events', 'default_channel'])
      expect(bot.said.stderr.split('\n')).toContainEqual(
        expect.stringMatching(new RegExp(`^config\\.yml:\\d+.*${line}`)),
      );
    const check = run(folder, 'check');
    expect(await within(check.ended, 10_000)).not.toBe(0);
    expect(`${check.said.stdout}${check.said.stderr}`).toContain('slack.mode');
  }, 20_000);

  it('names the file that is missing, and ends with 2', async () => {
    const bot = run(await aFolder(), 'start', '--config', 'nowhere.yml');
    expect([await within(bot.ended, 10_000), bot.said.stderr]).toEqual([
      2,
      expect.stringContaining('nowhere.yml:1'),
    ]);
  }, 20_000);

  it('refuses a second process on the same data', async () => {
    const bot = await aBot(where);
    await until(
      () => isReady(bot),
      15_000,
      () => bot.said.stderr,
    );
    const second = run(bot.folder, 'start');
    expect(await within(second.ended, 10_000)).toBe(1);
    expect(second.said.stderr).toMatch(/in use|locked|another/i);
  }, 40_000);

  it('stays up while the PCE is away, says so in its status, and is ready when it is there', async () => {
    const away = await startPceSimulator({ secret: PCE_SECRET, workloads: 20 });
    await away.close();
    const bot = await aBot({ ...where, pce: away.url });
    await until(
      async () => existsSync(join(bot.folder, 'data', 'status.json')),
      30_000,
      () => bot.said.stderr,
    );
    const status = run(bot.folder, 'status');
    expect(await status.ended).toBe(1);
    expect(status.said.stdout + status.said.stderr).toContain('lab');
    expect(isReady(bot)).toBe(false);
    expect(bot.child.exitCode).toBeNull();
    const back = await startPceSimulator({ secret: PCE_SECRET, workloads: 20, port: away.port });
    onTestFinished(back.close);
    await until(
      () => isReady(bot),
      30_000,
      () => bot.said.stderr,
    );
  }, 90_000);

  it('ends with 0 within 5 s of SIGTERM while the PCE is away at the start', async () => {
    const away = await startPceSimulator({ secret: PCE_SECRET });
    await away.close();
    const bot = await aBot({ ...where, pce: away.url });
    await until(
      () => bot.said.stderr.includes('the PCE is away'),
      20_000,
      () => bot.said.stderr,
    );
    bot.child.kill('SIGTERM');
    expect(await within(bot.ended, 5_000)).toBe(0);
  }, 60_000);

  it('stays up while Slack is away, and is ready when it is there', async () => {
    const away = await startSlackSimulator();
    await away.close();
    const bot = await aBot({ ...where, slack: away.apiUrl });
    await until(
      () => bot.said.stderr.includes('slack is away'),
      20_000,
      () => bot.said.stderr,
    );
    const back = await startSlackSimulator({ pace: 0, port: away.port });
    onTestFinished(back.close);
    await until(
      () => isReady(bot),
      40_000,
      () => bot.said.stderr,
    );
  }, 90_000);

  for (const verb of VERBS)
    it(`${verb} --help tells how it is used, on stdout alone`, async () => {
      const help = run(root, verb, '--help');
      expect([await within(help.ended, 10_000), help.said.stderr]).toEqual([0, '']);
      expect(help.said.stdout).toMatch(new RegExp(`^Usage: illumio-chatops ${verb}`));
    }, 20_000);

  it('lists every verb, and knows no other than those that are tested here', async () => {
    const help = run(root, '--help');
    await help.ended;
    const listed = [...help.said.stdout.matchAll(/^ {2}(\w+) {2,}\S/gm)].map(([, verb]) => verb);
    expect(listed).toEqual(expect.arrayContaining(VERBS));
    for (const verb of listed.filter((one) => !VERBS.includes(one ?? ''))) {
      const more = run(root, verb ?? '', '--help');
      expect([verb, await more.ended, more.said.stderr]).toEqual([verb, 0, '']);
    }
  }, 40_000);
});
