import { targetRef } from '../core/command.ts';
import type { Message } from '../core/ports.ts';
import type { Response } from '../core/response.ts';
import { counted } from '../core/text.ts';
import { containmentLine, factsLine } from './containment.ts';
import { actions, bold, button, context, md, message, section, time } from './parts.ts';

/** Hosts of one message: with four blocks each they fit Slack's fifty. */
const MOST = 10;

/** Who is in quarantine, why, until when and what is known of the policy; @param hidden those outside the asker's role */
export const quarantinedView = (rows: readonly Response[], hidden: number): Message => {
  const head =
    rows.length === 0
      ? 'No host is in quarantine by this bot'
      : `${counted(rows.length, 'host')} in quarantine`;
  return message(head, [
    section(md`${bold(head)}${hidden === 0 ? '' : `, and ${hidden} outside your role`}`),
    ...rows.slice(0, MOST).flatMap(one),
    ...(rows.length > MOST ? [context(md`and ${rows.length - MOST} more`)] : []),
  ]);
};

const one = (row: Response) => [
  section(
    md`${bold(row.target.name)} since ${time(row.endedAt ?? 0)} by ${row.byName}${alone(row)}: ${row.reason}\n${containmentLine({ ...row, by: md`${row.byName}`, at: row.endedAt ?? 0, policy: row.policy ?? {} })}`,
  ),
  context(factsLine({ at: row.endedAt ?? 0, policy: row.policy ?? {} })),
  actions(
    button({ action: 'release', value: targetRef(row.pce, row.target.href), text: 'Release…' }),
    button({ action: 'extend', value: row.id, text: 'Extend 4 h' }),
    button({ action: 'keep', value: row.id, text: 'Keep' }),
  ),
];

const alone = ({ alone: acted }: Response): string => {
  if (acted === undefined) return '';
  return acted.reviewed === undefined ? ', who acted alone (not reviewed)' : ', who acted alone';
};
