import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { openSlack, type SlackAdapter, type SlackDeps } from '../../../src/adapters/slack/index.ts';
import type { Clock, Handling, Inbound, Log, Message, Modal } from '../../../src/core/ports.ts';
import type { SlackSettings } from '../../../src/core/settings.ts';
import {
  type SlackSimulator,
  type SlackSimulatorOptions,
  startSlackSimulator,
} from '../../../src/simulators/slack/index.ts';

export const CHANNEL = 'C0SOC0001';
export const MAYA = { team: 'T0SIM0001', user: 'U0MAYA001' } as const;

export const systemClock: Clock = {
  now: Date.now,
  mono: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => {}),
};

/** A log that keeps what was said. */
export const memoryLog = (): Log & {
  readonly said: { level: string; message: string; fields: object }[];
} => {
  const said: { level: string; message: string; fields: object }[] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void said.push({ level, message, fields });
  return { said, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};

export const settingsFor = (apiUrl: string, more: Partial<SlackSettings> = {}): SlackSettings => ({
  mode: 'socket',
  botToken: 'xoxb-sim',
  appToken: 'xapp-sim',
  signingSecret: 'simsecret',
  port: 0,
  team: MAYA.team,
  apiUrl,
  requestTimeoutMs: 2_000,
  connections: 2,
  ...more,
});

export interface Bench {
  readonly sim: SlackSimulator;
  readonly slack: SlackAdapter;
  readonly inbounds: Inbound[];
  readonly log: ReturnType<typeof memoryLog>;
}

/** A simulator and an adapter on it, ended with the test. Not started. */
export const aBench = async (
  options: {
    readonly sim?: SlackSimulatorOptions;
    readonly settings?: Partial<SlackSettings>;
    readonly handle?: (inbound: Inbound) => Handling;
    readonly deps?: Partial<SlackDeps>;
  } = {},
): Promise<Bench> => {
  const sim = await startSlackSimulator({ pace: 0, ...options.sim });
  const inbounds: Inbound[] = [];
  const log = memoryLog();
  const slack = openSlack(
    settingsFor(sim.apiUrl, options.settings),
    (inbound) => {
      inbounds.push(inbound);
      return options.handle?.(inbound) ?? {};
    },
    { clock: systemClock, log, ...options.deps },
  );
  onTestFinished(async () => {
    await slack.stop();
    await sim.close();
  });
  return { sim, slack, inbounds, log };
};

/** A message with one section, and whatever further blocks the test is about. */
export const aMessage = (text = 'hello', more: readonly object[] = []): Message => ({
  text,
  blocks: [{ type: 'section', text: { type: 'plain_text', text } }, ...more] as Message['blocks'],
});

export const aModal = (body: object): Modal => ({ type: 'modal', ...body }) as Modal;

/** Resolves when the condition holds; rejects after `ms`. */
export const until = async (holds: () => boolean, ms = 10_000): Promise<void> => {
  const from = performance.now();
  while (!holds()) {
    if (performance.now() - from > ms) throw new Error(`not within ${ms} ms: ${holds}`);
    await delay(5);
  }
};

/** A clock that stands still until told: `advance` lets due sleeps end in their order, and everything they set off run. */
export const fakeClock = (): Clock & { advance(ms: number): Promise<void>; set(ms: number): void } => {
  let now = 0;
  let shift = 1_795_000_000_000;
  let sleeps: { readonly at: number; readonly wake: () => void }[] = [];
  // A turn of the event loop: every chain of promises has run out by then.
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    now: () => now + shift,
    mono: () => now,
    set: (ms) => {
      shift = ms - now;
    },
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        sleeps.push({ at: now + ms, wake: resolve });
        signal?.addEventListener('abort', () => resolve(), { once: true });
      }),
    advance: async (ms) => {
      const end = now + ms;
      await settle();
      for (;;) {
        const [next] = sleeps.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        sleeps = sleeps.filter((one) => one !== next);
        now = Math.max(now, next.at);
        next.wake();
        await settle();
      }
      now = end;
    },
  };
};

type Row = Readonly<Record<string, unknown>>;

/** What the simulator shows, with the types tests look at. */
export const stateOf = (sim: SlackSimulator) => {
  const state = sim.control.state();
  const rows = (key: string): readonly Row[] => state[key] as readonly Row[];
  return {
    connections: state['connections'] as number,
    calls: rows('calls') as readonly { readonly method: string; readonly ok: boolean }[],
    ephemerals: rows('ephemerals'),
    views: rows('views'),
    errors: rows('errors'),
    mentions: rows('mentions'),
    messages: (channel: string): readonly Row[] =>
      (rows('channels').find((one) => one['id'] === channel)?.['messages'] ?? []) as readonly Row[],
  };
};

/** The base URL of a Web API that answers as the test says, byte for byte. */
export const aServer = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`;
};
