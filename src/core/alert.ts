import type { Severity } from './severity.ts';
import type { Subject } from './subject.ts';
import type { Text } from './text.ts';

/** Who did something in Slack: ids are only unique together with their team (facts/slack §5). */
export interface Person {
  readonly team: string;
  readonly user: string;
}

/** Who answered outside Slack, as another product names him, and where. Foreign text. */
export interface Outsider {
  readonly name: string;
  readonly via: string;
}

/**
 * Why a firing alert was not told: it ends "inhibited by alert id" or "silenced by id" (promise 2). What was told before is not held:
 * of that only the counter moves.
 */
export interface Held {
  readonly kind: 'inhibited' | 'silenced';
  /** Id of the inhibiting alert, or of the silence. */
  readonly by: string;
  readonly at: number;
}

/** Since when nobody has answered, and how often that was said aloud (definitions §4 "Escalation"). */
export interface Escalation {
  readonly since: number;
  readonly step: number;
}

/** What it turned out to be: one tap of a person. */
export const VERDICTS = ['real', 'expected', 'false'] as const;
export type AlertVerdict = (typeof VERDICTS)[number];

export interface Closing {
  readonly as: AlertVerdict;
  readonly by: Person;
  readonly at: number;
}

/** One time an alert fired, from its beginning to its end: what context lines and trials count. */
export interface Episode {
  readonly from: number;
  readonly to: number;
  readonly severity: Severity;
  readonly closed?: Closing;
}

export interface Note {
  readonly by: Person;
  readonly at: number;
  readonly text: string;
}

/**
 * One fingerprint (PCE + rule + subject) and its life (definitions §4).
 * `told` is the state of `once` rules: a fact that was said, never "resolved".
 */
export interface Alert {
  /** Short, stable, safe in a button: derived from the fingerprint. */
  readonly id: string;
  readonly fingerprint: string;
  readonly pce: string;
  readonly rule: string;
  readonly life: 'state' | 'burst' | 'once';
  readonly subject: Subject;
  readonly state: 'firing' | 'resolved' | 'told';
  readonly severity: Severity;
  readonly title: string;
  readonly story: Text;
  readonly workloads: readonly string[];
  readonly suggests: readonly string[];
  /** Newest event that fired it. */
  readonly event: string | null;
  /** Occurrences since it last began to fire. */
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** When it was found to fire, this time. Tells one time from another: events found late move `firstAt`, never this. */
  readonly begunAt: number;
  readonly highValue: boolean;
  /** Repeats are withheld until then; `stepMs` doubles while it keeps firing (definitions §4 quiet period). */
  readonly quiet: { readonly until: number; readonly stepMs: number };
  readonly acknowledged?: { readonly by: Person | Outsider; readonly at: number };
  /** Hidden from new posts until then, by a person. */
  readonly snoozed?: { readonly by: Person; readonly until: number };
  readonly resolved?: { readonly at: number; readonly why: string };
  /** The delivery whose message named this subject and was acknowledged by Slack. */
  readonly said?: string;
  /** This firing began within its quiet period, or flaps: shown by edits, never posted, nor is its end. */
  readonly hushed?: boolean;
  readonly held?: Held;
  readonly escalation?: Escalation;
  /** Times at which it began or ended, oldest first: the newest few (core/flapping). */
  readonly changes?: readonly number[];
  /** User id of who looks after it. */
  readonly assigned?: { readonly to: string; readonly by: Person; readonly at: number };
  readonly notes?: readonly Note[];
  readonly closed?: Closing;
  /** Earlier times it fired, oldest first. */
  readonly past?: readonly Episode[];
}

/** Episodes kept of one alert: what happens more often is known well enough. */
const PAST = 30;

/** The earlier episodes of an alert that begins anew. */
export const pastOf = (before: Alert | undefined): readonly Episode[] =>
  before === undefined
    ? []
    : [
        ...(before.past ?? []),
        {
          from: before.firstAt,
          to: before.resolved?.at ?? before.lastAt,
          severity: before.severity,
          ...(before.closed === undefined ? {} : { closed: before.closed }),
        },
      ].slice(-PAST);

/** One root message in one channel and the alerts in it. */
export interface Incident {
  readonly id: string;
  /** channel + PCE + rule + group values: what further alerts are matched by while it is open. */
  readonly key: string;
  readonly channel: string;
  readonly pce: string;
  readonly rule: string;
  readonly alerts: readonly string[];
  readonly openedAt: number;
  readonly joinedAt: number;
  readonly open: boolean;
  /** Notifications so far: the `n` of the next delivery key. */
  readonly said: number;
  /** Where the root message stands; absent until Slack confirmed it. */
  readonly root?: { readonly channel: string; readonly ts: string };
  /** What the root should show has changed `revision` times; `shown` is the revision last confirmed by Slack. */
  readonly revision: number;
  readonly shown: number;
  /** Its root may stand twice: nobody could find out whether the first one arrived. */
  readonly repeated?: boolean;
  /** Graver than anything told before raises a broadcast; the app/env pairs already told do not. */
  readonly severity: Severity;
  readonly groups: readonly string[];
}

/** `escalated` = its severity rose; `unanswered` = nobody acknowledged it in time (definitions §4 says "escalated" of both). */
export const REASONS = [
  'first',
  'more',
  'repeat',
  'escalated',
  'unanswered',
  'resolved',
  'late',
  'digest',
] as const;
export type Reason = (typeof REASONS)[number];

/**
 * The durable row of one notification. It stores ids, never blocks: the message is rendered when it is sent, from the newest
 * state. `intent` = about to be posted, or posted without a confirmation read (promise 2).
 */
export interface Delivery {
  /** (incident, reason, n): written into the message's metadata, so that a lost answer can be looked up. */
  readonly key: string;
  readonly incident: string;
  readonly reason: Reason;
  readonly channel: string;
  /** `file` = a line of the thread with the names in a file beside its count. */
  readonly place: 'root' | 'thread' | 'broadcast' | 'file';
  readonly alerts: readonly string[];
  /** Group or user id from the configuration to mention. */
  readonly mention?: string;
  readonly queuedAt: number;
  readonly state: 'queued' | 'intent' | 'dead';
  readonly intentAt?: number;
  /** The thread it was about to be posted to: its root may stand elsewhere by the time it is looked for. */
  readonly thread?: string;
  /** Of a file: Slack's id, durable before anybody can see it. */
  readonly file?: string;
  /** Failed attempts so far and when to try next. */
  readonly tries: number;
  readonly notBefore: number;
  readonly trouble?: string;
  /** Looked for after an unclear answer and not found: once sent again it is looked for once more. */
  readonly resent?: boolean;
  /** It could not be looked for: the copy says that it may be one. */
  readonly repeated?: boolean;
  /** Slack refused its content: it goes out once more as names and nothing else. */
  readonly plain?: boolean;
  /** Slack took no file: its names go into the line, however many. */
  readonly unfiled?: boolean;
  /** Of one that was given up: people have been told. */
  readonly alarmed?: boolean;
}

/** What remains of a delivery that Slack confirmed: enough to answer "why" and "was it said". */
export interface Told {
  readonly key: string;
  readonly incident: string;
  readonly reason: Reason;
  readonly channel: string;
  /** Where it stands; of a file, the thread it stands in. */
  readonly ts: string;
  readonly at: number;
  readonly alerts: readonly string[];
  readonly thread?: string;
  readonly file?: string;
  /** When to look for a second copy, epoch ms: it was sent again after an unclear answer. */
  readonly lookAt?: number;
}

/** PCE + rule + subject: what makes two findings the same alert. */
export const fingerprintOf = (pce: string, rule: string, subjectKey: string): string =>
  `${pce}|${rule}|${subjectKey}`;

/** Hosts a root message names: the first of its incident. Further ones are named in lines of its thread. */
export const NAMED_IN_ROOT = 10;

/** Characters the names of one line may take: Slack refuses messages from 13,000 characters of JSON on (facts/slack §3). */
const NAMES_ROOM = 9_000;
/** The longest host name of DNS, and what parts it from the next one. */
const NAME_ROOM = 255;
const roomOf = ({ subject }: Alert): number => Math.min(subject.name.length, NAME_ROOM) + 2;

/** The alerts in as few lines as name them all. */
export const inLines = (alerts: readonly Alert[]): string[][] => {
  const lines: string[][] = [];
  let room = 0;
  for (const alert of alerts) {
    room -= roomOf(alert);
    if (room < 0) {
      lines.push([]);
      room = NAMES_ROOM - roomOf(alert);
    }
    lines[lines.length - 1]?.push(alert.fingerprint);
  }
  return lines;
};

/** True when one line can name them all. */
export const fitOneLine = (alerts: readonly Alert[]): boolean =>
  alerts.reduce((sum, alert) => sum + roomOf(alert), 0) <= NAMES_ROOM;
