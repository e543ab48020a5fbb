import type { Action } from '../core/action.ts';
import { needsText } from '../core/approval.ts';
import { labelText } from '../core/label.ts';
import type { Outcome, Response } from '../core/response.ts';
import { bold, type Markup, md, time } from './parts.ts';

/** What came of a response, for the one who asked: never more than was read back. */
export const outcomeLines = (
  outcome: Outcome,
  action: Pick<Action, 'id' | 'done'>,
  { target, mode }: Response,
): Markup[] => {
  switch (outcome.state) {
    case 'done':
      if (mode !== undefined)
        return [
          md`${bold(target.name)} is in ${mode.after} now, read back from the PCE. It was in ${mode.before}.`,
          ...outcome.notes.map((note) => md`${note}`),
        ];
      return [
        action.id === 'quarantine'
          ? md`${bold(target.name)} is labelled for quarantine, waiting for policy. Labels read back: ${labelText(outcome.labels)}`
          : md`${bold(target.name)} is ${action.done}. Labels read back: ${labelText(outcome.labels)}`,
        ...outcome.notes.map((note) => md`${note}`),
      ];
    case 'waiting':
      return [
        md`${bold(target.name)}: nothing was done yet. ${needsText(outcome.needs)}`,
        md`They are asked in the announce channel. Unanswered, it lapses at ${time(outcome.lapsesAt)}.`,
      ];
    case 'blocked':
      return [md`Nothing was done yet: ${outcome.why}`];
    case 'denied':
    case 'lapsed':
    case 'stopped':
      return [md`Nothing was done. ${outcome.why}`];
    case 'failed':
      return [md`It did not work as intended. ${outcome.why}`];
    case 'writing':
      return [
        md`The PCE did not answer, so I don't know yet whether ${target.name} was changed. I keep reading it back and say so in the alert; nothing is written twice.`,
      ];
    default:
      return outcome satisfies never;
  }
};
