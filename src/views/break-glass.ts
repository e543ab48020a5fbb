import type { ModalView } from '@slack/types';
import { targetRef } from '../core/command.ts';
import type { Message } from '../core/ports.ts';
import type { Response } from '../core/response.ts';
import {
  actions,
  bold,
  button,
  clip,
  context,
  joined,
  type Markup,
  md,
  mention,
  message,
  plainText,
  section,
  time,
} from './parts.ts';

export const ALONE_FORM = 'act-alone';

/** What it means to go on without the second person, and what it takes: the host's name and why it cannot wait. */
export const aloneForm = ({ target, needs }: Response, draft: string): ModalView => ({
  type: 'modal',
  callback_id: ALONE_FORM,
  private_metadata: draft,
  title: plainText('Act alone', 24),
  submit: plainText('Quarantine now', 24),
  close: plainText('Cancel'),
  blocks: [
    section(
      md`${bold(target.name)} is quarantined without the second person it needs: ${(needs?.why ?? []).join(' ')}`,
    ),
    section(
      md`Everybody of the approver list is told at once, and it stays marked as not reviewed until one of them has looked at it. You can do this once an hour.`,
    ),
    {
      type: 'input',
      block_id: 'typed',
      label: plainText('Type the name of the host'),
      hint: plainText(clip(target.name, 100)),
      element: { type: 'plain_text_input', action_id: 'typed', max_length: 255 },
    },
    {
      type: 'input',
      block_id: 'words',
      label: plainText('Why it cannot wait'),
      hint: plainText('Seen in the audit log, and by the approvers.'),
      element: { type: 'plain_text_input', action_id: 'words', max_length: 500 },
    },
  ],
});

/** What the approver list reads about it, until and after one of them has looked at it. @param releasedBy who released it */
export const aloneCard = (
  row: Response,
  approvers: readonly string[],
  releasedBy: { readonly name: string; readonly other: boolean } | undefined,
): Message => {
  const { target, byName, alone, state, outcome = '' } = row;
  const open = alone?.reviewed === undefined && releasedBy?.other !== true;
  const said = `${byName} quarantined ${target.name} alone`;
  return message(open ? `${said}: not reviewed` : said, [
    section(
      md`${bold(target.name)}: ${byName} acted alone ${time(alone?.at ?? 0)}, because nobody of the approver list had answered. ${open ? joined(approvers.map(mention), ' ') : ''}\nWhy it could not wait: ${alone?.reason ?? ''}\nReason: ${row.reason}`,
    ),
    ...(state === 'stopped' || state === 'failed' ? [section(md`It was not done: ${outcome}`)] : []),
    ...(releasedBy === undefined ? [] : [context(md`Released by ${releasedBy.name}.`)]),
    context(reviewText(row, open)),
    ...(open
      ? [
          actions(
            button({ action: 'reviewed', value: row.id, text: 'Reviewed', style: 'primary' }),
            ...(state === 'done' && releasedBy === undefined
              ? [button({ action: 'release', value: targetRef(row.pce, target.href), text: 'Release…' })]
              : []),
          ),
        ]
      : []),
    context(md`PCE ${row.pce} · audit id ${row.id}`),
  ]);
};

const reviewText = ({ alone }: Response, open: boolean): Markup => {
  if (open) return md`${bold('Not reviewed.')}`;
  return alone?.reviewed === undefined
    ? md`Looked at by who released it.`
    : md`Reviewed by ${alone.reviewed.name} ${time(alone.reviewed.at)}.`;
};
