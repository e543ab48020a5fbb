import type { KnownBlock } from '@slack/types';
import type { Alert, Held } from '../core/alert.ts';
import type { Message } from '../core/ports.ts';
import { counted, grouped, listed } from '../core/text.ts';
import { MARKS } from './alert-title.ts';
import { pageButtons } from './ask.ts';
import { csv } from './csv.ts';
import {
  actions,
  askButton,
  bold,
  clip,
  code,
  context,
  joined,
  type Markup,
  md,
  message,
  richText,
  section,
  time,
} from './parts.ts';

/** Lines in a section; characters of a title and of other names, so that fifty lines fit a message. */
const PAGE = 10;
const SHORT = { title: 70, name: 30 } as const;

export interface ListedAlert {
  readonly alert: Alert;
  /** Name of who acknowledged it. */
  readonly acknowledgedBy: string | undefined;
}

/** Which part of a list is shown. `again` is the question without its page, as typed after /illumio. */
interface Part {
  readonly total: number;
  /** After those shown. */
  readonly rest: number;
  readonly page: number;
  readonly pages: number;
  readonly again: string;
}

/** Open alerts, newest first: which, since when, how often, who has it. */
export const alertsView = (
  alerts: readonly ListedAlert[],
  { total, rest, page, pages, again }: Part,
  pces: readonly string[],
): Message => {
  const head =
    total === 0 ? `No open alerts on ${listed(pces)}` : `${counted(total, 'open alert')} on ${listed(pces)}`;
  if (total === 0) return message(head, [richText([`${head}.`])]);
  const several = pces.length > 1;
  return message(head, [
    richText([{ bold: head }]),
    ...pagesOf(alerts.map((one) => lineOf(one, several))),
    ...(pages === 1
      ? []
      : [
          actions(...pageButtons(again, page, pages), askButton(`${again} --files`, 'CSV of all', 'csv')),
          context(
            md`${rest > 0 ? `and ${grouped(rest)} more · ` : ''}page ${String(page)} of ${String(pages)}`,
          ),
        ]),
    context(md`/illumio why followed by an id tells what was said about it and why`),
  ]);
};

/** Fires, and nobody was told: a person or another alert hides it. */
const HELD: Readonly<Record<Held['kind'], string>> = {
  silenced: 'silenced, not posted',
  inhibited: 'explained by another alert, not posted',
};

/** All of them for a file. */
export const alertsCsv = (alerts: readonly Alert[]): string =>
  csv(
    ['id', 'severity', 'rule', 'subject', 'title', 'pce', 'count', 'first', 'last'],
    alerts.map(({ id, severity, rule, subject, title, pce, count, firstAt, lastAt }) => [
      id,
      severity,
      rule,
      subject.name,
      title,
      pce,
      count,
      ...[firstAt, lastAt].map((at) => new Date(at).toISOString()),
    ]),
  );

/** `🟠 Firewall tampering on web-01 — error ×7 since 10:02, acknowledged by maya · RtED7puylv4f`. */
const lineOf = ({ alert, acknowledgedBy }: ListedAlert, several: boolean): Markup => {
  const { id, title, severity, count, firstAt, snoozed, held, pce } = alert;
  const facts = [
    md`${severity}${count > 1 ? ` ×${grouped(count)}` : ''} since ${time(firstAt)}`,
    ...(acknowledgedBy === undefined ? [] : [md`acknowledged by ${clip(acknowledgedBy, SHORT.name)}`]),
    ...(snoozed === undefined ? [] : [md`snoozed`]),
    ...(held === undefined ? [] : [md`${HELD[held.kind]}`]),
    ...(several ? [md`${clip(pce, SHORT.name)}`] : []),
  ];
  return md`${MARKS[severity]} ${bold(title, SHORT.title)} — ${joined(facts, ', ')} · ${code(id)}`;
};

const pagesOf = (lines: readonly Markup[]): KnownBlock[] =>
  Array.from({ length: Math.ceil(lines.length / PAGE) }, (_, at) =>
    section(joined(lines.slice(at * PAGE, (at + 1) * PAGE), '\n')),
  );
