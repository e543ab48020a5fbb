import { targetRef } from '../core/command.ts';
import type { LabelledBy } from '../core/labelled-by.ts';
import type { Message } from '../core/ports.ts';
import type { Response } from '../core/response.ts';
import { counted } from '../core/text.ts';
import { containmentLine, factsLine } from './containment.ts';
import { actions, bold, button, context, md, message, section, time } from './parts.ts';

/** Hosts of one message: with four blocks each, and two for each of the others, they fit Slack's fifty. */
const MOST = { ours: 10, strays: 5 } as const;

/** A host that carries the quarantine label although nobody here put it on. */
export interface Stray {
  readonly pce: string;
  readonly href: string;
  readonly name: string;
  /** Who did, and when; undefined where the PCE's events do not say. */
  readonly labelled: LabelledBy | undefined;
}

/** Who is in quarantine, why, until when and what is known of the policy; @param hidden those outside the asker's role */
export const quarantinedView = (
  rows: readonly Response[],
  hidden: number,
  strays: readonly Stray[] = [],
): Message => {
  const head =
    rows.length === 0
      ? 'No host is in quarantine by this bot'
      : `${counted(rows.length, 'host')} in quarantine`;
  return message(head, [
    section(md`${bold(head)}${hidden === 0 ? '' : `, and ${hidden} outside your role`}`),
    ...rows.slice(0, MOST.ours).flatMap(one),
    ...(rows.length > MOST.ours ? [context(md`and ${rows.length - MOST.ours} more`)] : []),
    ...strays.slice(0, MOST.strays).flatMap(strayOf),
    ...(strays.length > MOST.strays
      ? [
          context(
            md`and ${strays.length - MOST.strays} more that carry the label, not by this bot: /illumio workload with the label lists them`,
          ),
        ]
      : []),
  ]);
};

const strayOf = ({ pce, href, name, labelled }: Stray) => [
  section(
    md`${bold(name)} carries the quarantine label, not by this bot: ${labelled === undefined ? md`who put it on is not in the PCE's events of the last 7 days` : md`by ${labelled.by} ${time(labelled.at)}`}. Nobody watches it, and it has no end.`,
  ),
  actions(
    button({ action: 'adopt', value: targetRef(pce, href), text: 'Adopt…', label: `adopt ${name}` }),
    button({ action: 'release', value: targetRef(pce, href), text: 'Release…', label: `release ${name}` }),
  ),
];

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
