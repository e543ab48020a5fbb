import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { onTestFinished } from 'vitest';
import { type FileStore, type FileStoreOptions, openFileStore } from '../../../src/adapters/store/file.ts';
import { type Files, nodeFiles, type OpenFile } from '../../../src/adapters/store/files.ts';
import type { Alert, Delivery, Incident } from '../../../src/core/alert.ts';
import type { Clock, Log } from '../../../src/core/ports.ts';
import { RESPONSE_STATES, type Response } from '../../../src/core/response.ts';
import { SEVERITIES } from '../../../src/core/severity.ts';
import type { State, Transition } from '../../../src/core/state.ts';

export const HOUR_MS = 3_600_000;

export const anAlert = (over: Partial<Alert> = {}): Alert => ({
  id: 'a1',
  fingerprint: 'lab|ven-suspended|workload:/orgs/1/workloads/1',
  pce: 'lab',
  rule: 'ven-suspended',
  life: 'state',
  subject: { kind: 'workload', href: '/orgs/1/workloads/1', name: 'web01.example.com' },
  state: 'firing',
  severity: 'warning',
  title: 'VEN suspended',
  story: ['since ', { time: 1_000 }, { bold: 'web01' }],
  workloads: ['/orgs/1/workloads/1'],
  suggests: ['quarantine'],
  event: '/orgs/1/events/1',
  count: 1,
  firstAt: 1_000,
  lastAt: 1_000,
  begunAt: 1_000,
  highValue: false,
  quiet: { until: 0, stepMs: 60_000 },
  ...over,
});

export const anIncident = (over: Partial<Incident> = {}): Incident => ({
  id: 'i1',
  key: 'C1|lab|ven-suspended|',
  channel: 'C1',
  pce: 'lab',
  rule: 'ven-suspended',
  alerts: [anAlert().fingerprint],
  openedAt: 1_000,
  joinedAt: 1_000,
  open: true,
  said: 0,
  revision: 1,
  shown: 0,
  severity: 'warning',
  groups: [],
  ...over,
});

export const aDelivery = (over: Partial<Delivery> = {}): Delivery => ({
  key: 'i1.first.0',
  incident: 'i1',
  reason: 'first',
  channel: 'C1',
  place: 'root',
  alerts: [anAlert().fingerprint],
  queuedAt: 1_000,
  state: 'queued',
  tries: 0,
  notBefore: 0,
  ...over,
});

export const aResponse = (over: Partial<Response> = {}): Response => ({
  id: 'r1',
  action: 'quarantine',
  pce: 'lab',
  target: { href: '/orgs/1/workloads/1', name: 'web01.example.com', labels: [], mode: 'full' },
  by: { team: 'T1', user: 'U1' },
  byName: 'ada',
  reason: 'a test',
  channel: 'C1',
  alert: null,
  requestedAt: 1_000,
  state: 'requested',
  releases: null,
  ...over,
});

export const aPoll = (
  over: Partial<Extract<Transition, { type: 'polled' }>> = {},
): Extract<Transition, { type: 'polled' }> => ({
  type: 'polled',
  pce: 'lab',
  stream: 'events',
  seen: [],
  memories: {},
  wakes: {},
  ...over,
});

/** The cursor of a poll that also proves which poll it was. */
export const poll = (cursor: number): Transition => aPoll({ cursor, seen: [[`/e/${cursor}`, cursor]] });

/** Transitions about few ids, so that most meet something; many do not fit, as in life. */
export const someTransitions = (max = 25): fc.Arbitrary<Transition[]> =>
  fc.array(aTransition, { minLength: 1, maxLength: max });

const few = (prefix: string): fc.Arbitrary<string> =>
  fc.integer({ min: 1, max: 3 }).map((n) => `${prefix}${n}`);
const when = fc.integer({ min: 0, max: 60 * 24 }).map((hours) => hours * HOUR_MS);
const fingerprints = fc.uniqueArray(few('f'), { minLength: 1 });
const severity = fc.constantFrom(...SEVERITIES);
const person = fc.constant({ team: 'T1', user: 'U1' });
const title = fc.string({ unit: 'binary', maxLength: 12 });
const deliveryKeys = fc
  .tuple(few('i'), fc.constantFrom('first', 'more'), fc.nat(1))
  .map((parts) => parts.join('.'));

const aTransition: fc.Arbitrary<Transition> = fc.oneof(
  fc.record({
    type: fc.constant('polled' as const),
    pce: fc.constantFrom('lab', 'a|b'),
    stream: fc.constant('events'),
    cursor: when,
    at: when,
    seen: fc.array(fc.tuple(few('/e/'), when), { maxLength: 4 }),
    memories: fc.dictionary(few('rule'), fc.jsonValue(), {
      maxKeys: 2,
    }),
    wakes: fc.dictionary(few('rule'), fc.option(when), { maxKeys: 2 }),
  }),
  fc
    .record({
      fingerprint: few('f'),
      severity,
      title,
      lastAt: when,
      state: fc.constantFrom('firing' as const, 'told' as const),
    })
    .map((over) => ({
      type: 'alert-fired' as const,
      alert: anAlert({ ...over, id: `id-${over.fingerprint}` }),
    })),
  fc.record({
    type: fc.constant('alert-repeated' as const),
    fingerprint: few('f'),
    at: when,
    event: fc.option(few('/e/')),
    severity,
    title,
    story: fc.constant(['again']),
    quiet: fc.record({ until: when, stepMs: fc.nat() }),
  }),
  fc.record({ type: fc.constant('alert-resolved' as const), fingerprint: few('f'), at: when, why: title }),
  fc.record({
    type: fc.constant('alert-acknowledged' as const),
    fingerprint: few('f'),
    by: person,
    at: when,
  }),
  fc.record({ type: fc.constant('alert-snoozed' as const), fingerprint: few('f'), by: person, until: when }),
  fc
    .record({ id: few('i'), alerts: fingerprints, joinedAt: when })
    .map((over) => ({ type: 'incident-opened' as const, incident: anIncident(over) })),
  fc.record({
    type: fc.constant('incident-joined' as const),
    id: few('i'),
    alerts: fingerprints,
    at: when,
    severity,
    groups: fc.array(few('g')),
  }),
  fc.record({
    type: fc.constantFrom(
      'incident-touched' as const,
      'incident-unlinked' as const,
      'incident-closed' as const,
    ),
    id: few('i'),
  }),
  fc.record({ type: fc.constant('incident-shown' as const), id: few('i'), revision: fc.nat(9) }),
  fc
    .record({
      key: deliveryKeys,
      place: fc.constantFrom('root' as const, 'thread' as const),
      alerts: fingerprints,
      queuedAt: when,
    })
    .map((over) => ({
      type: 'delivery-queued' as const,
      delivery: aDelivery({ ...over, incident: over.key.slice(0, 2) }),
    })),
  fc.record({
    type: fc.constant('delivery-joined' as const),
    key: deliveryKeys,
    alerts: fingerprints,
    place: fc.constant('broadcast' as const),
  }),
  fc.record({
    type: fc.constant('delivery-intent' as const),
    key: deliveryKeys,
    at: when,
    channel: few('C'),
  }),
  fc.record({
    type: fc.constant('delivery-sent' as const),
    key: deliveryKeys,
    channel: few('C'),
    ts: few('1.'),
    at: when,
    revision: fc.nat(9),
  }),
  fc.record({
    type: fc.constant('delivery-failed' as const),
    key: deliveryKeys,
    notBefore: when,
    trouble: title,
  }),
  fc.record({ type: fc.constant('delivery-dead' as const), key: deliveryKeys, trouble: title }),
  few('r').map((id) => ({ type: 'response-requested' as const, response: aResponse({ id }) })),
  fc.record({
    type: fc.constant('response-moved' as const),
    id: few('r'),
    from: fc.constantFrom(...RESPONSE_STATES),
    to: fc.constantFrom(...RESPONSE_STATES),
    at: when,
    outcome: title,
  }),
  fc.record({ type: fc.constant('response-released' as const), id: few('r'), by: few('r') }),
  fc.record({ type: fc.constant('pruned' as const), at: when }),
);

/** The state as plain values with the order of every table: equal exactly when two states are. */
export const plainState = (state: State): unknown =>
  JSON.parse(
    JSON.stringify(state, (_key, value: unknown) =>
      value instanceof Set ? [...value] : isTable(value) ? [...value] : value,
    ),
  );

const isTable = (value: unknown): value is ReadonlyMap<unknown, unknown> =>
  typeof value === 'object' && value !== null && 'get' in value && 'size' in value;

/** A new folder that goes when the test ends. */
export const aFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'store-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

export interface Recorder extends Log {
  readonly entries: { level: string; message: string; fields: object }[];
}

export const aLog = (): Recorder => {
  const entries: Recorder['entries'] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void entries.push({ level, message, fields });
  return { entries, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};

/** Sleeps until it is told to go on, or the sleeper is stopped. */
export const aClock = (): Pick<Clock, 'sleep'> & { pass(): void } => {
  const sleepers = new Set<() => void>();
  return {
    sleep: (_ms, signal) =>
      new Promise((resolve) => {
        sleepers.add(resolve);
        signal?.addEventListener('abort', () => resolve());
      }),
    pass() {
      for (const wake of sleepers) wake();
      sleepers.clear();
    },
  };
};

export const open = (folder: string, over: Partial<FileStoreOptions> = {}): Promise<FileStore> =>
  openFileStore({ folder, log: aLog(), clock: aClock(), ...over });

/** A file system that counts, and does as the test says. A fault is thrown instead of the call; a number cuts a write short. */
export interface FaultyFiles extends Files {
  readonly count: { write: number; datasync: number; sync: number; folders: number };
  /** Asked before each call; a returned Error is thrown, a number is how many bytes a write takes. */
  fault: (call: string, path: string) => Error | number | undefined;
}

export const fault = (code: string): Error => Object.assign(new Error(`${code}: injected`), { code });

export const faultyFiles = (): FaultyFiles => {
  const count = { write: 0, datasync: 0, sync: 0, folders: 0 };
  const ask = (call: string, path: string): number | undefined => {
    const answer = self.fault(call, path);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const wrapped = (file: OpenFile, path: string): OpenFile => ({
    ...file,
    async write(bytes, position) {
      count.write += 1;
      const most = ask('write', path);
      return file.write(most === undefined ? bytes : bytes.subarray(0, most), position);
    },
    async truncate(length) {
      ask('truncate', path);
      await file.truncate(length);
    },
    async datasync() {
      count.datasync += 1;
      ask('datasync', path);
      await file.datasync();
    },
    async sync() {
      count.sync += 1;
      ask('sync', path);
      await file.sync();
    },
  });
  const self: FaultyFiles = {
    ...nodeFiles,
    count,
    fault: () => undefined,
    async open(path, flags) {
      ask('open', path);
      return wrapped(await nodeFiles.open(path, flags), path);
    },
    async rename(from, to) {
      ask('rename', from);
      await nodeFiles.rename(from, to);
    },
    async syncFolder(folder) {
      count.folders += 1;
      ask('syncFolder', folder);
      await nodeFiles.syncFolder(folder);
    },
  };
  return self;
};
