import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SCOPES } from '../../adapters/slack/manifest.ts';
import type { PceSimulator } from '../../simulators/pce/index.ts';
import type { SlackSimulator } from '../../simulators/slack/index.ts';
import { MAIN } from '../about.ts';
import { type DemoPace, demoConfig } from './config.ts';
import { demoHistory } from './history.ts';

/** Both simulators and the real bot as a process of its own, talking over loopback sockets, with its state in a temporary folder. */
export interface DemoWorld {
  readonly pce: PceSimulator;
  readonly slack: SlackSimulator;
  readonly dataDir: string;
  /** Starts the bot; resolves when it logs "ready". Rejects with what it printed when it ends before. */
  startBot(): Promise<void>;
  /** Ends the bot; resolves with its exit code, null when the signal ended it. */
  stopBot(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
  /** Everything the bot has logged. */
  log(): string;
  /** Runs another verb of the CLI on the same configuration and data. */
  cli(...args: readonly string[]): Promise<{ readonly code: number | null; readonly out: string }>;
  close(): Promise<void>;
}

const READY_MS = 30_000;

/** Starts the simulators; the bot is started by the caller. */
export const openWorld = async (options: {
  readonly port: number;
  readonly pace: DemoPace;
  readonly postsPerSecond: number;
}): Promise<DemoWorld> => {
  const { startPceSimulator } = await import('../../simulators/pce/index.ts');
  const { startSlackSimulator } = await import('../../simulators/slack/index.ts');
  const pce = await startPceSimulator({ port: 0, seed: 7 });
  const slack = await startSlackSimulator({ port: options.port, pace: options.postsPerSecond });
  // The app is installed as its manifest asks, with the optional scopes too: answers bring their files.
  await slack.control.scopes({ scopes: SCOPES.map(({ scope }) => scope) });
  const folder = await mkdtemp(join(tmpdir(), 'illumio-chatops-demo-'));
  const config = join(folder, 'config.yml');
  const dataDir = join(folder, 'data');
  await writeFile(config, demoConfig({ pce, slack }, options.pace));
  const { now, workloads } = pce.control.state();
  const history = demoHistory('prod-east', Object.keys(workloads).length, Date.parse(now));
  await mkdir(dataDir, { recursive: true });
  await writeFile(join(dataDir, 'series.json'), JSON.stringify(history));
  const run = (args: readonly string[]): ChildProcess =>
    spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });

  let bot: ChildProcess | undefined;
  let logged = '';

  const startBot = async (): Promise<void> => {
    const child = run(['start', '--config', config, '--data', dataDir]);
    bot = child;
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`The bot was not ready within 30 s:\n${logged}`)),
        READY_MS,
      );
      const from = logged.length;
      child.stderr?.on('data', (chunk: Buffer) => {
        logged += chunk.toString();
        if (logged.slice(from).includes('"msg":"ready"')) {
          clearTimeout(late);
          resolve();
        }
      });
      child.once('exit', (code) => {
        clearTimeout(late);
        reject(new Error(`The bot ended with ${code}:\n${logged.slice(from)}`));
      });
    });
  };

  const stopBot = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> => {
    const child = bot;
    bot = undefined;
    if (child === undefined || child.exitCode !== null) return child?.exitCode ?? null;
    child.kill(signal);
    await once(child, 'exit');
    return child.exitCode;
  };

  return {
    pce,
    slack,
    dataDir,
    startBot,
    stopBot,
    log: () => logged,
    async cli(...args) {
      const child = run(args.map((arg) => (arg === '@config' ? config : arg === '@data' ? dataDir : arg)));
      let out = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        out += chunk.toString();
      });
      await once(child, 'close');
      return { code: child.exitCode, out };
    },
    async close() {
      await stopBot('SIGTERM');
      await pce.close();
      await slack.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
