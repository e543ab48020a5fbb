import type { PolicyChange, PolicyQuestion } from '../draft/change.ts';
import type { PceEvent } from '../event.ts';
import type { Flow } from '../flow.ts';
import type { HealthReading } from '../health.ts';
import type { HostSearch } from '../host-index.ts';
import type { Label } from '../label.ts';
import type { Policy } from '../policy.ts';
import type { Reach } from '../rule.ts';
import type { Estate, Mode, Workload } from '../workload.ts';

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
