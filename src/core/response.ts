import type { Person } from './alert.ts';
import type { EffectVerdict } from './effect.ts';
import type { FlowFacts } from './flow-facts.ts';
import type { Label } from './label.ts';
import type { Mode } from './workload.ts';

/** The workload a response is about, as it was shown to the person who asked. */
export interface Target {
  readonly href: string;
  readonly name: string;
  readonly labels: readonly Label[];
  readonly mode: Mode | undefined;
  /** What it was reached at: by which it is known again under another identity. */
  readonly addresses?: readonly string[];
}

/**
 * A change to a workload's label set, key by key. `replaced` is what stood under the keys before (promise 4: stored before the
 * PUT), `added` what is put there. A quarantine adds; a release adds back what was replaced.
 */
export interface LabelChange {
  readonly replaced: readonly Label[];
  readonly added: readonly Label[];
}

/** A change of the enforcement mode of a workload. */
export interface ModeChange {
  readonly before: Mode;
  readonly after: Mode;
}

/**
 * - requested: durable, nothing written to the PCE yet;
 * - waiting: for the votes in `needs`, until `lapsesAt`; approved: they were given; denied, lapsed: they were not;
 * - blocked: may be written, but the PCE has no node that takes writes just now (definitions §7.10);
 * - writing: `change` is durable and one PUT may have gone out; what became of it is found by reading back, never by repeating;
 * - done: the labels were read back as intended; stopped: nothing was written and why; failed: written or unknown, and not as
 *   intended.
 */
export const RESPONSE_STATES = [
  'requested',
  'waiting',
  'approved',
  'blocked',
  'writing',
  'done',
  'stopped',
  'failed',
  'denied',
  'lapsed',
] as const;
export type ResponseState = (typeof RESPONSE_STATES)[number];

const NEXT: Readonly<Record<ResponseState, readonly ResponseState[]>> = {
  requested: ['waiting', 'blocked', 'writing', 'done', 'stopped', 'failed'],
  waiting: ['approved', 'denied', 'lapsed', 'stopped'],
  approved: ['blocked', 'writing', 'done', 'stopped', 'failed'],
  blocked: ['writing', 'done', 'stopped', 'failed', 'lapsed'],
  writing: ['done', 'stopped', 'failed'],
  done: [],
  stopped: [],
  failed: [],
  denied: [],
  lapsed: [],
};

/** True when nothing more happens to it by itself. */
export const hasEnded = ({ state }: Pick<Response, 'state'>): boolean => NEXT[state].length === 0;

/** True when the bot itself has the next step: it is carried out or taken up again without anybody asking. */
export const isRunnable = ({ state }: Pick<Response, 'state'>): boolean =>
  state === 'requested' || state === 'approved' || state === 'blocked' || state === 'writing';

/** True for what puts a host into this bot's quarantine: made by it, or taken over from somebody else. */
export const isQuarantine = ({ action }: Pick<Response, 'action'>): boolean =>
  action === 'quarantine' || action === 'adopt';

/**
 * True for an end that somebody must be told of beside the messages that follow from the state: a denied request is shown as it
 * stands in its message of the announce channel.
 */
export const owesWord = (state: ResponseState): boolean =>
  state === 'done' || state === 'stopped' || state === 'failed' || state === 'lapsed';

/** True for what gives back what a quarantine replaced. */
export const givesBack = ({ action }: Pick<Response, 'action'>): boolean => action === 'release';

/** True when a response may go from one state to the other. */
export const mayMove = (from: ResponseState, to: ResponseState): boolean => NEXT[from].includes(to);

/** What stands between a request and its PUT. No votes = the responder alone is enough. */
export interface Needs {
  /** People of the approver list, other than the one who asked, who must agree. */
  readonly votes: number;
  /** Why, whole sentences. */
  readonly why: readonly string[];
}

/** Somebody of the approver list who agreed. */
export interface Vote {
  readonly by: Person;
  readonly name: string;
  readonly at: number;
}

/** What the bot does at the end of a quarantine's time (definitions §7.8). */
export const ENDINGS = ['ask', 'release'] as const;
export type Ending = (typeof ENDINGS)[number];

/** A durable request to change the PCE, with its own life (design §1). */
export interface Response {
  readonly id: string;
  readonly action: string;
  readonly pce: string;
  readonly target: Target;
  readonly by: Person;
  readonly byName: string;
  readonly reason: string;
  readonly ticket?: string;
  /** Where it was asked, for the answer and the audit. */
  readonly channel: string | null;
  readonly alert: string | null;
  readonly requestedAt: number;
  readonly state: ResponseState;
  readonly change?: LabelChange;
  /** Set where the enforcement mode is changed; its labels then stay as they are. */
  readonly mode?: ModeChange;
  /** The full label set the PUT carries: what a read-back is compared with. */
  readonly intended?: readonly Label[];
  readonly endedAt?: number;
  /** Why it stopped or failed, for people. */
  readonly outcome?: string;
  /** Ended, and nobody is known to have been told: set with the end itself, so that no kill comes between. */
  readonly untold?: true;
  /** The quarantine that this release gives back, or null. */
  readonly releases: string | null;
  /** For a quarantine that is done: the response that released it. */
  readonly releasedBy?: string;
  /** Who must agree before anything is written; absent until it was weighed. */
  readonly needs?: Needs;
  readonly votes?: readonly Vote[];
  /** When a request that waits ends unanswered. */
  readonly lapsesAt?: number;
  /** Since when it waits for a node that takes writes. */
  readonly blockedAt?: number;
  /** When its PUT was about to go out: what budgets count. */
  readonly writtenAt?: number;
  /** Several hosts asked for at once and decided together. */
  readonly batch?: string;
  /** For how long it was asked for, and what then. */
  readonly review?: { readonly afterMs: number; readonly ending: Ending };
  /** When it is to be reviewed, epoch ms: set when it is done, moved by who extends it. */
  readonly until?: number;
  /** Reminders said since `until` was set. */
  readonly reminded?: number;
  /** Somebody decided that it stays until it is released. */
  readonly kept?: { readonly by: Person; readonly at: number };
  /** It was done without the second person it needed, and whether one has looked at it since (definitions §7.5). */
  readonly alone?: { readonly at: number; readonly reason: string; readonly reviewed?: Vote };
  /** The response whose PUT overwrote what this one puts back (definitions §7.6 "Own event"). */
  readonly repairs?: string;
  /** What was seen of the policy after the change, until both are known or it is given up. */
  readonly policy?: PolicyFacts;
}

/** What was seen of the policy after a change (definitions §7.7), epoch ms on the PCE's clock but for `effect`, whose is ours. */
export interface PolicyFacts {
  readonly receivedAt?: number;
  readonly appliedAt?: number;
  /** A static policy: received, and not applied before somebody says so. */
  readonly staged?: boolean;
  /** The first heartbeat that was seen after the policy was applied. */
  readonly heartbeatAt?: number;
  /** 11 min went by without one: the host lost its controller. */
  readonly silent?: boolean;
  /** What the active policy lets pass. */
  readonly effect?: { readonly verdict: EffectVerdict; readonly at: number };
  /** What flow reports said since; absent while none came. */
  readonly flows?: FlowFacts;
  /** 10 min went by without new policy. */
  readonly overdue?: boolean;
  /** Nothing more is waited for. */
  readonly settled?: boolean;
}

/** How a response stands after one attempt to carry it out. `writing` = the PCE could not be read back yet. */
export type Outcome =
  | { readonly state: 'done'; readonly labels: readonly Label[]; readonly notes: readonly string[] }
  | { readonly state: 'stopped' | 'failed' | 'denied' | 'lapsed'; readonly why: string }
  | { readonly state: 'waiting'; readonly needs: Needs; readonly lapsesAt: number }
  | { readonly state: 'blocked'; readonly why: string }
  | { readonly state: 'writing' };

/** What became of a response that has ended or waits for somebody; undefined for one that the bot is to go on with. */
export const outcomeOf = (response: Response): Outcome | undefined => {
  const { state, outcome = '', intended = [], needs, lapsesAt } = response;
  if (state === 'done') return { state, labels: intended, notes: [] };
  if (state === 'waiting' && needs !== undefined) return { state, needs, lapsesAt: lapsesAt ?? 0 };
  return state === 'stopped' || state === 'failed' || state === 'denied' || state === 'lapsed'
    ? { state, why: outcome }
    : undefined;
};
