import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bench, figure } from './bench.ts';
import { NODE_OPTIONS, ROOT } from './dist.ts';
import { watchRequests } from './requests.ts';
import { openWorld, type World } from './world.ts';

/** What the bot cannot start without. */
const PACKAGES = [
  '@slack/bolt',
  '@slack/web-api',
  'undici',
  'zod',
  'node-cron',
  'lowdb',
  'lowdb/node',
  'pino',
  'yaml',
];
const BARE = `await Promise.all(${JSON.stringify(PACKAGES)}.map((name) => import(name))); process.stdout.write('.');`;
const IDLE_MS = 60_000;

/**
 * From exec until the PCE has the first GET /events, against a script that imports the same packages and says so; both as processes of their
 * own, one after the other. Then memory 60 s after ready, of so many bots side by side: they wait.
 */
export const start: Bench = {
  name: 'start',
  about: 'exec until the first poll, against importing the same packages; memory of an idle bot',
  async run(runs, say) {
    const world = await openWorld({ workloads: 100 });
    try {
      const bare: number[] = [];
      const polls: number[] = [];
      for (let run = 0; run <= runs; run += 1) {
        const importMs = await untilImported();
        const pollMs = await untilFirstPoll(world);
        // The first of both fills the disk's cache.
        if (run === 0) continue;
        bare.push(importMs);
        polls.push(pollMs);
      }
      say(`${runs} bots idle for ${IDLE_MS / 1_000} s`);
      const idle = await idleMb(world, runs);
      return [
        figure(
          'exec until the first poll',
          '× bare imports',
          polls.map((ms, run) => ms / (bare[run] ?? Number.NaN)),
          { most: 1.5 },
        ),
        figure('exec until the first poll, as such', 'ms', polls),
        figure('bare imports', 'ms', bare),
        figure('resident after 60 s idle', 'MB', idle, { most: 95 }),
      ];
    } finally {
      await world.close();
    }
  },
};

const untilImported = async (): Promise<number> => {
  const from = performance.now();
  const child = spawn(process.execPath, [...NODE_OPTIONS, '--input-type=module', '--eval', BARE], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const ms = performance.now() - from;
  await once(child, 'exit');
  return ms;
};

const untilFirstPoll = async (world: World): Promise<number> => {
  let firstAt: number | undefined;
  const stop = watchRequests(world.pce.port, ({ path, at, when }) => {
    if (when === 'started' && path.endsWith('/events')) firstAt ??= at;
  });
  const from = performance.now();
  const bot = world.bot();
  await bot.ready();
  stop();
  await bot.stop();
  if (firstAt === undefined) throw new Error('ready without a poll');
  return firstAt - from;
};

const idleMb = async (world: World, count: number): Promise<number[]> => {
  const bots = Array.from({ length: count }, () => world.bot());
  await Promise.all(bots.map((bot) => bot.ready()));
  await sleep(IDLE_MS);
  const resident = bots.map((bot) => bot.residentMb());
  await Promise.all(bots.map((bot) => bot.stop()));
  return resident;
};
