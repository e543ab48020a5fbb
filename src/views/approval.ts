import { decidedText, votesLeft } from '../core/approval.ts';
import { labelText } from '../core/label.ts';
import type { Message } from '../core/ports.ts';
import type { Response } from '../core/response.ts';
import { listed } from '../core/text.ts';
import {
  actions,
  bold,
  button,
  context,
  joined,
  type Markup,
  md,
  mention,
  message,
  section,
  time,
} from './parts.ts';

/** A request for the approver list: who wants what done to which hosts, why, and why it takes a second person. */
export const approvalCard = (
  rows: readonly [Response, ...Response[]],
  title: string,
  approvers: readonly string[],
  mayActAlone: boolean,
): Message => {
  const [first] = rows;
  const hosts = listed(rows.map(({ target }) => target.name));
  const open = rows.filter(({ state }) => state === 'waiting');
  const said = `${title} ${hosts}: ${open.length > 0 ? 'approval wanted' : first.state}`;
  return message(said, [
    section(
      md`${bold(`${title} ${hosts}`)}, asked by ${first.byName}\nReason: ${first.reason}${ticketOf(first)}`,
    ),
    ...rows.map(({ target, change, intended }) =>
      context(
        md`${bold(target.name)} · ${labelText(target.labels)}${change === undefined ? '' : ` → ${labelText(intended ?? [])}`}`,
      ),
    ),
    ...(open.length > 0 ? asking(first, approvers, mayActAlone) : [section(joined(outcomes(rows), '\n'))]),
    context(md`PCE ${first.pce} · audit id ${first.id}`),
  ]);
};

const ticketOf = ({ ticket }: Response): string => (ticket === undefined ? '' : ` (${ticket})`);

const asking = (first: Response, approvers: readonly string[], mayActAlone: boolean) => {
  const value = first.batch ?? first.id;
  const left = votesLeft(first);
  const voted = (first.votes ?? []).map(({ name, at }) => md` Approved by ${name} ${time(at)}.`);
  return [
    section(
      md`Why a second person: ${(first.needs?.why ?? []).join(' ')}\n${left === 1 ? 'One person' : `${left} people`} of the approver list, not the one who asked: ${joined(approvers.map(mention), ' ')}.${joined(voted, '')}\nUnanswered, it lapses ${time(first.lapsesAt ?? 0)}.`,
    ),
    actions(
      button({ action: 'approve', value, text: 'Approve', style: 'primary' }),
      button({ action: 'deny', value, text: 'Deny' }),
      ...(mayActAlone ? [button({ action: 'alone', value, text: 'Act alone…', style: 'danger' })] : []),
    ),
  ];
};

const outcomes = (rows: readonly Response[]): Markup[] =>
  rows.map((row) => {
    const name = bold(row.target.name);
    if (row.state === 'done') return md`${name}: ${votesText(row)}done ${time(row.endedAt ?? 0)}.`;
    if (row.state === 'stopped' || row.state === 'failed')
      return md`${name}: ${votesText(row)}${row.state === 'stopped' ? 'nothing was done' : 'it failed'}. ${row.outcome ?? ''}`;
    return md`${name}: ${decidedText(row)}.`;
  });

const votesText = ({ votes = [], alone }: Response): string =>
  votes.length > 0
    ? `approved by ${listed(votes.map(({ name }) => name))}, `
    : alone === undefined
      ? ''
      : 'by the requester alone, ';

/** Said when nobody answered in time, to all who could have. */
export const lapsedLine = (
  rows: readonly [Response, ...Response[]],
  title: string,
  who: readonly string[],
): Message => {
  const hosts = listed(rows.map(({ target }) => target.name));
  return message(`${title} ${hosts}: nobody answered`, [
    section(
      md`${bold(`${title} ${hosts}`)} lapsed: nobody of the approver list answered for 15 min. Nothing was changed. ${joined(who.map(mention), ' ')}`,
    ),
    context(md`Asked by ${rows[0].byName} ${time(rows[0].requestedAt)} · ${rows[0].reason}`),
  ]);
};
