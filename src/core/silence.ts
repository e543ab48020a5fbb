import type { Person } from './alert.ts';
import { type Matchable, type Matcher, matches } from './matcher.ts';

/** A matcher that hides findings until a time (definitions §4). What it hid is told when it ends. */
export interface Silence {
  readonly id: string;
  readonly matcher: Matcher;
  /** null = the configuration, or a maintenance window of it. */
  readonly by: Person | null;
  /** As people read it: "maya", "config.yml", "maintenance". */
  readonly byName: string;
  readonly reason: string;
  /** When it was asked for; it hides from then on, or from its approval. Epoch ms. */
  readonly at: number;
  readonly until: number;
  /** `asked` waits for an approver and hides nothing yet. */
  readonly state: 'asked' | 'active' | 'ended';
  /** Why it needs an approver; absent when it needs none. */
  readonly needs?: string;
  readonly approvedBy?: Person;
  readonly endedAt?: number;
  /** Who ended it before its time. */
  readonly endedBy?: Person;
  /** What it hid: names and how often, by fingerprint; `more` counts what is beyond those. */
  readonly hid: Readonly<Record<string, { readonly name: string; readonly count: number }>>;
  readonly more: number;
  /** The UTC day (`2026-11-22`) on which its first high-value or critical finding passed. */
  readonly passedOn?: string;
  /** Its end was told. */
  readonly told?: boolean;
}

/** Names a silence keeps of what it hid. */
export const HID_MOST = 500;

/** True while it hides. */
export const isActive = ({ state, until }: Pick<Silence, 'state' | 'until'>, now: number): boolean =>
  state === 'active' && now < until;

/** The UTC day of a time. */
export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** The silence that hides this: the one that hides longest, so that nothing appears between two. */
export const silenceOf = (silences: readonly Silence[], about: Matchable, now: number): Silence | undefined =>
  silences
    .filter((one) => isActive(one, now) && matches(one.matcher, about))
    .reduce<Silence | undefined>(
      (longest, one) => (longest === undefined || one.until > longest.until ? one : longest),
      undefined,
    );
