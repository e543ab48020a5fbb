import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { type Bot, createBot } from '../../src/app.ts';
import { loadConfig } from '../../src/cli/load-config.ts';
import type { Store } from '../../src/core/ports.ts';
import {
  type PceSimulator,
  type PceSimulatorOptions,
  startPceSimulator,
} from '../../src/simulators/pce/index.ts';
import { type SlackSimulator, startSlackSimulator } from '../../src/simulators/slack/index.ts';
import { CHANNELS, type Shown, type VirtualClock, virtualClock } from '../pipelines/support.ts';
import { shown } from './blocks.ts';
import { fakeLog } from './fakes.ts';

/** The whole bot as `start` runs it, on real adapters, sockets and files, and both simulators; all of them by one stepped clock. */
export interface SteppedWorld {
  readonly clock: VirtualClock;
  readonly pce: PceSimulator;
  readonly slack: SlackSimulator;
  readonly log: ReturnType<typeof fakeLog>;
  /** The data of the running bot. */
  data(): string;
  /** Starts a bot and lets it become ready. */
  start(): Promise<void>;
  /** Ends it as SIGTERM does. @returns ms of the stepped clock that took */
  stop(): Promise<number>;
  /** Ends it as SIGKILL does: nothing it holds in memory reaches the disk any more; the next start finds the files of this moment. */
  kill(): Promise<void>;
  bot(): Bot;
  pass(ms: number): Promise<void>;
  /** Sets the bot's wall clock ahead of everybody else's, or back. */
  shift(ms: number): void;
  until(holds: () => boolean | Promise<boolean>, mostMs?: number): Promise<void>;
  /** Lets everything end that is under way, while the clock stands still. */
  settle(): Promise<void>;
  /** What stands in a channel, oldest first. */
  messages(channel?: string): Shown[];
  /** Messages that are no thread line, as a person reads them, all of a message's blocks together. */
  texts(channel?: string): string[];
  calls(method: string): readonly { readonly at: number; readonly channel: string; readonly ok: boolean }[];
  mentions(): readonly unknown[];
}

const configOf = (pce: string, keys: string, slackApi: string, slack: string, more: string): string => `
pces: [{name: prod-east, url: ${pce}, key: api_sim, secret: simsecret${keys}}]
slack: {bot_token: xoxb-sim, team: T0SIM0001, api_url: ${slackApi}, ${slack}}
default_channel: ${CHANNELS.fallthrough}
fallback_channel: ${CHANNELS.fallback}
admin_channel: ${CHANNELS.admin}
${more}`;

/** Virtual steps are no longer than this, so that one never leaps over what happens meanwhile. */
const STEP_MS = 1_000;

export const aSteppedWorld = async ({
  config = '',
  slack: slackConfig = 'app_token: xapp-sim, connections: 1',
  keys = '',
  pace = 0,
  pce: pceOptions = {},
  around = (store) => store,
}: {
  /** More YAML. */
  readonly config?: string;
  /** How Slack is connected, as YAML. */
  readonly slack?: string;
  /** More of the PCE's section, as `, write_key: …`. */
  readonly keys?: string;
  readonly pace?: number;
  readonly pce?: PceSimulatorOptions;
  readonly around?: (store: Store) => Store;
} = {}): Promise<SteppedWorld> => {
  const clock = virtualClock();
  const traffic = watchTraffic();
  const pce = await startPceSimulator({
    workloads: 20,
    now: clock.now(),
    realTime: clock.now,
    rateLimit: { perMinute: 100_000 },
    ...pceOptions,
    // Unpacking is work of other threads, which `settle` cannot see: the clock would leap on while an answer is being read.
    quirks: { plainBodies: true, ...pceOptions.quirks },
  });
  const slack = await startSlackSimulator({ pace, clock });
  const cwd = await mkdtemp(join(tmpdir(), 'stepped-'));
  await writeFile(join(cwd, 'config.yml'), configOf(pce.url, keys, slack.apiUrl, slackConfig, config));
  const loaded = loadConfig({ cwd, env: {} }, 'config.yml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  const { settings, hash } = loaded;
  const log = fakeLog();

  let shiftMs = 0;
  let lives = 1;
  const folder = (life = lives): string => join(cwd, `data-${life}`);
  let running: { bot: Bot; end: AbortController; dead: boolean; over: boolean; failed: unknown } | undefined;

  const settle = async (): Promise<void> => {
    // An answer may still be unpacked when its last byte has been read: after one, some of the machine's time must pass.
    let answered = false;
    for (let calm = 0, tries = 0; calm < (answered ? 6 : 3) && tries < 3_000; tries += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      const busy = traffic.busy();
      answered ||= busy;
      calm = busy ? 0 : calm + 1;
      if (answered) await delay(1);
    }
    if (running?.failed !== undefined) throw running.failed;
  };
  const until = async (holds: () => boolean | Promise<boolean>, mostMs = 120_000): Promise<void> => {
    const end = clock.now() + mostMs;
    for (;;) {
      await settle();
      if (await holds()) return;
      if (clock.now() >= end) {
        const said = log.lines.filter(({ level }) => level !== 'debug').slice(-12);
        throw new Error(`not within ${mostMs} ms: ${holds}\n${said.map(lineOf).join('\n')}`);
      }
      const next = Math.min(end, clock.next() ?? end, clock.now() + STEP_MS);
      await clock.advance(Math.max(0, next - clock.now()));
    }
  };

  const ended = async (): Promise<void> => {
    const was = running;
    if (was === undefined) return;
    was.end.abort();
    // Sockets that say goodbye do so in the machine's time.
    await until(async () => {
      if (!was.over) await delay(5);
      return was.over;
    });
    running = undefined;
  };
  const rows = (name: string): Record<string, unknown>[] =>
    slack.control.state()[name] as Record<string, unknown>[];
  const messages = (channel: string = CHANNELS.fallthrough): Shown[] =>
    ((rows('channels').find(({ id }) => id === channel)?.['messages'] ?? []) as Shown[]).filter(
      ({ deleted }) => !deleted,
    );

  onTestFinished(async () => {
    if (running !== undefined) running.dead = true;
    await ended();
    await pce.close();
    await slack.close();
    traffic.close();
    await rm(cwd, { recursive: true, force: true });
  });

  return {
    clock,
    pce,
    slack,
    log,
    data: () => folder(),
    async start() {
      const end = new AbortController();
      let ready = false;
      const life = { end, dead: false, over: false, failed: undefined as unknown };
      // A process that is dead writes nothing more.
      const mortal = (store: Store): Store => ({
        ...store,
        commit: (transitions) => (life.dead ? Promise.reject(new Error('dead')) : store.commit(transitions)),
      });
      const bot = await createBot({
        settings,
        dataDir: folder(),
        version: 'stepped',
        configHash: hash,
        log,
        backfill: false,
        clock: { ...clock, now: () => clock.now() + shiftMs },
        around: (store) => mortal(around(store)),
      });
      running = Object.assign(life, { bot });
      void bot
        .run(end.signal, () => {
          ready = true;
        })
        .catch((err: unknown) => {
          if (!life.dead) life.failed = err;
        })
        .finally(() => {
          life.over = true;
        });
      // While sockets are being opened the clock must stand still, or their deadlines would pass in no time.
      for (let tries = 0; tries < 300; tries += 1) {
        await settle();
        if (ready || (await bot.status()).slack.connections === 1) break;
        await delay(2);
      }
      await until(() => ready, 15 * 60_000);
    },
    async stop() {
      const at = clock.now();
      await ended();
      return clock.now() - at;
    },
    async kill() {
      if (running === undefined) return;
      running.dead = true;
      await cp(folder(), folder(lives + 1), { recursive: true });
      await rm(join(folder(lives + 1), 'lock'), { force: true });
      lives += 1;
      await ended();
    },
    bot() {
      if (running === undefined) throw new Error('no bot runs');
      return running.bot;
    },
    settle,
    shift: (ms) => {
      shiftMs = ms;
    },
    until,
    pass: (ms) => {
      const end = clock.now() + ms;
      return until(() => clock.now() >= end, ms);
    },
    messages,
    texts: (channel) =>
      messages(channel)
        .filter(({ thread_ts }) => thread_ts === null)
        .map((one) => `${one.text}\n${shown(one as never)}`),
    calls: (method) => rows('calls').filter((call) => call['method'] === method) as never,
    mentions: () => rows('mentions'),
  };
};

const lineOf = ({ message, fields }: { readonly message: string; readonly fields: object }): string => {
  const { err } = fields as { err?: unknown };
  return `${message} ${JSON.stringify(fields)} ${err === undefined ? '' : String(err)}`;
};

/** Whether anything of this process waits for a socket or a file: undici says what it sends, Node what it reads and writes. */
const watchTraffic = () => {
  const open = new Set<unknown>();
  const began = (message: unknown): void => void open.add((message as { request: unknown }).request);
  const over = (message: unknown): void => void open.delete((message as { request: unknown }).request);
  subscribe('undici:request:create', began);
  subscribe('undici:request:trailers', over);
  subscribe('undici:request:error', over);
  return {
    busy: () => open.size > 0 || process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq')),
    close() {
      unsubscribe('undici:request:create', began);
      unsubscribe('undici:request:trailers', over);
      unsubscribe('undici:request:error', over);
    },
  };
};
