import type { AuditEntry, AuditRecord } from '../../src/core/audit.ts';
import { type PolicyChange, questionKey } from '../../src/core/draft/change.ts';
import type { PceEvent } from '../../src/core/event.ts';
import type { Flow } from '../../src/core/flow.ts';
import type { HealthReading } from '../../src/core/health.ts';
import type { Label } from '../../src/core/label.ts';
import type { Policy } from '../../src/core/policy.ts';
import {
  type Audit,
  type AuditTrail,
  type ChannelInfo,
  type Chat,
  ChatError,
  type Clock,
  type EventsAnswer,
  type EventsPiece,
  type Home,
  type Inventory,
  type Log,
  type Message,
  type Modal,
  type Pce,
  PceError,
  type PceErrorCode,
  type Pending,
  type Profile,
  type TrafficQuery,
  type Upload,
} from '../../src/core/ports.ts';
import type { Workload } from '../../src/core/workload.ts';
import { T0 } from './builders.ts';

/** A clock that moves only when told; a sleep ends when it has moved far enough, or when its signal aborts. */
export interface FakeClock extends Clock {
  /** Moves on and lets everything that waited for it run. */
  advance(ms: number): Promise<void>;
}

export const fakeClock = (start = T0): FakeClock => {
  let now = start;
  const sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  return {
    now: () => now,
    mono: () => now - start,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted || ms <= 0) return resolve();
        signal?.addEventListener('abort', () => resolve(), { once: true });
        sleepers.push({ until: now + ms, wake: resolve });
      }),
    async advance(ms) {
      now += ms;
      for (const { until, wake } of sleepers) if (until <= now) wake();
      // Everything that could go on without the clock has gone on when the queue has come round a few times.
      for (let i = 0; i < 20; i++) await Promise.resolve();
    },
  };
};

/** Keeps what was logged, for tests about faults that only the log sees. */
export const fakeLog = (): Log & { readonly lines: { level: string; message: string; fields: object }[] } => {
  const lines: { level: string; message: string; fields: object }[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ level, message, fields });
  };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};

export const fakeAudit = (): Audit & { readonly entries: AuditEntry[] } => {
  const entries: AuditEntry[] = [];
  return {
    entries,
    append: async (entry) => {
      entries.push(entry);
    },
  };
};

/** An audit log of the records that a test puts in, oldest first. */
export const fakeTrail = (): AuditTrail & { readonly records: AuditRecord[] } => {
  const records: AuditRecord[] = [];
  return {
    records,
    find: async ({ from, to }, wanted) => ({
      records: records
        .filter((one) => Date.parse(one.time) >= from && Date.parse(one.time) < to && wanted(one))
        .toReversed(),
      read: records.length,
      bad: 0,
      completeFrom: from,
    }),
  };
};

/** A full member of team T1 unless said. */
export const aProfile = (user: string, parts: Partial<Profile> = {}): Profile => ({
  person: { team: 'T1', user },
  name: user.toLowerCase(),
  fullMember: true,
  why: undefined,
  zone: undefined,
  ...parts,
});

export const aChannel = (id: string, parts: Partial<ChannelInfo> = {}): ChannelInfo => ({
  id,
  name: id.toLowerCase(),
  member: true,
  archived: false,
  external: false,
  ...parts,
});

export interface Post {
  readonly channel: string;
  readonly thread: string | undefined;
  readonly broadcast: boolean;
  readonly key: string;
  readonly ts: string;
  message: Message;
}

/** Slack that keeps everything it was given, and refuses what the real one refuses. */
export interface FakeChat extends Chat {
  readonly posts: Post[];
  /** Ephemeral answers by response_url or channel, in order. */
  readonly answers: { readonly to: string; readonly message: Message }[];
  readonly views: Modal[];
  /** By user id. */
  readonly homes: Map<string, Home>;
  readonly files: {
    readonly channel: string;
    readonly thread: string | undefined;
    readonly name: string;
    readonly content: string | Uint8Array;
  }[];
  readonly people: Map<string, Profile>;
  /** Members by group; a group that is missing cannot be read. */
  readonly groups: Map<string, readonly string[]>;
  readonly channels: Map<string, ChannelInfo>;
}

export const fakeChat = (clock: Clock): FakeChat => {
  const posts: Post[] = [];
  const answers: FakeChat['answers'] = [];
  const views: Modal[] = [];
  const homes = new Map<string, Home>();
  const files: FakeChat['files'] = [];
  const people = new Map<string, Profile>();
  const groups = new Map<string, readonly string[]>();
  const channels = new Map<string, ChannelInfo>();
  const uses = new Map<string, number>();
  const put = new Map<
    string,
    { readonly file: Upload; readonly shares: { channel: string; ts: string }[] }
  >();
  let serial = 0;

  const open = (id: string): ChannelInfo => {
    const info = channels.get(id);
    if (info === undefined) throw new ChatError('no-channel', 'channel_not_found');
    return info;
  };
  const writable = (id: string): void => {
    const info = open(id);
    if (info.archived) throw new ChatError('no-channel', 'is_archived');
    if (!info.member) throw new ChatError('no-channel', 'not_in_channel');
  };
  return {
    posts,
    answers,
    views,
    homes,
    files,
    people,
    groups,
    channels,
    slot: async () => {},
    claim: () => () => {},
    async post({ channel, thread, broadcast = false, key }, message) {
      writable(channel);
      serial += 1;
      const ts = `${Math.floor(clock.now() / 1_000)}.${String(serial).padStart(6, '0')}`;
      posts.push({ channel, thread, broadcast, key, ts, message });
      return ts;
    },
    async edit({ channel, ts }, message) {
      const post = posts.find((one) => one.channel === channel && one.ts === ts);
      if (post === undefined) throw new ChatError('no-message', 'message_not_found');
      post.message = message;
    },
    find: async ({ channel, thread }, keys) =>
      new Map(
        posts
          .filter((one) => one.channel === channel && one.thread === thread && keys.has(one.key))
          .map((one) => [one.key, [one.ts]]),
      ),
    async remove({ channel, ts }) {
      const at = posts.findIndex((one) => one.channel === channel && one.ts === ts);
      if (at < 0) throw new ChatError('no-message', 'message_not_found');
      posts.splice(at, 1);
    },
    async ephemeral({ channel }, message) {
      open(channel);
      answers.push({ to: channel, message });
    },
    async respond(url, message) {
      const used = (uses.get(url) ?? 0) + 1;
      uses.set(url, used);
      if (used > 5) throw new ChatError('no-message', 'used_url');
      answers.push({ to: url, message });
    },
    async openView(_trigger, view) {
      views.push(view);
      return `V${views.length}`;
    },
    async updateView(id, view) {
      const at = Number(id.slice(1)) - 1;
      if (views[at] === undefined) throw new ChatError('no-message', 'not_found');
      views[at] = view;
    },
    async publish(user, home) {
      homes.set(user, home);
    },
    async profile(person) {
      const known = people.get(person.user);
      if (known === undefined || known.person.team !== person.team)
        return aProfile(person.user, { person, fullMember: false, why: 'Slack does not know this account' });
      return known;
    },
    async groupMembers(group) {
      const members = groups.get(group);
      if (members === undefined) throw new ChatError('refused', 'no_such_subteam');
      return members;
    },
    channel: async (id) => open(id),
    permalink: async ({ channel, ts }) =>
      `https://example.slack.com/archives/${channel}/p${ts.replace('.', '')}`,
    async direct(user) {
      const id = `D${user}`;
      channels.set(id, aChannel(id));
      return id;
    },
    async upload({ channel, thread }, { name, content }) {
      writable(channel);
      files.push({ channel, thread, name, content });
    },
    uploads: {
      async put(file) {
        serial += 1;
        const id = `F${String(serial).padStart(8, '0')}`;
        put.set(id, { file, shares: [] });
        return id;
      },
      async share({ channel, thread }, { id }) {
        writable(channel);
        const known = put.get(id);
        if (known === undefined) throw new ChatError('refused-content', 'file_not_found');
        known.shares.push({ channel, ts: String(known.shares.length + 1) });
        files.push({ channel, thread, name: known.file.name, content: known.file.content });
      },
      shares: async (id) => put.get(id)?.shares ?? [],
    },
  };
};

/** All workloads of a test, cached; nothing is known of them while `readAt` is undefined. */
export const fakeInventory = (
  pce: string,
  rows: readonly Workload[],
  readAt: number | undefined = T0 - 40_000,
): Inventory => {
  const all = new Map(readAt === undefined ? [] : rows.map((row) => [row.href, row]));
  const labels = (): Label[] => [
    ...new Map([...all.values()].flatMap((row) => row.labels.map((label) => [label.href, label]))).values(),
  ];
  const where = (test: (row: Workload) => boolean): Workload[] => [...all.values()].filter(test);
  return {
    pce,
    readAt,
    get managed() {
      return where((row) => row.managed).length;
    },
    workload: (href) => all.get(href),
    byAgent: (href) => where(({ ven }) => ven?.agentHref === href)[0],
    byHostname: (name) => where(({ hostname }) => hostname.toLowerCase() === name.toLowerCase()),
    byAddress: (address) => where(({ interfaces }) => interfaces.some((one) => one.address === address)),
    label: (href) => labels().find((label) => label.href === href),
    workloads: () => all.values(),
    get size() {
      return all.size;
    },
    among: () => all.values(),
    labels,
    refresh: async () => {},
    ensure: async () => {},
    note(href, workload) {
      if (workload === null) all.delete(href);
      else all.set(href, workload);
    },
  };
};

/** A PCE that holds workloads and flows, records what it was asked, and can be made to fail. */
export interface FakePce extends Pce {
  readonly rows: Map<string, Workload>;
  flowRows: Flow[];
  /** The log that questions read. */
  recorded: PceEvent[];
  drafts: Pending[];
  /** Before this time the log is not read any more. */
  logFrom: number | undefined;
  reading: HealthReading;
  truncated: boolean;
  readonly asked: string[];
  readonly queries: TrafficQuery[];
  /** Every call fails like this until it is undefined. */
  /** The provisioned policy. */
  rules: Policy;
  /** How objects of the policy differ, by `questionKey`; all others may not be read. */
  readonly changes: Map<string, PolicyChange>;
  failing: { readonly code: PceErrorCode; readonly message: string } | undefined;
  /** When set, calls wait for it. */
  waits: Promise<void> | undefined;
}

export const fakePce = (name: string, rows: readonly Workload[] = []): FakePce => {
  const answered = async (call: string): Promise<void> => {
    pce.asked.push(call);
    await pce.waits;
    if (pce.failing !== undefined) throw new PceError(pce.failing.code, pce.failing.message);
  };
  const pce: FakePce = {
    name,
    rows: new Map(rows.map((row) => [row.href, row])),
    flowRows: [],
    recorded: [],
    drafts: [],
    logFrom: undefined,
    reading: { available: true, clusters: [], nodeAvailable: true },
    rules: { rules: [] },
    changes: new Map(),
    truncated: false,
    asked: [],
    queries: [],
    failing: undefined,
    waits: undefined,
    async events(_from, to): Promise<EventsAnswer> {
      await answered('events');
      return { events: [], rejected: [], pceNow: to, completeFrom: undefined };
    },
    async *eventPieces(from, to): AsyncGenerator<EventsPiece> {
      await answered('events');
      yield { from, to, events: [], rejected: [], rows: 0, pceNow: to, complete: true };
    },
    async findEvents({ from, to, type, severity }, wanted) {
      await answered(`events ${type ?? '*'} ${severity ?? '*'}`);
      const since = Math.max(from, pce.logFrom ?? from);
      const read = pce.recorded.filter(
        (event) =>
          event.at >= since &&
          event.at <= to &&
          (type === undefined || event.type === type) &&
          (severity === undefined || event.severity === severity),
      );
      return {
        events: read.filter(wanted).toSorted((a, b) => a.at - b.at),
        rows: read.length,
        rejected: 0,
        completeFrom: since,
      };
    },
    async event(uuid) {
      await answered(`event ${uuid}`);
      return pce.recorded.find(({ href }) => href.endsWith(`/${uuid}`)) ?? null;
    },
    async health() {
      await answered('health');
      return pce.reading;
    },
    async version() {
      await answered('version');
      return '25.2.20';
    },
    async policy() {
      await answered('policy');
      return pce.rules;
    },
    async pending() {
      await answered('pending');
      return pce.drafts;
    },
    dropPolicy: () => undefined,
    comparePolicy: () => async (question) => {
      await answered(`policy change ${questionKey(question)}`);
      const change = pce.changes.get(questionKey(question));
      if (change === undefined) throw new PceError('forbidden', 'the key may not read this');
      return change;
    },
    ownHosts: async () => ['pce.example.com', '198.51.100.1'],
    reach: () => ({ lastOkAt: T0, failingSince: undefined, why: undefined, refused: false, medianMs: 240 }),
    async workload(href) {
      await answered(`workload ${href}`);
      return pce.rows.get(href) ?? null;
    },
    async suspended() {
      await answered('suspended');
      return [...pce.rows.values()].filter(({ ven }) => ven?.status === 'suspended');
    },
    takesWrites: async () => undefined,
    async putMode(href, mode) {
      await answered(`mode ${href}`);
      const row = pce.rows.get(href);
      if (row === undefined) throw new PceError('not-found', 'the PCE does not have this (HTTP 404)');
      pce.rows.set(href, { ...row, mode });
      return undefined;
    },
    async putLabels(href, labels) {
      await answered(`put ${href}`);
      const row = pce.rows.get(href);
      if (row === undefined) throw new PceError('not-found', 'the PCE does not have this (HTTP 404)');
      pce.rows.set(href, { ...row, labels });
      return 'request-1';
    },
    async findLabel(key, value) {
      await answered(`label ${key}=${value}`);
      return [...pce.rows.values()]
        .flatMap(({ labels }) => labels)
        .find((label) => label.key === key && label.value === value);
    },
    async flows(query, row) {
      pce.queries.push(query);
      await answered('flows');
      for (const flow of pce.flowRows) row(flow);
      return { rows: pce.flowRows.length, rejected: 0, truncated: pce.truncated };
    },
    link: (href) => `https://pce.example.com/#/workloads/${href.slice(href.lastIndexOf('/') + 1)}`,
    newestEventAt: async () => undefined,
    callsPerMinute: () => 8.4,
  };
  return pce;
};
