import type { Person } from './alert.ts';
import type { Label } from './label.ts';
import type { Mode } from './workload.ts';

/** The workload a response is about, as it was shown to the person who asked. */
export interface Target {
  readonly href: string;
  readonly name: string;
  readonly labels: readonly Label[];
  readonly mode: Mode | undefined;
}

/**
 * A change to a workload's label set, key by key. `replaced` is what stood under the keys before (promise 4: stored before the
 * PUT), `added` what is put there. A quarantine adds; a release adds back what was replaced.
 */
export interface LabelChange {
  readonly replaced: readonly Label[];
  readonly added: readonly Label[];
}

/**
 * - requested: durable, nothing written to the PCE yet;
 * - writing: `change` is durable and one PUT may have gone out; what became of it is found by reading back, never by repeating;
 * - done: the labels were read back as intended; stopped: nothing was written and why; failed: written or unknown, and not as
 *   intended.
 */
export const RESPONSE_STATES = ['requested', 'writing', 'done', 'stopped', 'failed'] as const;
export type ResponseState = (typeof RESPONSE_STATES)[number];

const NEXT: Readonly<Record<ResponseState, readonly ResponseState[]>> = {
  requested: ['writing', 'done', 'stopped', 'failed'],
  writing: ['done', 'stopped', 'failed'],
  done: [],
  stopped: [],
  failed: [],
};

/** True when a response may go from one state to the other. */
export const mayMove = (from: ResponseState, to: ResponseState): boolean => NEXT[from].includes(to);

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
  /** The full label set the PUT carries: what a read-back is compared with. */
  readonly intended?: readonly Label[];
  readonly endedAt?: number;
  /** Why it stopped or failed, for people. */
  readonly outcome?: string;
  /** The quarantine that this release gives back, or null. */
  readonly releases: string | null;
  /** For a quarantine that is done: the response that released it. */
  readonly releasedBy?: string;
  /** The response whose PUT overwrote what this one puts back (definitions §7.6 "Own event"). */
  readonly repairs?: string;
  /** What was seen of the policy after the change, until both are known or it is given up. */
  readonly policy?: PolicyFacts;
}

/** Two of the five facts of definitions §7.7, on the PCE's clock, epoch ms; `overdue` = 10 min went by without new policy. */
export interface PolicyFacts {
  readonly receivedAt?: number;
  readonly appliedAt?: number;
  readonly overdue?: boolean;
}

/** How a response stands after one attempt to carry it out. `writing` = the PCE could not be read back yet. */
export type Outcome =
  | { readonly state: 'done'; readonly labels: readonly Label[]; readonly notes: readonly string[] }
  | { readonly state: 'stopped' | 'failed'; readonly why: string }
  | { readonly state: 'writing' };

/** What became of a response that has ended; undefined for one that has not. */
export const outcomeOf = ({ state, outcome = '', intended = [] }: Response): Outcome | undefined => {
  if (state === 'done') return { state, labels: intended, notes: [] };
  return state === 'stopped' || state === 'failed' ? { state, why: outcome } : undefined;
};
