import type { Alert } from '../alert.ts';
import { boardOn } from '../board.ts';
import { isRestless } from '../flapping.ts';
import { isActive } from '../silence.ts';
import type { State, Transition } from '../state.ts';
import { inhibitorsOf } from './cover.ts';
import { escalate, isUnanswered } from './escalate.ts';
import { release } from './release.ts';
import type { DispatchDeps, LabelSets, Slice } from './weighed.ts';

/** What may have to be said of an alert although nothing new was found: whether time alone can make it due. */
export const needsAttention = (alert: Alert): boolean =>
  alert.state !== 'resolved' &&
  ((alert.held !== undefined && alert.state === 'firing') ||
    isUnanswered(alert, Number.POSITIVE_INFINITY) ||
    isHushedHighValue(alert));

/** A high-value host is never quiet: once it has stopped flapping and still fires, that is said. */
const isHushedHighValue = ({ hushed, highValue, state }: Alert): boolean =>
  hushed === true && highValue && state === 'firing';

export interface AttendDeps extends DispatchDeps {
  labelsOf(alert: Alert): LabelSets;
  /** Whether a rule only says that something is absent. */
  bornOfAbsence(rule: string): boolean;
  /**
   * False = what an inhibitor hid waits: its hosts are read first, for the condition may be over by now (definitions §4 with §2 "State
   * sweep").
   */
  readonly hostsRead: boolean;
}

/** What time alone has made due: what is no longer hidden, what nobody has answered, what has stopped flapping. */
export const attend = (
  alerts: readonly Alert[],
  slice: Slice,
  state: State,
  deps: AttendDeps,
): readonly Transition[] => {
  const board = boardOn({ ...state, ...slice });
  const silences = new Map(board.silences().map((one) => [one.id, one]));
  for (const alert of alerts) {
    const labels = deps.labelsOf(alert);
    const calm = isHushedHighValue(alert) && !isRestless(alert, deps.now);
    if (calm || isReleased(alert, silences, (one) => board.alert(one), deps))
      release(board, alert.fingerprint, labels, deps);
    else escalate(board, alert, labels, deps);
  }
  return board.transitions;
};

/** True when what hid it is over. */
export const isReleased = (
  { held, state, rule, pce, subject }: Alert,
  silences: Slice['silences'],
  alertOf: (fingerprint: string) => Alert | undefined,
  { now, hostsRead, bornOfAbsence }: Pick<AttendDeps, 'now' | 'hostsRead' | 'bornOfAbsence'>,
): boolean => {
  if (held === undefined || state !== 'firing') return false;
  if (held.kind === 'silenced') {
    const silence = silences.get(held.by);
    return silence === undefined || !isActive(silence, now);
  }
  const inhibitors = inhibitorsOf({ rule, bornOfAbsence: bornOfAbsence(rule) }, pce, subject);
  return hostsRead && inhibitors.every((one) => alertOf(one)?.state !== 'firing');
};
