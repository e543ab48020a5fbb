import type {
  Alert,
  AlertVerdict,
  Delivery,
  Escalation,
  Incident,
  Outsider,
  Person,
  Reason,
  Told,
} from './alert.ts';
import type { Brake } from './brake.ts';
import type { Dispute } from './dispute.ts';
import type { GroupRow } from './group.ts';
import type { Label } from './label.ts';
import type { NoticeKind } from './output/notice.ts';
import type { OutputRow } from './output/owed.ts';
import type { Override } from './override.ts';
import type { Inbound } from './ports.ts';
import type { Ending, LabelChange, Needs, PolicyFacts, Response, ResponseState, Vote } from './response.ts';
import type { Severity } from './severity.ts';
import type { Silence } from './silence.ts';
import type { Text } from './text.ts';

/** What each table of a State holds, by id. */
export interface Rows {
  /** By `pce|stream`: everything up to here has been evaluated and its findings are in this state. Epoch ms. */
  readonly cursors: number;
  /** By PCE, then by the minute of the event: events that changed anything, of the last 25 h (design §5). */
  readonly seen: ReadonlyMap<number, SeenEvents>;
  /** By `pce|rule`: each rule's own memory, plain JSON. */
  readonly memories: unknown;
  /** By `pce|rule`: when the rule asked to be called. */
  readonly wakes: number;
  /** By fingerprint. */
  readonly alerts: Alert;
  readonly incidents: Incident;
  /** Not yet confirmed ones only. */
  readonly deliveries: Delivery;
  readonly told: Told;
  readonly responses: Response;
  readonly tasks: Task;
  readonly silences: Silence;
  /** By `output|fingerprint`: what it was told of the alert. */
  readonly outputs: OutputRow;
  /** The brake on all responses, under `BRAKE`; empty = armed. */
  readonly brakes: Brake;
  /** Messages of ours that are kept up to date beside the alerts: requests for approval, reminders. */
  readonly cards: Card;
  /** What people changed of rules in Slack, by id. */
  readonly overrides: Override;
  /** By `pce|source|id`: when an alert of another product was taken, so that it is taken once (definitions §9). Epoch ms. */
  readonly intakes: number;
  /** The newest time this state was put back from a backup, under `RESTORE`; empty = never. */
  readonly restores: Restore;
  /** User groups that roles are given to, by id: since when who is in them. */
  readonly groups: GroupRow;
}

/** By href: the minute (since the epoch) in which an event was seen; null = it was not kept. */
export type SeenEvents = ReadonlyMap<string, number | null>;

/** Everything durable but audit, series and flow observations. A State is never changed, only replaced. */
export type State = { readonly [K in keyof Rows]: ReadonlyMap<string, Rows[K]> };

/** The one key of `restores`. */
export const RESTORE = 'newest';

/** This state was put back from a backup. Until `checkedAt` nothing is written to a PCE (design §5). Epoch ms. */
export interface Restore {
  readonly at: number;
  readonly checkedAt?: number;
  /** What the state and a PCE disagree about, as the check found it. */
  readonly disputes?: readonly Dispute[];
}

/** The one key of `brakes`. */
export const BRAKE = 'bot';

/** Keys of messages that stay for good, such as a list that people have pinned, begin so. */
export const LIST_CARD = 'list.';

/** A message of ours that is kept up to date: posted once per key, then edited. */
export interface Card {
  readonly key: string;
  readonly channel: string;
  /** Absent until Slack confirmed it: then it is looked up before it is posted again. */
  readonly ts?: string;
  /** When it was last about to be posted or was edited, epoch ms: what nobody touches for 30 days is let go. */
  readonly at: number;
  /** What it showed last: when that is no longer so it is edited. */
  readonly face: string;
}

/** The face of a message that was taken away from a shared channel: where it may stand it is posted anew. */
export const HELD_FACE = 'held back';

export const emptyState = (): State => ({
  cursors: new Map(),
  seen: new Map(),
  memories: new Map(),
  wakes: new Map(),
  alerts: new Map(),
  incidents: new Map(),
  deliveries: new Map(),
  told: new Map(),
  responses: new Map(),
  tasks: new Map(),
  silences: new Map(),
  outputs: new Map(),
  brakes: new Map(),
  cards: new Map(),
  restores: new Map(),
  overrides: new Map(),
  intakes: new Map(),
  groups: new Map(),
});

/** A command or a click that was acknowledged and is to be carried out, also after a restart. */
export interface Task {
  readonly id: string;
  readonly at: number;
  readonly inbound: Extract<Inbound, { kind: 'command' | 'click' }>;
}

/** A change of state as a value. A journal line holds them as they are, so every field is plain JSON. */
export type Transition =
  | {
      readonly type: 'polled';
      readonly pce: string;
      readonly stream: string;
      readonly cursor?: number;
      /** When it was seen, epoch ms; absent = not kept. */
      readonly at?: number;
      /** Events that changed anything: [href, event time in ms]. */
      readonly seen: readonly (readonly [string, number])[];
      readonly memories: Readonly<Record<string, unknown>>;
      readonly wakes: Readonly<Record<string, number | null>>;
    }
  | { readonly type: 'alert-fired'; readonly alert: Alert }
  | {
      readonly type: 'alert-repeated';
      readonly fingerprint: string;
      readonly at: number;
      readonly event: string | null;
      readonly severity: Severity;
      readonly title: string;
      readonly story: Text;
      readonly quiet: Alert['quiet'];
      /** What is worth offering, where that changed. */
      readonly suggests?: readonly string[];
      /** Somebody is asked to answer it, from now on. */
      readonly escalation?: Escalation;
      /** A fact that happened again, found then: what people said of the time before does not cover it. */
      readonly begunAt?: number;
    }
  | {
      readonly type: 'alert-resolved';
      readonly fingerprint: string;
      readonly at: number;
      readonly why: string;
    }
  | {
      readonly type: 'alert-acknowledged';
      readonly fingerprint: string;
      readonly by: Person | Outsider;
      readonly at: number;
    }
  | {
      readonly type: 'alert-snoozed';
      readonly fingerprint: string;
      readonly by: Person;
      readonly until: number;
    }
  /** What hid it is over and it still holds: it is told now. */
  | {
      readonly type: 'alert-released';
      readonly fingerprint: string;
      readonly quiet: Alert['quiet'];
      readonly escalation: Escalation;
    }
  | { readonly type: 'alert-escalated'; readonly fingerprint: string; readonly step: number }
  | {
      readonly type: 'alert-assigned';
      readonly fingerprint: string;
      readonly to: string;
      readonly by: Person;
      readonly at: number;
    }
  | {
      readonly type: 'alert-noted';
      readonly fingerprint: string;
      readonly by: Person;
      readonly at: number;
      readonly text: string;
    }
  | {
      readonly type: 'alert-closed';
      readonly fingerprint: string;
      readonly as: AlertVerdict;
      readonly by: Person;
      readonly at: number;
    }
  | { readonly type: 'intake-taken'; readonly key: string; readonly at: number }
  | { readonly type: 'silence-set'; readonly silence: Silence }
  | {
      readonly type: 'silence-approved';
      readonly id: string;
      readonly by: Person;
      readonly until: number;
    }
  | {
      readonly type: 'silence-ended';
      readonly id: string;
      readonly at: number;
      readonly by: Person | null;
    }
  | {
      readonly type: 'silence-hid';
      readonly id: string;
      readonly fingerprint: string;
      readonly name: string;
    }
  | { readonly type: 'silence-passed'; readonly id: string; readonly day: string }
  | { readonly type: 'silence-told'; readonly id: string }
  | { readonly type: 'override-set'; readonly override: Override }
  /** It holds from now on; `by` null = it needed nobody else. */
  | {
      readonly type: 'override-approved';
      readonly id: string;
      readonly by: Person | null;
      readonly at: number;
    }
  | { readonly type: 'override-ended'; readonly id: string; readonly at: number }
  | {
      readonly type: 'output-told';
      readonly output: string;
      readonly fingerprint: string;
      readonly episode: number;
      readonly kind: NoticeKind;
      readonly severity: Severity;
      readonly at: number;
    }
  | {
      readonly type: 'output-failed';
      readonly output: string;
      readonly fingerprint: string;
      readonly episode: number;
      readonly notBefore: number;
      readonly trouble: string;
      readonly dead: boolean;
    }
  | { readonly type: 'incident-opened'; readonly incident: Incident }
  | {
      readonly type: 'incident-joined';
      readonly id: string;
      readonly alerts: readonly string[];
      readonly at: number;
      readonly severity: Severity;
      readonly groups: readonly string[];
    }
  | { readonly type: 'incident-touched'; readonly id: string }
  | { readonly type: 'incident-shown'; readonly id: string; readonly revision: number }
  | { readonly type: 'incident-unlinked'; readonly id: string }
  | { readonly type: 'incident-linked'; readonly id: string; readonly channel: string; readonly ts: string }
  /** The alerts of `from` move into `into`; what `from` still had to say is said there. */
  | { readonly type: 'incidents-folded'; readonly into: string; readonly from: readonly string[] }
  | { readonly type: 'incident-closed'; readonly id: string }
  | { readonly type: 'delivery-queued'; readonly delivery: Delivery }
  | {
      readonly type: 'delivery-joined';
      readonly key: string;
      readonly alerts: readonly string[];
      readonly place: Delivery['place'];
      /** Replaces whom it mentions. */
      readonly mention?: string;
    }
  | {
      readonly type: 'delivery-intent';
      readonly key: string;
      readonly at: number;
      readonly channel: string;
      readonly thread?: string;
      readonly file?: string;
    }
  /** What was still to be said is said by other deliveries of the same incident, which name the same alerts. */
  | {
      readonly type: 'deliveries-replaced';
      readonly keys: readonly string[];
      readonly by: readonly Delivery[];
    }
  | {
      readonly type: 'delivery-sent';
      readonly key: string;
      readonly channel: string;
      readonly ts: string;
      readonly at: number;
      readonly revision?: number;
    }
  /** Looked for a second copy: again at `lookAt`, or never. */
  | { readonly type: 'told-looked'; readonly key: string; readonly lookAt: number | null }
  | {
      readonly type: 'delivery-failed';
      readonly key: string;
      readonly notBefore: number;
      readonly trouble: string;
      readonly channel?: string;
      readonly resent?: boolean;
      readonly repeated?: boolean;
      readonly plain?: boolean;
      /** Slack no longer knows its file: the next attempt makes a new one. */
      readonly fileGone?: boolean;
    }
  | { readonly type: 'delivery-dead'; readonly key: string; readonly trouble: string }
  /** People were told that these cannot be shown. */
  | { readonly type: 'deliveries-alarmed'; readonly keys: readonly string[] }
  | { readonly type: 'response-requested'; readonly response: Response }
  | {
      readonly type: 'response-moved';
      readonly id: string;
      readonly from: ResponseState;
      readonly to: ResponseState;
      readonly at: number;
      readonly change?: LabelChange;
      readonly intended?: readonly Label[];
      /** The quarantine a release ends, where it became known only now. */
      readonly releases?: string;
      readonly outcome?: string;
      readonly needs?: Needs;
      readonly lapsesAt?: number;
    }
  /** What came of it stands in Slack, or was said to the one who asked. */
  | { readonly type: 'response-told'; readonly id: string }
  /** One of the approver list agrees; with the last vote it needs the request is approved. */
  | { readonly type: 'response-voted'; readonly id: string; readonly vote: Vote }
  /** Reviewed later, or kept until somebody releases it. */
  | {
      readonly type: 'response-extended';
      readonly id: string;
      readonly until: number;
      readonly ending: Ending;
    }
  | { readonly type: 'response-kept'; readonly id: string; readonly by: Person; readonly at: number }
  | { readonly type: 'response-reminded'; readonly id: string; readonly reminders: number }
  /** Its requester goes on without the second person; or one of the approver list has looked at that since. */
  | {
      readonly type: 'response-alone';
      readonly id: string;
      readonly at: number;
      readonly reason: string;
    }
  | { readonly type: 'response-reviewed'; readonly id: string; readonly vote: Vote }
  /** Who is in a user group now. */
  | {
      readonly type: 'group-read';
      readonly group: string;
      readonly users: readonly string[];
      readonly at: number;
    }
  /** One of the approver list lets somebody have the group's role before his time is over. */
  | { readonly type: 'group-let-in'; readonly group: string; readonly user: string; readonly vote: Vote }
  | { readonly type: 'disarmed'; readonly brake: Brake }
  | { readonly type: 'rearmed' }
  | { readonly type: 'card-shown'; readonly card: Card }
  | { readonly type: 'response-released'; readonly id: string; readonly by: string }
  /** Its PUT changed something else than was read before it: what really stood under its keys. */
  | { readonly type: 'response-corrected'; readonly id: string; readonly change: LabelChange }
  | { readonly type: 'response-observed'; readonly id: string; readonly policy: PolicyFacts }
  | { readonly type: 'task-accepted'; readonly task: Task }
  | { readonly type: 'task-done'; readonly id: string }
  | { readonly type: 'restored'; readonly at: number }
  | { readonly type: 'restore-checked'; readonly at: number; readonly disputes?: readonly Dispute[] }
  /** Somebody said that a host stays as it is, here and in the PCE. */
  | {
      readonly type: 'dispute-kept';
      readonly pce: string;
      readonly href: string;
      readonly byName: string;
      readonly at: number;
    }
  | { readonly type: 'pruned'; readonly at: number };

/** The key of an incident's next notification: (incident, reason, n). */
export const deliveryKey = (incident: Incident, reason: Reason): string =>
  `${incident.id}.${reason}.${incident.said}`;
