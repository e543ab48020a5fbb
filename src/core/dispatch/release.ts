import type { Alert } from '../alert.ts';
import type { Board } from '../board.ts';
import { firstQuiet } from './quiet.ts';
import { tell } from './tell.ts';
import type { DispatchDeps, LabelSets } from './weighed.ts';

/** What hid an alert is over and it still holds: it is told as if it had begun now. */
export const release = (board: Board, fingerprint: string, labels: LabelSets, deps: DispatchDeps): void => {
  const { now } = deps;
  board.add({
    type: 'alert-released',
    fingerprint,
    quiet: firstQuiet(now),
    escalation: { since: now, step: 0 },
  });
  tell(board, board.alert(fingerprint) as Alert, labels, 'more', deps);
};
