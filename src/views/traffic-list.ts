import type { Button } from '@slack/types';
import type { Message } from '../core/ports.ts';
import { counted } from '../core/text.ts';
import { actions, context, md, message, richText, table } from './parts.ts';

/** A list out of traffic: what it says first, its rows, how many are left out, and what it rests on (definitions §0). */
export interface ShownList {
  readonly title: string;
  /** One sentence, the answer in short. */
  readonly says: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Column numbers that are figures. */
  readonly right: readonly number[];
  /** Rows that are not shown. */
  readonly more: number;
  /** To the other pages, and to the file of all. */
  readonly buttons: readonly Button[];
  readonly basis: readonly string[];
}

/** The list as a table, "and 38 more", and the basis line. Cells are literal. */
export const trafficList = ({
  title,
  says,
  columns,
  rows,
  right,
  more,
  buttons,
  basis,
}: ShownList): Message =>
  message(rows.length === 0 ? `${title}: nothing` : title, [
    richText([{ bold: title }], [says]),
    ...(rows.length === 0 ? [] : [table(columns, rows, right)]),
    ...(more === 0 ? [] : [richText([`and ${counted(more, 'more', 'more')}`])]),
    ...(buttons.length === 0 ? [] : [actions(...buttons)]),
    context(md`${basis.join(' · ')}`),
  ]);
