import { targetRef } from '../core/command.ts';
import type { Message } from '../core/ports.ts';
import type { Response } from '../core/response.ts';
import { span } from '../core/text.ts';
import { actions, bold, button, context, md, message, section, time } from './parts.ts';

/** A reminder that the time of a quarantine ends or has ended; once it is decided it says how, and has no buttons. */
export const reviewCard = (row: Response, why: string | undefined): Message => {
  const { target, byName, reason, until = 0, endedAt = 0, releasedBy, kept } = row;
  const over =
    releasedBy === undefined
      ? kept === undefined
        ? undefined
        : 'it stays until it is released'
      : 'it is released';
  const head = `${target.name}: quarantine to be reviewed`;
  if (over !== undefined)
    return message(head, [section(md`${bold(target.name)} in quarantine since ${time(endedAt)}: ${over}.`)]);
  return message(head, [
    section(
      md`${bold(target.name)} is in quarantine since ${time(endedAt)} (${byName}: ${reason}). Its time ends ${time(until)}. Release it, or say how long it is to stay.`,
    ),
    ...(why === undefined ? [] : [context(md`It is not released by itself: ${why}.`)]),
    actions(
      button({ action: 'release', value: targetRef(row.pce, target.href), text: 'Release…' }),
      button({ action: 'extend', value: row.id, text: 'Extend 4 h' }),
      button({ action: 'keep', value: row.id, text: 'Keep' }),
    ),
    context(md`PCE ${row.pce} · asked for ${span(row.review?.afterMs ?? 0)} · audit id ${row.id}`),
  ]);
};
