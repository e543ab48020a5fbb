import type { Alert, Delivery, Incident, Person, Told } from './alert.ts';
import type { AuditEntry } from './audit.ts';
import type { Brake } from './brake.ts';
import type { CountryOutline } from './country.ts';
import type { PolicyChange, PolicyQuestion } from './draft/change.ts';
import type { PceEvent } from './event.ts';
import type { Flow } from './flow.ts';
import type { GroupRow } from './group.ts';
import type { HealthReading } from './health.ts';
import type { HostSearch } from './host-index.ts';
import type { Label } from './label.ts';
import type { Notice } from './output/notice.ts';
import type { OutputRow } from './output/owed.ts';
import type { Override } from './override.ts';
import type { Policy } from './policy.ts';
import type { Response } from './response.ts';
import type { Reach } from './rule.ts';
import type { Figures, HourSample, Kind } from './series/sample.ts';
import type { Silence } from './silence.ts';
import type { Card, Restore, Task, Transition } from './state.ts';
import type { KeptTraffic } from './traffic/watch.ts';
import type { Estate, Mode, Workload } from './workload.ts';

/** Wall clock in epoch ms, for what is durable; `mono` never jumps, for intervals and time-outs. */
export interface Clock {
  now(): number;
  mono(): number;
  /** Resolves after that many ms, or at once when the signal aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Unguessable ids: 128 random bits, URL-safe. */
export interface Ids {
  next(): string;
}

/** The one thing pipelines log with: constant messages, data as fields. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * What is durable. Reads show only what has reached the disk; `commit` resolves when its transitions have, all or none, and
 * rejects with TransitionRefused when they do not fit (then nothing has changed) or with StoreError when they could not be written.
 */
export interface Store {
  commit(transitions: readonly Transition[]): Promise<void>;
  cursor(pce: string, stream: string): Promise<number | undefined>;
  /** Those of the hrefs that changed something before. */
  seen(pce: string, events: readonly PceEvent[]): Promise<ReadonlySet<string>>;
  memories(pce: string): Promise<ReadonlyMap<string, unknown>>;
  /** Rules of the PCE that asked to be woken at or before `now`. */
  wakesDue(pce: string, now: number): Promise<readonly string[]>;
  alerts(fingerprints: Iterable<string>): Promise<readonly Alert[]>;
  alertById(id: string): Promise<Alert | undefined>;
  /** Alerts of any state about one workload. */
  alertsOfHost(pce: string, href: string): Promise<readonly Alert[]>;
  /** Firing alerts, of one PCE or all. */
  firing(pce?: string): Promise<readonly Alert[]>;
  /** Alerts of a PCE of which time alone may make something due: hidden, unanswered or restless ones (core/dispatch/attend). */
  toAttend(pce: string): Promise<readonly Alert[]>;
  /** Alerts of any state that fired at or after that time. */
  alertsSince(at: number): Promise<readonly Alert[]>;
  /** Every silence there is a row of: those that wait for an approver, hide, or ended in the last 30 days. */
  silences(): Promise<readonly Silence[]>;
  silence(id: string): Promise<Silence | undefined>;
  /** What people changed of rules: what waits for an approver, holds, or ended in the last 30 days. */
  overrides(): Promise<readonly Override[]>;
  /** What one output was told, by `output|fingerprint`. */
  outputRows(output: string): Promise<ReadonlyMap<string, OutputRow>>;
  /** Whether this alert of another product was taken before. @param key `intakeKey` */
  intakeTaken(key: string): Promise<boolean>;
  /** Alerts in any state that no confirmed message has named. */
  unsaid(): Promise<readonly Alert[]>;
  /** Burst alerts that fired last before `before` and are due to resolve are found by the caller among `firing`. */
  incident(id: string): Promise<Incident | undefined>;
  openIncidents(keys: Iterable<string>): Promise<readonly Incident[]>;
  /** Incidents, open or not, that hold one of these alerts. */
  incidentsOf(fingerprints: Iterable<string>): Promise<readonly Incident[]>;
  incidentByRoot(channel: string, ts: string): Promise<Incident | undefined>;
  /** Incidents whose root stands in Slack and no longer shows the newest state. */
  incidentsToEdit(): Promise<readonly Incident[]>;
  /** Everything that waits to be sent or confirmed, oldest first. */
  waiting(): Promise<readonly Delivery[]>;
  /** Deliveries that were given up, with an alarm. */
  dead(): Promise<readonly Delivery[]>;
  delivery(key: string): Promise<Delivery | undefined>;
  told(incident: string): Promise<readonly Told[]>;
  /** Confirmed deliveries of which a second copy may stand in Slack. */
  toldToLookAt(): Promise<readonly Told[]>;
  /** What people asked for and was acknowledged, but not finished when the bot stopped. */
  tasks(): Promise<readonly Task[]>;
  response(id: string): Promise<Response | undefined>;
  /** Every response asked for since then, epoch ms; in the order in which they were. */
  responsesSince(since: number): Promise<readonly Response[]>;
  /** One response by its id, or all that were asked for together under this id. */
  batch(id: string): Promise<readonly Response[]>;
  /** The brake, also one whose time is over; undefined when nobody pulled it since it was last re-armed. */
  brake(): Promise<Brake | undefined>;
  card(key: string): Promise<Card | undefined>;
  /** A user group as it was read last; undefined when it never was. */
  group(id: string): Promise<GroupRow | undefined>;
  groups(): Promise<readonly GroupRow[]>;
  /** When this state was last put back from a backup; undefined = never. */
  restore(): Promise<Restore | undefined>;
  /** Responses that have not ended. */
  responsesUnfinished(): Promise<readonly Response[]>;
  /** Responses that are done and whose policy has been neither seen applied nor given up. */
  responsesWatched(): Promise<readonly Response[]>;
  /** Every response on one workload, oldest first. */
  responsesOf(pce: string, href: string): Promise<readonly Response[]>;
  /** Quarantines that are done and not yet released, of one workload or of all. */
  quarantines(pce?: string, href?: string): Promise<readonly Response[]>;
  /** Writes a checkpoint and lets go of the lock. */
  close(): Promise<void>;
}

/** What polls of traffic have seen, beside the state: losing it costs what was learnt, never what was found. */
export interface TrafficShelf {
  /** What was kept of a PCE. `lost` names what is damaged: it counts as never seen. */
  load(pce: string): Promise<KeptTraffic & { readonly lost: readonly string[] }>;
  /** Replaces the counters and the given days, and drops days that are older than 14 days. Durable when it resolves. */
  save(pce: string, kept: KeptTraffic, today: number): Promise<void>;
}

/** Hourly samples of every PCE, kept 90 days beside the state: losing them costs charts of the past, never what was found. */
export interface SeriesShelf {
  /** Adds what was sampled of an hour (hours since the epoch); the same hour and kind again replaces it. Durable when it resolves. */
  add(pce: string, hour: number, kind: Kind, figures: Figures): Promise<void>;
  /** Samples with from ≤ hour < to, oldest first; what was not sampled is not in them. */
  between(pce: string, from: number, to: number): Promise<readonly HourSample[]>;
}

/** Events as the PCE gave them, kept for longer than it keeps them. */
export interface EventArchive {
  /** Keeps all events of a complete hour, from ≤ time < to (epoch ms); the same hour again replaces it. Durable when it resolves. */
  keep(pce: string, from: number, to: number, events: readonly PceEvent[]): Promise<void>;
}

/** The hash-chained record of who did what; resolves when it is on the disk. */
export interface Audit {
  append(entry: AuditEntry): Promise<void>;
}

/** One place outside Slack that alerts go to. */
export interface Output {
  readonly name: string;
  /** Resolves when the receiver has taken the notice. Rejects with OutputError, which says whether it may be sent again. */
  send(notice: Notice): Promise<void>;
  close(): Promise<void>;
}

/** What a caller from outside is told; `body.why` says what was wrong. */
export interface IntakeAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly retryAfterS?: number;
}

/** A call from outside that was not taken. */
export interface IntakeRefusal {
  readonly path: string;
  /** The caller's address. */
  readonly from: string;
  readonly status: number;
  readonly why: string;
}

/** Turns a chart into a picture. */
export interface Renderer {
  /** PNG bytes, or undefined on a machine that cannot draw: then the text stands alone. Rejects on SVG that is none. */
  png(svg: string): Promise<Uint8Array | undefined>;
}

/** Where in the world an address is. */
export interface Geo {
  /** ISO 3166-1 alpha-2; undefined where the data does not know. Ask for public addresses only: private ones may get an answer that means nothing. */
  country(address: string): string | undefined;
  outlines(): readonly CountryOutline[];
}

export type PceErrorCode =
  | 'unauthorised'
  | 'forbidden'
  | 'not-found'
  | 'invalid'
  | 'rate-limited'
  | 'unavailable'
  | 'timeout'
  | 'bad-answer'
  /** No node of the supercluster takes writes just now: nothing was sent. */
  | 'no-leader';

/**
 * A call to the PCE that did not succeed. `message` is for people; nothing of a body or a header is in it but the PCE's own message.
 * Of a write, `timeout` means that nobody knows whether the PCE did it (no answer, a lost one, any 5xx): read it back. Every
 * other code proves that it was not done.
 */
export class PceError extends Error {
  readonly code: PceErrorCode;
  readonly requestId: string | undefined;
  /** True when the same call may be made again without asking anybody. */
  readonly retryable: boolean;
  constructor(
    code: PceErrorCode,
    message: string,
    more: { requestId?: string; retryable?: boolean; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'PceError';
    this.code = code;
    this.requestId = more.requestId;
    this.retryable =
      more.retryable ?? ['rate-limited', 'unavailable', 'timeout', 'bad-answer'].includes(code);
  }
}

/** What one collection of events gave: everything between the two times, or an honest statement of what is missing. */
export interface EventsAnswer {
  readonly events: readonly PceEvent[];
  /** Rows that could not be read as events, with why. */
  readonly rejected: readonly string[];
  /** The PCE's clock at the answer (Date header), epoch ms. */
  readonly pceNow: number;
  /** Start of the oldest piece that could not be read completely; undefined when all was. */
  readonly completeFrom: number | undefined;
}

/** A part of a window of events: everything between its two times (epoch ms, both included), or an honest statement that it is not. */
export interface EventsPiece {
  readonly from: number;
  readonly to: number;
  /** Oldest first. Neighbouring parts share their border: an event that stands on it may be in both. */
  readonly events: readonly PceEvent[];
  /** Rows that could not be read as events, with why. */
  readonly rejected: readonly string[];
  /** Rows of the answer, readable or not. */
  readonly rows: number;
  /** The PCE's clock at the answer (Date header), epoch ms. */
  readonly pceNow: number;
  /** False: the PCE has more within one millisecond than it hands out in any way. */
  readonly complete: boolean;
}

/** Which events a question is about; both times included, epoch ms. */
export interface EventQuery {
  readonly from: number;
  readonly to: number;
  /** Exactly this type; absent = any. */
  readonly type?: string;
  /** In the PCE's spelling (facts §2.1); absent = any. */
  readonly severity?: 'info' | 'warning' | 'err';
}

/** An object of the draft policy that waits to be provisioned. */
export interface Pending {
  /** `rule set`, `IP list`. */
  readonly kind: string;
  readonly href: string;
  readonly name: string;
  readonly change: 'created' | 'changed' | 'deleted' | undefined;
  /** Who changed it last, as the PCE identifies him (`/users/11`), and by name where it says one. */
  readonly by: { readonly href: string | undefined; readonly name: string | undefined };
  /** Epoch ms. */
  readonly at: number | undefined;
}

/** What a question found in the log, oldest first. */
export interface EventsFound {
  readonly events: readonly PceEvent[];
  /** Rows that were read to find them. */
  readonly rows: number;
  /** Rows that could not be read as events. */
  readonly rejected: number;
  /** From here to the end of the window nothing is missing: the window's start when all of it was read. */
  readonly completeFrom: number;
}

export interface TrafficQuery {
  readonly from: number;
  readonly to: number;
  /** Label hrefs either end must carry (outer OR, inner AND), or nothing for all. */
  readonly labels: readonly (readonly string[])[];
  /** Workload hrefs of which either end must be one; together with labels: either. Absent = none are named. */
  readonly workloads?: readonly string[];
  readonly decisions: readonly string[];
}

export interface TrafficAnswer {
  /** Flows handed over. */
  readonly rows: number;
  /** Rows that could not be used (definitions §6). */
  readonly rejected: number;
  /** True when the PCE matched more than it handed out. */
  readonly truncated: boolean;
  /** How many it matched, where it says so. */
  readonly matches?: number | undefined;
  /** When it was read, epoch ms, where that was for an earlier question. */
  readonly asOf?: number;
}

/** Where a query stands at the PCE before it hands out rows (facts §7.2). */
export type QueryStage = 'queued' | 'working';

/** Priority of a call in the budget of one PCE (design §6): responses never wait. */
export type Lane = 'response' | 'ingest' | 'question' | 'background';

/** One PCE. Every method rejects with PceError. */
export interface Pce {
  readonly name: string;
  /** All events with from ≤ time ≤ to, in as many parts as the cap needs, oldest first: what is held at once is one answer. */
  eventPieces(from: number, to: number): AsyncIterable<EventsPiece>;
  /** The same at once. */
  events(from: number, to: number): Promise<EventsAnswer>;
  /** The events of a window that are wanted, within a bound on what is read: `completeFrom` says how far back it reaches. */
  findEvents(query: EventQuery, wanted: (event: PceEvent) => boolean): Promise<EventsFound>;
  /** One event by the UUID at the end of its href; null when the PCE has none, or no longer. */
  event(uuid: string): Promise<PceEvent | null>;
  /** Time of the newest event the PCE has, epoch ms; undefined when it has none. */
  newestEventAt(): Promise<number | undefined>;
  health(): Promise<HealthReading>;
  /** The PCE's release, as `25.2.20`. */
  version(): Promise<string>;
  /** The provisioned policy, at most 5 min old. */
  policy(): Promise<Policy>;
  /** What waits to be provisioned, oldest first. */
  pending(): Promise<readonly Pending[]>;
  /** Forgets the policy that was read: something was provisioned. */
  dropPolicy(): void;
  /**
   * Says how objects of the policy differ between two versions of it: what a draft would change, or a provisioning changed. What
   * several questions to one of these need is read once.
   */
  comparePolicy(): (question: PolicyQuestion) => Promise<PolicyChange>;
  /** Names and addresses of the machines the PCE runs on: its URL, its nodes, supercluster members. Cached 15 min. */
  ownHosts(): Promise<readonly string[]>;
  /** How it answered so far, from all calls made. */
  reach(): Reach;
  /** One workload with its open services; null when the PCE no longer has it. */
  workload(href: string, lane?: Lane): Promise<Workload | null>;
  /** Managed workloads whose VEN is suspended. */
  suspended(): Promise<readonly Workload[]>;
  /** Resolves when the PCE takes writes, as it was at most a minute ago. Rejects with `no-leader`: nothing was sent. */
  takesWrites(): Promise<void>;
  /** Replaces the whole label set: the caller passes every label that is to stay. Never retried blindly. @returns the PCE's request id */
  putLabels(href: string, labels: readonly Label[]): Promise<string | undefined>;
  /** Sets the enforcement mode alone; labels stay. Never retried blindly. @returns the PCE's request id */
  putMode(href: string, mode: Mode): Promise<string | undefined>;
  /** Label with exactly this key and value; undefined when there is none. */
  findLabel(key: string, value: string): Promise<Label | undefined>;
  /**
   * Streams the flows of a query, one call of `row` each. Rejected after rows were handed over: they are a part, forget them.
   * Aborting the signal cancels the query at the PCE and rejects with `timeout`, not retryable.
   * @param stage told at every look at the query, so also several times the same
   */
  flows(
    query: TrafficQuery,
    row: (flow: Flow) => void,
    signal?: AbortSignal,
    stage?: (stage: QueryStage) => void,
  ): Promise<TrafficAnswer>;
  /** Link to a workload in the console. */
  link(href: string): string;
  /** Calls per minute over the last five minutes. */
  callsPerMinute(): number;
}

/** One more PCE of a supercluster. */
export interface Member {
  readonly name: string;
  /** Why it did not answer; undefined = it did. */
  readonly trouble: string | undefined;
  readonly hosts: number;
}

/** All workloads and labels of one PCE, cached. */
export interface Inventory extends Estate {
  readonly pce: string;
  /** Epoch ms of the last complete read; undefined before it. */
  readonly readAt: number | undefined;
  /** The other PCEs of a supercluster at the last read; `hosts` report to it, and are not known while it does not tell. */
  readonly members?: readonly Member[];
  /** How many workloads it holds. */
  readonly size: number;
  /** Every workload the search can mean, few others where the indices know it, found as they are asked for; the caller judges each. */
  among(search: HostSearch): Iterable<Workload>;
  labels(): Iterable<Label>;
  byAddress(address: string): readonly Workload[];
  /** Reads everything anew; concurrent calls share one read. */
  refresh(): Promise<void>;
  /** Reads those the inventory lacks, each with a short deadline; what cannot be read stays unknown. */
  ensure(hrefs: Iterable<string>): Promise<void>;
  /** Takes a newer reading of one workload; null removes it. */
  note(href: string, workload: Workload | null): void;
}

export type ChatErrorCode =
  /** Nobody knows whether Slack acted: no answer was read. Look it up before sending again. */
  | 'unclear'
  /** Not done, may be tried again after `retryAfterMs`. */
  | 'rate-limited'
  | 'unavailable'
  /** Not done and will not be: the channel is gone, archived or the bot is not in it. */
  | 'no-channel'
  /** The message to edit is gone or may no longer be edited. */
  | 'no-message'
  /** Slack refuses the content: our fault. */
  | 'refused-content'
  /** Token, scope or workspace settings forbid it. */
  | 'refused';

export class ChatError extends Error {
  readonly code: ChatErrorCode;
  /** Slack's own error word. */
  readonly slack: string;
  readonly retryAfterMs: number | undefined;
  constructor(code: ChatErrorCode, slack: string, more: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(`Slack: ${slack}`, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'ChatError';
    this.code = code;
    this.slack = slack;
    this.retryAfterMs = more.retryAfterMs;
  }
}

/** What a view makes: `text` is the push notification and what screen readers say. */
export interface Message {
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** A Block Kit block, opaque here: views build them with Slack's own types, the adapter sends them. */
export interface Block {
  readonly type: string;
}

/** A modal, opaque like a block. */
export interface Modal {
  readonly type: 'modal';
  readonly callback_id?: string;
  readonly blocks: readonly Block[];
}

/** What a person sees on the app's Home tab, opaque like a block. */
export interface Home {
  readonly type: 'home';
  readonly blocks: readonly Block[];
}

export interface Profile {
  readonly person: Person;
  readonly name: string;
  /** A full, living member of the installing team: no guest, bot, outsider or deleted account. */
  readonly fullMember: boolean;
  /** Why not, for people. */
  readonly why: string | undefined;
  readonly zone: string | undefined;
  /** Only when Slack has confirmed it and we may read it: two accounts with the same one are one person. */
  readonly email?: string;
}

export interface ChannelInfo {
  readonly id: string;
  readonly name: string;
  readonly member: boolean;
  readonly archived: boolean;
  /** Shared, or about to be, with another organisation: no alert, button or file there (definitions §8). */
  readonly external: boolean;
}

/** Slack. `post` and `edit` are called after their `slot`; every method rejects with ChatError. */
export interface Chat {
  /** Waits until the pace of the channel and the workspace allows this call. Resolves at once when it does, and counts it as made. */
  slot(channel: string, call: 'post' | 'edit'): Promise<void>;
  /**
   * Takes the slot of a post where nothing has to be waited for: it is free now, and the channel is known to be no other
   * organisation's. @returns how to give it back unused; undefined where something has to be
   */
  claim(channel: string): (() => void) | undefined;
  post(
    to: { channel: string; thread?: string; broadcast?: boolean; key: string },
    message: Message,
  ): Promise<string>;
  edit(at: { channel: string; ts: string }, message: Message): Promise<void>;
  /** Message times by delivery key, of those of the keys that stand in the channel (or thread) since `since` (epoch ms). */
  find(
    where: { channel: string; thread?: string; since: number },
    keys: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, string>>;
  remove(at: { channel: string; ts: string }): Promise<void>;
  ephemeral(to: { channel: string; user: string; thread?: string }, message: Message): Promise<void>;
  /** Answers a command or click by its response_url: ephemeral, works where the bot is no member, 5 times in 30 min. */
  respond(responseUrl: string, message: Message): Promise<void>;
  openView(triggerId: string, view: Modal): Promise<string>;
  updateView(viewId: string, view: Modal): Promise<void>;
  /** Shows a person's Home tab anew. */
  publish(user: string, home: Home): Promise<void>;
  profile(person: Person): Promise<Profile>;
  /** Members of a user group; [] when it is disabled. */
  groupMembers(group: string): Promise<readonly string[]>;
  channel(id: string): Promise<ChannelInfo>;
  permalink(at: { channel: string; ts: string }): Promise<string | undefined>;
  /** The channel of our direct messages with a person. Rejects with ChatError where the right to open one is missing. */
  direct(user: string): Promise<string>;
  /** Shows a file at once. For answers: what becomes of an unread outcome is up to the caller. */
  upload(to: { channel: string; thread?: string }, file: Upload): Promise<void>;
  /** The steps of an upload one by one, for a file that must be neither lost nor shown twice. Nobody sees it before `share`. */
  readonly uploads: {
    /** Hands over the bytes. @returns the file's id, to be made durable before it is shared */
    put(file: Upload): Promise<string>;
    /** Shows it in a thread, with a message beside it; called after the channel's `slot`. */
    share(
      to: { channel: string; thread: string },
      file: { id: string; title: string },
      message: Message,
    ): Promise<void>;
    /** Every place where it is shown; [] when it is shown nowhere, or not known any more. */
    shares(id: string): Promise<readonly { channel: string; ts: string }[]>;
  };
}

/** A file for people. */
export interface Upload {
  readonly name: string;
  readonly title: string;
  /** Text is sent as UTF-8. */
  readonly content: string | Uint8Array;
  /** What a picture shows, in words. */
  readonly altText?: string;
}

/** What a person did in Slack. The adapter has checked where it comes from; ids and texts are still only claims to be looked up. */
export type Inbound =
  | {
      readonly kind: 'command';
      readonly id: string;
      readonly person: Person;
      readonly channel: string;
      /** The thread it was asked in, by naming the bot; absent for what was typed after /illumio. */
      readonly thread?: string;
      readonly text: string;
      /** '' where nothing can be opened in answer: a message that names the bot. */
      readonly triggerId: string;
      readonly responseUrl: string;
    }
  | {
      /** Somebody used a shortcut of the app on a message. */
      readonly kind: 'shortcut';
      readonly id: string;
      readonly person: Person;
      readonly channel: string;
      readonly callbackId: string;
      readonly message: {
        readonly ts: string;
        readonly thread: string | null;
        /** Everything it says, blocks and attachments included. Foreign text. */
        readonly text: string;
      };
      readonly triggerId: string;
      readonly responseUrl: string;
    }
  | {
      readonly kind: 'click';
      readonly id: string;
      readonly person: Person;
      readonly channel: string | null;
      /** The message the button stands in; null for buttons in views. */
      readonly message: {
        readonly ts: string;
        readonly thread: string | null;
        readonly ours: boolean;
      } | null;
      readonly viewId: string | null;
      /** `action_id`: which action. */
      readonly action: string;
      /** The button's value, or the value of the chosen option. */
      readonly value: string;
      readonly triggerId: string;
      readonly responseUrl: string | null;
    }
  | {
      readonly kind: 'submission';
      readonly id: string;
      readonly person: Person;
      readonly viewId: string;
      readonly callbackId: string;
      readonly privateMetadata: string;
      /** By action id of the input; absent inputs are ''. */
      readonly values: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'event';
      readonly id: string;
      readonly type: string;
      /** Its `user` is this bot. */
      readonly self: boolean;
      readonly body: Readonly<Record<string, unknown>>;
    };

/** What is said to Slack at once (always under 3 s) and what is done afterwards. */
export interface Handling {
  /** Made durable before the acknowledgement, so that nothing acknowledged is lost (fault 30): milliseconds, never a call. */
  readonly before?: () => Promise<void>;
  /** For submissions: the view shown while the work runs, or errors by input block. */
  readonly ack?: { readonly update: Modal } | { readonly errors: Readonly<Record<string, string>> };
  readonly work?: () => Promise<void>;
}

/** Decides what an inbound means. Must not throw and must not wait: waiting belongs into `work`. */
export type Inbox = (inbound: Inbound) => Handling;
