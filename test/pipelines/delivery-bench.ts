import { onTestFinished } from 'vitest';
import { openMemoryStore } from '../../src/adapters/store/memory.ts';
import type { Alert, Delivery, Incident } from '../../src/core/alert.ts';
import type { Store } from '../../src/core/ports.ts';
import { createDeadLetters } from '../../src/pipelines/dead-letters.ts';
import { createDelivery, type DeliveryDeps } from '../../src/pipelines/delivery.ts';
import { createRender } from '../../src/pipelines/render.ts';
import { rules } from '../../src/rules/index.ts';
import { anAlert } from '../support/asking.ts';
import { anIncident, aSubject, MINUTE, T0 } from '../support/builders.ts';
import { fakeLog } from '../support/fakes.ts';
import {
  aSlackLab,
  CHANNELS,
  pass,
  type Shown,
  type SlackLab,
  until,
  type VirtualClock,
  virtualClock,
} from './support.ts';

export const SOC = CHANNELS.fallthrough;
export const FALLBACK = CHANNELS.fallback;

export const alertOf = (host: string, parts: Partial<Alert> = {}): Alert =>
  anAlert({ id: host, fingerprint: host, subject: aSubject(host), ...parts });

export const incidentOf = (id: string, alerts: readonly string[], parts: Partial<Incident> = {}): Incident =>
  anIncident({ id, key: `${id}|key`, channel: SOC, alerts, ...parts });

export const row = (
  incident: string,
  key: string,
  alerts: readonly string[],
  parts: Partial<Delivery> = {},
): Delivery => ({
  key,
  incident,
  reason: 'first',
  channel: SOC,
  place: 'root',
  alerts,
  queuedAt: T0,
  state: 'queued',
  tries: 0,
  notBefore: 0,
  ...parts,
});

export interface Bench extends SlackLab {
  readonly clock: VirtualClock;
  readonly store: Store;
  readonly troubles: string[];
  /** Opens an incident with its root waiting. */
  open(id: string, hosts: readonly string[], parts?: Partial<Incident>): Promise<void>;
  /** A line joins it, or moves what its root shows. */
  line(id: string, host: string, parts?: Partial<Delivery>): Promise<void>;
  touch(id: string): Promise<void>;
  /** Starts a delivery loop; `stop` ends it as a clean stop does. */
  start(): { stop(): Promise<void> };
  until(holds: () => boolean | Promise<boolean>): Promise<void>;
  pass(ms: number): Promise<void>;
  /** Every message of a channel as `text` lines, thread lines indented, broadcasts marked. */
  lines(channel?: string): string[];
  settled(): Promise<void>;
}

export const aBench = async (
  differs: Partial<DeliveryDeps> & { readonly pace?: number; readonly timeoutMs?: number } = {},
): Promise<Bench> => {
  const { pace = 0, timeoutMs = 5_000, ...deps } = differs;
  const clock = virtualClock();
  const lab = await aSlackLab(clock, { pace, timeoutMs });
  let writing = 0;
  const kept = deps.store ?? openMemoryStore();
  const store = noSpinning(
    {
      ...kept,
      // A store on a disk takes real time: virtual time stands still meanwhile.
      commit: async (transitions) => {
        writing += 1;
        await kept.commit(transitions).finally(() => {
          writing -= 1;
        });
      },
    },
    clock,
  );
  const troubles: string[] = [];
  const deadLetters = createDeadLetters({
    store,
    alarm: (key, trouble, said) => {
      troubles.push(`${key}: ${trouble}`);
      void said();
    },
  });
  let write: Store['commit'] = store.commit;
  const commit: Store['commit'] = (transitions) => write(transitions);
  const busy = (): boolean => lab.busy() || writing > 0;
  return {
    ...lab,
    clock,
    store,
    troubles,
    open: async (id, hosts, parts = {}) =>
      commit([
        ...hosts.map((host) => ({ type: 'alert-fired' as const, alert: alertOf(host) })),
        { type: 'incident-opened', incident: incidentOf(id, hosts, parts) },
        {
          type: 'delivery-queued',
          delivery: row(id, `${id}.first.0`, hosts, { channel: parts.channel ?? SOC }),
        },
      ]),
    line: async (id, host, parts = {}) =>
      commit([
        { type: 'alert-fired', alert: alertOf(host) },
        { type: 'incident-joined', id, alerts: [host], at: clock.now(), severity: 'error', groups: [] },
        {
          type: 'delivery-queued',
          delivery: row(id, `${id}.more.${host}`, [host], {
            reason: 'more',
            place: 'thread',
            queuedAt: clock.now(),
            ...parts,
          }),
        },
      ]),
    touch: (id) => commit([{ type: 'incident-touched', id }]),
    start() {
      const end = new AbortController();
      const loop = createDelivery({
        chat: lab.chat,
        clock,
        log: fakeLog(),
        render: createRender({ store, desks: new Map(), rules, runbook: () => undefined }),
        fallback: FALLBACK,
        requestTimeoutMs: 10_000,
        folding: false,
        tell: (trouble) => void troubles.push(trouble),
        ...deps,
        store,
      });
      write = loop.commit;
      let ended = false;
      let failed: unknown;
      void loop
        .run(end.signal)
        .catch((err: unknown) => {
          failed = err;
        })
        .finally(() => {
          ended = true;
        });
      const stop = async (): Promise<void> => {
        end.abort();
        await until(() => ended, clock, busy);
        if (failed !== undefined) throw failed;
      };
      onTestFinished(stop);
      return { stop };
    },
    until: (holds) => until(holds, clock, busy, 20 * MINUTE),
    pass: (ms) => pass(ms, clock, busy),
    lines: (channel = SOC) => lab.messages(channel).map(lineOf),
    settled: async () => {
      await until(
        async () => (await store.waiting()).length === 0 && (await store.incidentsToEdit()).length === 0,
        clock,
        busy,
        20 * MINUTE,
      );
      await deadLetters();
    },
  };
};

/** Fails a loop that looks again and again while no time passes: it would keep the process from everything else. */
const noSpinning = (store: Store, clock: VirtualClock): Store => {
  let at = clock.now();
  let reads = 0;
  return {
    ...store,
    async waiting() {
      if (clock.now() !== at) reads = 0;
      at = clock.now();
      reads += 1;
      if (reads > 2_000) throw new Error('the delivery loop spins');
      return await store.waiting();
    },
  };
};

const lineOf = ({ thread_ts, broadcast, text }: Shown): string =>
  `${thread_ts === null ? '' : '  '}${broadcast ? '(also in the channel) ' : ''}${text}`;
