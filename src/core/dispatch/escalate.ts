import type { Alert } from '../alert.ts';
import type { Board } from '../board.ts';
import { approversIn, destinations, unansweredKey } from '../route.ts';
import type { Severity } from '../severity.ts';
import { tell, tellAt } from './tell.ts';
import type { DispatchDeps, LabelSets } from './weighed.ts';

const MINUTE_MS = 60_000;

/** Definitions §4: after how long without an answer it is said again; a second step goes to the approvers. Others never escalate. */
const STEPS_MS: Readonly<Partial<Record<Severity, readonly number[]>>> = {
  critical: [5 * MINUTE_MS, 15 * MINUTE_MS],
  error: [30 * MINUTE_MS],
};

/** True while somebody is still asked to answer it: told, not over, and neither acknowledged, put off, hidden nor judged. */
export const isUnanswered = (alert: Alert, now: number): boolean =>
  alert.state !== 'resolved' &&
  alert.escalation !== undefined &&
  alert.escalation.step < (STEPS_MS[alert.severity]?.length ?? 0) &&
  alert.acknowledged === undefined &&
  alert.closed === undefined &&
  alert.held === undefined &&
  (alert.snoozed === undefined || alert.snoozed.until <= now);

/** Says aloud that nobody has answered, when it is time: once more where it stands, then in the approvers' channel. */
export const escalate = (board: Board, alert: Alert, labels: LabelSets, deps: DispatchDeps): void => {
  const { escalation, severity } = alert;
  if (escalation === undefined || !isUnanswered(alert, deps.now)) return;
  const places = destinations({ ...alert, labels }, deps.settings, deps.now);
  const own = STEPS_MS[severity] ?? [];
  // A route that gives more or less time for the first step stretches the second as well.
  const given = places.flatMap(({ escalateAfterMs }) => escalateAfterMs ?? []);
  const stretch = given.length === 0 ? 1 : Math.min(...given) / (own[0] ?? 1);
  const due = own[escalation.step];
  if (due === undefined || deps.now - escalation.since < due * stretch) return;
  board.add({ type: 'alert-escalated', fingerprint: alert.fingerprint, step: escalation.step + 1 });
  if (escalation.step === 0) return tell(board, alert, labels, 'unanswered', deps);
  const { channels } = deps.settings;
  const channel = approversIn(channels);
  const key = unansweredKey(alert, channels);
  const mention = places.find((one) => one.mention !== undefined)?.mention;
  tellAt(board, alert, labels, { channel, key, mention, escalateAfterMs: undefined }, 'unanswered', deps);
};
