import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { openSlack, type SlackAdapter } from '../../src/adapters/slack/index.ts';
import { openMemoryStore } from '../../src/adapters/store/memory.ts';
import { compileRules } from '../../src/core/detect.ts';
import type { PceEvent } from '../../src/core/event.ts';
import type {
  Chat,
  Clock,
  EventsAnswer,
  EventsPiece,
  Handling,
  Inbound,
  Store,
} from '../../src/core/ports.ts';
import { PceError } from '../../src/core/ports.ts';
import type { AlertRule } from '../../src/core/rule.ts';
import { DEFAULT_CONTEXT } from '../../src/core/rule-context.ts';
import type { Settings } from '../../src/core/settings.ts';
import type { Workload } from '../../src/core/workload.ts';
import { type AlertingDeps, createAlerting } from '../../src/pipelines/alerting.ts';
import { rules as allRules } from '../../src/rules/index.ts';
import {
  type SlackSimulator,
  type SlackSimulatorOptions,
  startSlackSimulator,
} from '../../src/simulators/slack/index.ts';
import { T0 } from '../support/builders.ts';
import { type FakePce, fakeInventory, fakeLog, fakePce } from '../support/fakes.ts';

/** Channels of the simulated workspace, as a configuration names them. */
export const CHANNELS: Settings['channels'] = {
  fallthrough: 'C0SOC0001',
  fallback: 'C0FALLBK1',
  admin: 'C0PCEADM1',
  announce: undefined,
  share: [],
};

/** A clock for the bot and the simulator alike, that stands still until `advance`; due sleeps and timers end in their order. */
export interface VirtualClock extends Clock {
  after(ms: number, task: () => void): () => void;
  advance(ms: number): Promise<void>;
  /** The next time at which something is due, or undefined when nothing waits. */
  next(): number | undefined;
}

/** A turn of the event loop: every chain of promises has run out by then. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const virtualClock = (start = T0): VirtualClock => {
  let now = start;
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  const add = (ms: number, run: () => void): (() => void) => {
    const timer = { at: now + Math.max(0, ms), run };
    timers.push(timer);
    return () => {
      timers = timers.filter((one) => one !== timer);
    };
  };
  return {
    now: () => now,
    mono: () => now - start,
    after: add,
    next: () => (timers.length === 0 ? undefined : Math.min(...timers.map(({ at }) => at))),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const end = (): void => {
          cancel();
          signal?.removeEventListener('abort', end);
          resolve();
        };
        const cancel = add(ms, end);
        signal?.addEventListener('abort', end, { once: true });
      }),
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        await turn();
        const due = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        timers = timers.filter((one) => one !== due);
        now = Math.max(now, due.at);
        due.run();
      }
      now = end;
      await turn();
    },
  };
};

type Row = Readonly<Record<string, unknown>>;

/** A message as the simulator shows it. */
export interface Shown {
  readonly ts: string;
  readonly thread_ts: string | null;
  readonly broadcast: boolean;
  readonly text: string;
  readonly blocks: readonly Row[];
  readonly updates: number;
  readonly deleted: boolean;
  readonly metadata: { readonly event_payload: { readonly key: string } } | null;
  readonly files: readonly { readonly name: string; readonly text: string | null }[];
}

export interface SlackLab {
  readonly sim: SlackSimulator;
  readonly slack: SlackAdapter;
  readonly chat: Chat;
  readonly inbounds: Inbound[];
  /** What stands in a channel, oldest first, deleted ones left out. */
  messages(channel: string): Shown[];
  calls(
    method: string,
  ): readonly { readonly at: number; readonly channel: string | null; readonly ok: boolean }[];
  ephemerals(): readonly {
    readonly user: string;
    readonly ts: string;
    readonly text: string;
    readonly blocks: readonly Row[];
  }[];
  views(): readonly {
    readonly id: string;
    readonly title: string;
    readonly blocks: readonly Row[];
    readonly submit: string | null;
  }[];
  mentions(): readonly Row[];
  /** Calls that are under way. */
  busy(): boolean;
}

/** The real adapter on the real simulator; both, and the test, by one clock. */
export const aSlackLab = async (
  clock: Clock & Partial<Pick<VirtualClock, 'after'>>,
  options: SlackSimulatorOptions & {
    readonly handle?: (inbound: Inbound) => Handling;
    /** Of this machine's clock: only a test about time-outs should wait for it. */
    readonly timeoutMs?: number;
  } = {},
): Promise<SlackLab> => {
  const { handle, timeoutMs = 5_000, ...more } = options;
  const simClock = clock.after === undefined ? {} : { clock: { now: clock.now, after: clock.after } };
  const sim = await startSlackSimulator({ ...simClock, ...more });
  const inbounds: Inbound[] = [];
  const slack = openSlack(
    {
      mode: 'socket',
      botToken: 'xoxb-sim',
      appToken: 'xapp-sim',
      signingSecret: undefined,
      port: undefined,
      team: 'T0SIM0001',
      apiUrl: sim.apiUrl,
      requestTimeoutMs: timeoutMs,
      connections: 1,
    },
    (inbound) => {
      inbounds.push(inbound);
      return handle?.(inbound) ?? {};
    },
    { clock, log: fakeLog() },
  );
  onTestFinished(async () => {
    await slack.stop();
    await sim.close();
  });
  let running = 0;
  const counted =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      running += 1;
      try {
        return await call(...args);
      } finally {
        running -= 1;
      }
    };
  const { chat } = slack;
  const rows = (key: string): Row[] => sim.control.state()[key] as Row[];
  return {
    sim,
    slack,
    chat: { ...chat, post: counted(chat.post), edit: counted(chat.edit), find: counted(chat.find) },
    inbounds,
    messages: (channel) =>
      ((rows('channels').find(({ id }) => id === channel)?.['messages'] ?? []) as Shown[]).filter(
        ({ deleted }) => !deleted,
      ),
    calls: (method) =>
      rows('calls').filter((call) => call['method'] === method) as unknown as ReturnType<SlackLab['calls']>,
    ephemerals: () => rows('ephemerals') as unknown as ReturnType<SlackLab['ephemerals']>,
    views: () => rows('views') as unknown as ReturnType<SlackLab['views']>,
    mentions: () => rows('mentions'),
    // A look-up that waits for its turn waits for the clock, not for the simulator.
    busy: () => running > 0 && !slack.backlog().some(({ call }) => call === 'lookup'),
  };
};

/**
 * Lets virtual time pass until the condition holds; it stands still while a call to the simulator is under way, so that what is
 * measured in it has nothing to do with this machine. Fails after `mostMs` of virtual time.
 */
export const until = async (
  holds: () => boolean | Promise<boolean>,
  clock: VirtualClock,
  busy: () => boolean = () => false,
  mostMs = 120_000,
): Promise<void> => {
  const end = clock.now() + mostMs;
  for (;;) {
    for (let waited = 0; waited < 3 || (busy() && waited < 500); waited += 1) {
      await turn();
      if (busy()) await delay(1);
    }
    if (await holds()) return;
    if (clock.now() >= end) throw new Error(`not within ${mostMs} ms: ${holds}`);
    const next = Math.min(end, clock.next() ?? end, clock.now() + 1_000);
    await clock.advance(Math.max(0, next - clock.now()));
  }
};

/** Lets that much virtual time pass, call by call. */
export const pass = (ms: number, clock: VirtualClock, busy?: () => boolean): Promise<void> => {
  const end = clock.now() + ms;
  return until(() => clock.now() >= end, clock, busy, ms);
};

/** A PCE's event log as it hands it out: by time of the event, from the moment on at which it was recorded. */
export interface EventPce extends FakePce {
  readonly log: { readonly event: PceEvent; readonly recordedAt: number }[];
  /** Its clock, ahead of ours by so much. */
  skewMs: number;
  completeFrom: number | undefined;
  readonly windows: { readonly from: number; readonly to: number }[];
  record(...events: readonly PceEvent[]): void;
}

export const eventPce = (clock: Clock, hosts: readonly Workload[] = []): EventPce => {
  const pce: EventPce = Object.assign(fakePce('prod-east', hosts), {
    log: [] as { event: PceEvent; recordedAt: number }[],
    skewMs: 0,
    completeFrom: undefined as number | undefined,
    windows: [] as { from: number; to: number }[],
    record(...events: readonly PceEvent[]) {
      for (const event of events) pce.log.push({ event, recordedAt: clock.now() });
    },
    async events(from: number, to: number): Promise<EventsAnswer> {
      pce.windows.push({ from, to });
      if (pce.failing !== undefined) throw new PceError(pce.failing.code, pce.failing.message);
      return {
        events: pce.log
          .filter(({ event, recordedAt }) => event.at >= from && event.at <= to && recordedAt <= clock.now())
          .map(({ event }) => event),
        rejected: [],
        pceNow: clock.now() + pce.skewMs,
        completeFrom: pce.completeFrom,
      };
    },
    async *eventPieces(from: number, to: number): AsyncGenerator<EventsPiece> {
      const { events, rejected, pceNow, completeFrom } = await pce.events(from, to);
      const rows = events.length + rejected.length;
      yield {
        from: completeFrom ?? from,
        to,
        events,
        rejected,
        rows,
        pceNow,
        complete: completeFrom === undefined,
      };
    },
  });
  return pce;
};

/** A commit that fails while `broken`, as a full disk does: nothing of it is kept. */
export interface BrittleStore extends Store {
  broken: boolean;
}

export const brittleStore = (): BrittleStore => {
  const disk = { broken: false };
  const store = openMemoryStore(undefined, async () => {
    if (disk.broken) throw new Error('ENOSPC: injected');
  });
  return {
    ...store,
    get broken() {
      return disk.broken;
    },
    set broken(broken: boolean) {
      disk.broken = broken;
    },
  };
};

let serial = 0;

/** The alerting of one PCE on a store that remembers and a PCE that can fail. */
export const anAlerting = ({
  clock = virtualClock(),
  hosts = [],
  rules = allRules,
  store = brittleStore(),
  pce = eventPce(clock, hosts),
  ...differs
}: Partial<Omit<AlertingDeps, 'rules' | 'clock' | 'store' | 'pce'>> & {
  readonly clock?: VirtualClock;
  readonly hosts?: readonly Workload[];
  readonly rules?: readonly AlertRule[];
  readonly store?: BrittleStore;
  readonly pce?: EventPce;
} = {}) => {
  const log = fakeLog();
  const troubles: string[] = [];
  const inventory = fakeInventory('prod-east', hosts);
  const deps: AlertingDeps = {
    pce,
    inventory,
    store,
    rules: compileRules(rules, () => undefined, DEFAULT_CONTEXT),
    context: DEFAULT_CONTEXT,
    settings: { routes: [], channels: CHANNELS },
    clock,
    ids: { next: () => `i${++serial}` },
    log,
    alertId: (fingerprint) => `id-${fingerprint}`.slice(-40),
    evaluated: async () => {},
    commit: store.commit,
    tell: (trouble) => void troubles.push(trouble),
    backfill: false,
    ...differs,
  };
  return { alerting: createAlerting(deps), deps, clock, pce, store, inventory, troubles, log };
};
