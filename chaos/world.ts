import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { Readable } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Step } from '../src/core/step.ts';
import { type PceSimulator, startPceSimulator } from '../src/simulators/pce/index.ts';
import { type SlackSimulator, startSlackSimulator } from '../src/simulators/slack/index.ts';
import { configFor } from './config.ts';
import type { Options } from './options.ts';
import { openReceivers, type Receiver } from './receivers/index.ts';

/** Where a bot kills itself: at the n-th time it reaches a step. */
export interface KillPoint {
  readonly step: Step;
  readonly nth: number;
}

/** Both simulators, and the bot as a process of its own with its state in a temporary folder. */
export interface ChaosWorld {
  readonly pce: PceSimulator;
  readonly slack: SlackSimulator;
  /** What the bot's outputs lead to; none without --outputs. */
  readonly receivers: readonly Receiver[];
  /** The bot's data and its log. */
  readonly folder: string;
  /** Resolves when the bot has begun; loading its modules is done by then. */
  start(at?: KillPoint): Promise<void>;
  running(): boolean;
  /** Ends the bot at once. @returns whether it was running */
  kill(): Promise<boolean>;
  /** Resolves when the bot has ended, or after so long. @returns whether a kill signal ended it by then */
  diedWithin(ms: number): Promise<boolean>;
  /** Starts of the bot, and how often it ended without having been killed. */
  counts(): { readonly starts: number; readonly ownEnds: readonly string[] };
  close(options: { readonly keep: boolean }): Promise<void>;
}

interface Spare {
  readonly bot: ChildProcess;
  readonly loaded: Promise<unknown>;
}

/** Twenty workloads of the fleet's pattern hold eighteen with a VEN. */
const fleetFor = (alerts: number): number => Math.ceil(alerts / 18) * 20;

/** This file runs as .tmp/chaos/chaos/world.js: the repository is three folders up. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PRELOAD = new URL('./preload.js', import.meta.url).href;

export const openWorld = async (options: Options): Promise<ChaosWorld> => {
  const { seed, pace, alerts, order } = options;
  // 300 polls a minute are asked for on purpose; the limit of 500 a minute is the PCE tests' matter.
  const pce = await startPceSimulator({
    seed,
    workloads: fleetFor(alerts),
    rateLimit: { perMinute: 100_000 },
    timings: { job: 100 },
  });
  const slack = await startSlackSimulator({ seed, pace });
  if (!options.history) {
    const scopes = slack.control.state()['scopes'] as readonly string[];
    await slack.control.scopes({ scopes: scopes.filter((scope) => !scope.endsWith(':history')) });
  }
  const folder = await mkdtemp(join(tmpdir(), 'illumio-chatops-chaos-'));
  const config = join(folder, 'config.yml');
  const receivers = options.outputs ? await openReceivers(folder) : [];
  await writeFile(config, configFor({ pceUrl: pce.url, slackApiUrl: slack.apiUrl, receivers }, options));
  const log = openSync(join(folder, 'bot.log'), 'a');
  const main = process.env['CHAOS_MAIN'] ?? join(ROOT, 'dist/main.js');
  const entry =
    order === 'as built'
      ? [main, 'start']
      : [fileURLToPath(new URL('./bent.js', import.meta.url)), main, order];

  const modules = order === 'as built' ? startModuleOf(main) : new URL('app.js', pathToFileURL(main)).href;

  let child: ChildProcess | undefined;
  let starts = 0;
  const ownEnds: string[] = [];

  /** A bot that has loaded its modules and waits to be let go (see preload.ts). */
  const load = (): Spare => {
    const bot = spawn(
      process.execPath,
      ['--import', PRELOAD, ...entry, '--config', config, '--data', join(folder, 'data')],
      {
        stdio: ['pipe', 'pipe', log],
        env: { ...process.env, CHAOS_MODULES: modules },
      },
    );
    const loaded = Promise.race([once(bot.stdout as Readable, 'data'), once(bot, 'exit')]);
    return { bot, loaded };
  };
  let spare = load();

  const running = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null;

  return {
    pce,
    slack,
    receivers,
    folder,
    running,
    async start(at) {
      const { bot: started, loaded } = spare;
      await loaded;
      starts += 1;
      child = started;
      started.stdin?.end(at === undefined ? 'go\n' : `${at.nth} ${at.step}\n`);
      const start = starts;
      started.once('exit', (code, signal) => {
        if (signal !== 'SIGKILL') ownEnds.push(`start ${start}: ${code ?? signal}`);
      });
      spare = load();
    },
    async kill() {
      if (child === undefined || !running()) return false;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      return true;
    },
    async diedWithin(ms) {
      if (child !== undefined && running()) {
        const late = new AbortController();
        const timer = setTimeout(() => late.abort(), ms);
        await once(child, 'exit', { signal: late.signal }).catch(() => {});
        clearTimeout(timer);
      }
      return child?.signalCode === 'SIGKILL';
    },
    counts: () => ({ starts, ownEnds }),
    async close({ keep }) {
      for (const one of [child, spare.bot])
        if (one !== undefined && one.exitCode === null && one.signalCode === null) {
          one.kill('SIGKILL');
          await once(one, 'exit');
        }
      await pce.close();
      await slack.close();
      for (const receiver of receivers) await receiver.close();
      closeSync(log);
      if (!keep) await rm(folder, { recursive: true, force: true });
    },
  };
};

/** What `start` loads, as the built main file names it: the joined modules, not the single ones that stand beside them. */
const startModuleOf = (main: string): string => {
  const [, path] = /import\(["'](\.\/[^"']*\bstart\b[^"']*)["']\)/.exec(readFileSync(main, 'utf8')) ?? [];
  if (path === undefined) throw new Error(`${main} does not say what start loads`);
  return new URL(path, pathToFileURL(main)).href;
};
