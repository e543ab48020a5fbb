import { targetRef } from '../core/command.ts';
import type { Dispute } from '../core/dispute.ts';
import type { Message } from '../core/ports.ts';
import { actions, bold, button, context, md, message, section, time } from './parts.ts';

/** A host of which a restored backup and the PCE say different things: both states, and what can be done; once it is over, how. */
export const disputeCard = (
  { pce, href, name, kind, ours, theirs }: Dispute,
  restoredAt: number,
  end: string | undefined,
): Message => {
  const head = `${name}: this bot and the PCE disagree about its quarantine`;
  if (end !== undefined)
    return message(head, [
      section(md`${bold(name)}: after the restored backup this bot and the PCE disagreed. Over: ${end}.`),
    ]);
  const value = targetRef(pce, href);
  const first =
    kind === 'lost'
      ? button({ action: 'quarantine', value, text: 'Quarantine again…', style: 'danger' })
      : button({ action: 'adopt', value, text: 'Adopt…' });
  return message(head, [
    section(
      md`${bold(head)}\nThis bot, put back from a backup ${time(restoredAt)}: ${ours}\nThe PCE: ${theirs}\nNothing was written. Which of the two is to be?`,
    ),
    actions(
      first,
      button({ action: 'release', value, text: 'Release…' }),
      button({ action: 'keep-as-is', value, text: 'Keep as it is' }),
    ),
    context(md`PCE ${pce}`),
  ]);
};
