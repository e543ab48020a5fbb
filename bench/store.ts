import { createHash } from 'node:crypto';
import { cp, rm } from 'node:fs/promises';
import type { Files } from '../src/adapters/store/files.ts';
import type { Chat, EventsPiece, Inventory, Pce } from '../src/core/ports.ts';
import { type Bench, figure } from './bench.ts';
import { fromDist } from './dist.ts';
import { filledFolder } from './fill.ts';
import { silent } from './silent.ts';

const ALERTS = 1_000;
const EMPTY_POLLS = 100;
const TOLD_MS = 10_000;
const STATE_BYTES = 5 * 1_048_576;

interface Counts {
  readonly fsyncsPerAlert: number;
  readonly fsyncsOfEmptyPolls: number;
  readonly msPerAlert: number;
}

/**
 * The pipelines on the real store, wired as app.ts does it, between a PCE that has one new event for each poll and a Slack that takes
 * everything at once: poll → commit → intent → post → sent, the next poll when that is durable. Counted is every call that waits for the
 * disk, those of checkpoints too.
 */
export const store: Bench = {
  name: 'store',
  about: `${ALERTS} alerts one at a time, accept → intent → sent, with 5 MB of state: how often the disk is waited for`,
  async run(runs, say) {
    const filled = await filledFolder(STATE_BYTES);
    const counts: Counts[] = [];
    for (let run = 1; run <= runs; run += 1) {
      say(`${run}/${runs}`);
      const folder = `${filled}-${run}`;
      await cp(filled, folder, { recursive: true });
      counts.push(await measure(folder));
      await rm(folder, { recursive: true });
    }
    await rm(filled, { recursive: true });
    return [
      figure(
        'fsyncs an alert',
        'fsyncs',
        counts.map(({ fsyncsPerAlert }) => fsyncsPerAlert),
        { most: 3 },
      ),
      figure(
        `fsyncs of ${EMPTY_POLLS} empty polls`,
        'fsyncs',
        counts.map(({ fsyncsOfEmptyPolls }) => fsyncsOfEmptyPolls),
        { most: 0 },
      ),
      figure(
        'poll → sent durable',
        'ms',
        counts.map(({ msPerAlert }) => msPerAlert),
      ),
    ];
  },
};

const measure = async (folder: string): Promise<Counts> => {
  const { files, count } = await countedFiles();
  const bot = await wired(folder, files);
  for (let n = 0; n < 20; n += 1) await bot.alert(n);
  let from = count();
  const started = performance.now();
  for (let n = 0; n < ALERTS; n += 1) await bot.alert(20 + n);
  const msPerAlert = (performance.now() - started) / ALERTS;
  const fsyncsPerAlert = (count() - from) / ALERTS;
  from = count();
  for (let n = 0; n < EMPTY_POLLS; n += 1) await bot.emptyPoll();
  const fsyncsOfEmptyPolls = count() - from;
  await bot.close();
  return { fsyncsPerAlert, fsyncsOfEmptyPolls, msPerAlert };
};

/** The store's own view of the file system, counting what waits for the disk. */
const countedFiles = async (): Promise<{ files: Files; count: () => number }> => {
  const { nodeFiles } =
    await fromDist<typeof import('../src/adapters/store/files.ts')>('adapters/store/files.js');
  let fsyncs = 0;
  const counted =
    <A extends unknown[]>(call: (...args: A) => Promise<void>) =>
    (...args: A): Promise<void> => {
      fsyncs += 1;
      return call(...args);
    };
  const files: Files = {
    ...nodeFiles,
    syncFolder: counted(nodeFiles.syncFolder),
    async open(path, flags) {
      const file = await nodeFiles.open(path, flags);
      return { ...file, sync: counted(file.sync), datasync: counted(file.datasync) };
    },
  };
  return { files, count: () => fsyncs };
};

const wired = async (folder: string, files: Files) => {
  const { openFileStore } =
    await fromDist<typeof import('../src/adapters/store/file.ts')>('adapters/store/file.js');
  const { systemClock } = await fromDist<typeof import('../src/adapters/schedule/clock.ts')>(
    'adapters/schedule/clock.js',
  );
  const { createAlerting } =
    await fromDist<typeof import('../src/pipelines/alerting.ts')>('pipelines/alerting.js');
  const { createDelivery } =
    await fromDist<typeof import('../src/pipelines/delivery.ts')>('pipelines/delivery.js');
  const { createRender } = await fromDist<typeof import('../src/pipelines/render.ts')>('pipelines/render.js');
  const { compileRules } = await fromDist<typeof import('../src/core/detect.ts')>('core/detect.js');
  const { DEFAULT_CONTEXT } =
    await fromDist<typeof import('../src/core/rule-context.ts')>('core/rule-context.js');
  const { parseEvent } = await fromDist<typeof import('../src/core/event.ts')>('core/event.js');
  const { rules } = await fromDist<typeof import('../src/rules/index.ts')>('rules/index.js');

  const store = await openFileStore({ folder, log: silent, clock: systemClock, files });
  let rows: EventsPiece['events'] = [];
  const pce = {
    name: 'prod-east',
    link: (href: string) => `https://pce.example.com/#${href}`,
    async *eventPieces(from: number, to: number): AsyncGenerator<EventsPiece> {
      yield {
        from,
        to,
        events: rows,
        rejected: [],
        rows: rows.length,
        pceNow: Date.now(),
        complete: true,
      };
    },
  } as unknown as Pce;
  const inventory = {
    workload: () => undefined,
    byAgent: () => undefined,
    byHostname: () => [],
    label: () => undefined,
    workloads: () => [],
    managed: 0,
    ensure: async () => {},
  } as unknown as Inventory;
  let posts = 0;
  const chat = {
    slot: async () => {},
    claim: () => () => {},
    post: async () => {
      posts += 1;
      return `${Math.floor(Date.now() / 1_000)}.${String(posts).padStart(6, '0')}`;
    },
    edit: async () => {},
    channel: async (id: string) => ({ id, name: id, member: true, archived: false, external: false }),
  } as unknown as Chat;
  const settings = {
    routes: [
      {
        match: { rules: [], minSeverity: 'info', pce: undefined, labels: undefined },
        channel: 'C0SOC0001',
        groupBy: ['rule', 'subject'],
        notify: {},
        goOn: false,
      },
    ],
    channels: {
      fallthrough: 'C0SOC0001',
      fallback: 'C0FALLBK1',
      admin: 'C0FALLBK1',
      announce: undefined,
      share: [],
    },
  } as const;

  const delivery = createDelivery({
    store,
    chat,
    clock: systemClock,
    log: silent,
    render: createRender({
      store,
      desks: new Map([['prod-east', { pce, inventory }]]),
      rules,
      runbook: () => undefined,
    }),
    fallback: 'C0FALLBK1',
    requestTimeoutMs: 10_000,
    folding: true,
    tell: () => {},
  });
  const alerting = createAlerting({
    pce,
    inventory,
    store,
    rules: compileRules(rules, () => undefined, DEFAULT_CONTEXT),
    context: DEFAULT_CONTEXT,
    settings,
    clock: systemClock,
    ids: { next: () => createHash('sha256').update(String(Math.random())).digest('base64url').slice(0, 22) },
    log: silent,
    alertId: (fingerprint) => createHash('sha256').update(fingerprint).digest('base64url').slice(0, 12),
    reached: () => {},
    evaluated: async () => {},
    commit: delivery.commit,
    tell: () => {},
    backfill: false,
  });
  const stop = new AbortController();
  const running = delivery.run(stop.signal);
  const poll = (): Promise<void> => alerting.poll(120_000);
  await poll();

  return {
    async alert(n: number): Promise<void> {
      const parsed = parseEvent(tamperingEvent(n));
      rows = parsed.ok ? [parsed.event] : [];
      const before = posts;
      await poll();
      for (const end = Date.now() + TOLD_MS; posts === before || (await store.waiting()).length > 0; ) {
        if (Date.now() > end) throw new Error(`alert ${n} was not told`);
        await new Promise(setImmediate);
      }
    },
    async emptyPoll(): Promise<void> {
      rows = [];
      await poll();
    },
    async close(): Promise<void> {
      stop.abort();
      await running;
      await store.close();
    },
  };
};

const tamperingEvent = (n: number): object => {
  const id = `00000000-0000-4000-a000-${String(n).padStart(12, '0')}`;
  return {
    href: `/orgs/1/events/${id}`,
    timestamp: new Date().toISOString(),
    event_type: 'agent.tampering',
    severity: 'warning',
    created_by: { ven: { href: `/orgs/1/vens/${id}`, hostname: `web-${n}` } },
    notifications: [
      {
        notification_type: 'workload.oob_policy_changes',
        info: { tampering_revert_succeeded: true, num_reverts: 1 },
      },
    ],
  };
};
