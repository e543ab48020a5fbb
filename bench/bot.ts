import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { MAIN, NODE_OPTIONS } from './dist.ts';

/** The built bot as a process of its own. */
export interface Bot {
  readonly pid: number;
  /** Where its configuration, its log and its `data` are. */
  readonly folder: string;
  /** Resolves when it has logged "ready"; rejects with its log when it ends before, or takes longer than 30 s. */
  ready(): Promise<void>;
  /** Resident memory in MB. */
  residentMb(): number;
  stop(): Promise<void>;
}

const READY_MS = 30_000;

/**
 * Starts the bot on a folder that holds config.yml; its state goes to `data`, its log to bot.log: a file, because a pipe would be read by
 * the process that measures.
 */
export const startBot = (folder: string, { profile = process.env['BENCH_PROFILE'] } = {}): Bot => {
  const logFile = join(folder, 'bot.log');
  const log = openSync(logFile, 'a');
  const flags = profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profile];
  const args = ['start', '--config', join(folder, 'config.yml'), '--data', join(folder, 'data')];
  const child = spawn(process.execPath, [...NODE_OPTIONS, ...flags, MAIN, ...args], {
    stdio: ['ignore', 'ignore', log],
  });
  closeSync(log);
  const logged = (): string => readFileSync(logFile, 'utf8');
  return {
    pid: child.pid ?? 0,
    folder,
    async ready() {
      for (const end = Date.now() + READY_MS; !logged().includes('"msg":"ready"'); await sleep(20))
        if (ended(child) || Date.now() > end) throw new Error(`The bot did not become ready:\n${logged()}`);
    },
    residentMb: () => {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024;
    },
    async stop() {
      if (ended(child)) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
};

const ended = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;
