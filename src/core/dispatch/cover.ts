import { type Alert, fingerprintOf, type Held } from '../alert.ts';
import type { Board } from '../board.ts';
import type { Matchable } from '../matcher.ts';
import { compareSeverity } from '../severity.ts';
import { dayOf, type Silence, silenceOf } from '../silence.ts';
import { type Subject, subjectKey } from '../subject.ts';
import type { DispatchDeps } from './weighed.ts';

/** What a finding meets before it is told: nothing, something that hides it, or a silence that lets it pass. */
export type Cover =
  | { readonly kind: 'open' }
  | { readonly kind: 'held'; readonly held: Held }
  | { readonly kind: 'passes'; readonly silence: Silence };

/** What a cover is decided on. */
export interface Covered extends Matchable {
  readonly fingerprint: string;
  readonly highValue: boolean;
  readonly bornOfAbsence?: boolean | undefined;
}

const OPEN: Cover = { kind: 'open' };
/** The rule that says that a PCE cannot be reached; and what says the same of a VEN, only better (definitions §4 "Inhibition"). */
const PCE_AWAY = 'pce-unreachable';
const SAYS_MORE: Readonly<Record<string, string>> = { 'ven-missed-heartbeats': 'ven-offline' };

/** Fingerprints of the alerts that would hide this one while they fire. */
export const inhibitorsOf = (
  { rule, bornOfAbsence }: { readonly rule: string; readonly bornOfAbsence?: boolean | undefined },
  pce: string,
  subject: Subject,
): string[] => {
  const better = SAYS_MORE[rule];
  return [
    ...(bornOfAbsence === true
      ? [fingerprintOf(pce, PCE_AWAY, subjectKey({ kind: 'pce', href: null, name: pce }))]
      : []),
    ...(better === undefined ? [] : [fingerprintOf(pce, better, subjectKey(subject))]),
  ];
};

/** A PCE that is merely slow (a warning) still tells the truth about its VENs. */
const inhibits = ({ state, rule, severity }: Alert): boolean =>
  state === 'firing' && (rule !== PCE_AWAY || compareSeverity(severity, 'error') >= 0);

/**
 * Decides whether something hides a finding, and counts it where something does. The first high-value or critical finding a day
 * passes a silence.
 */
export const coverOf = (board: Board, about: Covered, { now, pce }: DispatchDeps): Cover => {
  const by = inhibitorsOf(about, pce, about.subject)
    .flatMap((one) => board.alert(one) ?? [])
    .find(inhibits);
  if (by !== undefined) return { kind: 'held', held: { kind: 'inhibited', by: by.id, at: now } };
  const silence = silenceOf(board.silences(), about, now);
  if (silence === undefined) return OPEN;
  const day = dayOf(now);
  if ((about.highValue || about.severity === 'critical') && silence.passedOn !== day) {
    board.add({ type: 'silence-passed', id: silence.id, day });
    return { kind: 'passes', silence };
  }
  const { fingerprint, subject } = about;
  board.add({ type: 'silence-hid', id: silence.id, fingerprint, name: subject.name });
  return { kind: 'held', held: { kind: 'silenced', by: silence.id, at: now } };
};
