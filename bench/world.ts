import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type PceSimulator, startPceSimulator } from '../src/simulators/pce/index.ts';
import { type SlackSimulator, startSlackSimulator } from '../src/simulators/slack/index.ts';
import { type Bot, startBot } from './bot.ts';
import { type ConfigParts, configFor } from './config.ts';

/** Both simulators in this process, and bots on them as processes of their own. */
export interface World {
  readonly pce: PceSimulator;
  readonly slack: SlackSimulator;
  /** Starts a bot with a folder of its own. */
  bot(given?: Omit<ConfigParts, 'pceUrl' | 'slackApiUrl'>, dataFrom?: string): Bot;
  /** Ends bots and simulators and removes what they wrote. */
  close(): Promise<void>;
}

/** Epoch ms with all digits: what happens in this process and in its simulators is timed on one clock. */
export const now = (): number => performance.timeOrigin + performance.now();

const clock = {
  now,
  after: (ms: number, task: () => void): (() => void) => {
    const timer = setTimeout(task, ms).unref();
    return () => clearTimeout(timer);
  },
};

/**
 * @param workloads of the simulated PCE; nine of ten carry a VEN
 * @param callsPerMinute what the PCE allows a key; by default its limit is lifted: polls may come fast
 */
export const openWorld = async ({
  workloads = 60,
  pace = 1,
  callsPerMinute = 100_000,
} = {}): Promise<World> => {
  const pce = await startPceSimulator({ workloads, rateLimit: { perMinute: callsPerMinute } });
  const slack = await startSlackSimulator({ pace, clock });
  const folders: string[] = [];
  const bots: Bot[] = [];
  return {
    pce,
    slack,
    bot(given = {}, dataFrom) {
      const folder = mkdtempSync(join(tmpdir(), 'illumio-chatops-bench-'));
      folders.push(folder);
      writeFileSync(
        join(folder, 'config.yml'),
        configFor({ pceUrl: pce.url, slackApiUrl: slack.apiUrl, ...given }),
      );
      if (dataFrom !== undefined) cpSync(dataFrom, join(folder, 'data'), { recursive: true });
      const bot = startBot(folder);
      bots.push(bot);
      return bot;
    },
    async close() {
      await Promise.all(bots.map((bot) => bot.stop()));
      await Promise.all([pce.close(), slack.close()]);
      await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
    },
  };
};

/** The first poll of a new bot is history, on which it doesn't alert: only the second shows that the first was stored. */
export const polledTwice = async ({ pce }: World): Promise<void> => {
  const polls = (): number =>
    pce.control.state().requests.filter(({ path, status }) => path.endsWith('/events') && status === 200)
      .length;
  for (const end = Date.now() + 30_000; polls() < 2; await sleep(50))
    if (Date.now() > end) throw new Error('the bot does not poll');
};
