import type { Alert } from './alert.ts';

/** More than four changes in 30 min are shown as flapping; the fourth and those after it are shown by edits alone (definitions §4: ≤ 3 messages). */
const FLAPPING = { withinMs: 30 * 60_000, quietFrom: 4, shownFrom: 5 } as const;

/** The newest changes, one more: no more are kept than decide. */
export const changed = (changes: Alert['changes'], at: number): readonly number[] =>
  [...(changes ?? []), at].sort((a, b) => a - b).slice(-FLAPPING.shownFrom);

const within = (changes: Alert['changes'], now: number, count: number): boolean =>
  (changes ?? []).filter((at) => now - at <= FLAPPING.withinMs).length >= count;

/** True when it changed so often that messages say so. @param now the PCE's clock */
export const flaps = ({ changes }: Pick<Alert, 'changes'>, now: number): boolean =>
  within(changes, now, FLAPPING.shownFrom);

/** True when nothing more is posted of its changes: messages that stand are edited. */
export const isRestless = ({ changes }: Pick<Alert, 'changes'>, now: number): boolean =>
  within(changes, now, FLAPPING.quietFrom);
