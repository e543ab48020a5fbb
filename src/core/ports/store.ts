import type { Alert, Delivery, Incident, Told } from '../alert.ts';
import type { AuditEntry, AuditRecord } from '../audit.ts';
import type { Brake } from '../brake.ts';
import type { PceEvent } from '../event.ts';
import type { GroupRow } from '../group.ts';
import type { OutputRow } from '../output/owed.ts';
import type { Override } from '../override.ts';
import type { Response } from '../response.ts';
import type { Figures, HourSample, Kind } from '../series/sample.ts';
import type { Silence } from '../silence.ts';
import type { Card, Restore, Task, Transition } from '../state.ts';
import type { KeptTraffic } from '../traffic/watch.ts';

/**
 * What is durable. Reads show only what has reached the disk; `commit` resolves when its transitions have, all or none, and
 * rejects with TransitionRefused when they do not fit (then nothing has changed) or with StoreError when they could not be written.
 */
export interface Store {
  commit(transitions: readonly Transition[]): Promise<void>;
  cursor(pce: string, stream: string): Promise<number | undefined>;
  /** Those of the events that changed something before, by href: the minute in which they were seen, epoch ms; undefined = not kept. */
  seen(pce: string, events: readonly PceEvent[]): Promise<ReadonlyMap<string, number | undefined>>;
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
  cards(): Promise<readonly Card[]>;
  /** A user group as it was read last; undefined when it never was. */
  group(id: string): Promise<GroupRow | undefined>;
  groups(): Promise<readonly GroupRow[]>;
  /** When this state was last put back from a backup; undefined = never. */
  restore(): Promise<Restore | undefined>;
  /** Responses that have not ended. */
  responsesUnfinished(): Promise<readonly Response[]>;
  /** Responses that have ended, and nobody is known to have been told. */
  responsesUntold(): Promise<readonly Response[]>;
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

/** What is in the audit log, for who may ask. */
export interface AuditTrail {
  /** Records with from ≤ time < to (epoch ms), newest first. Reads a bounded part of the log, from its end. */
  find(
    window: { readonly from: number; readonly to: number },
    wanted: (record: AuditRecord) => boolean,
  ): Promise<AuditFound>;
}

export interface AuditFound {
  readonly records: readonly AuditRecord[];
  /** Lines that were read, and those of them that are no good records. */
  readonly read: number;
  readonly bad: number;
  /** Everything from here on was read, epoch ms; later than asked for where the log is too long. */
  readonly completeFrom: number;
}
