import type { Alert } from '../core/alert.ts';
import type { Message } from '../core/ports.ts';
import { counted, grouped, listed } from '../core/text.ts';
import { context, md, message, richText, table } from './parts.ts';

export interface ListedAlert {
  readonly alert: Alert;
  /** Name of who acknowledged it. */
  readonly acknowledgedBy: string | undefined;
}

/** Open alerts, newest first: which, since when, how often, who has it. `total` counts those that do not fit too. */
export const alertsView = (
  alerts: readonly ListedAlert[],
  total: number,
  pces: readonly string[],
): Message => {
  const head =
    total === 0 ? `No open alerts on ${listed(pces)}` : `${counted(total, 'open alert')} on ${listed(pces)}`;
  if (total === 0) return message(head, [richText([`${head}.`])]);
  const several = pces.length > 1;
  return message(head, [
    richText([{ bold: head }]),
    table(
      ['Alert', 'Since', 'State', 'Id', ...(several ? ['PCE'] : [])],
      alerts.map(({ alert, acknowledgedBy }): (string | { time: number })[] => [
        alert.title,
        { time: alert.firstAt },
        stateOf(alert, acknowledgedBy),
        alert.id,
        ...(several ? [alert.pce] : []),
      ]),
    ),
    ...(total > alerts.length
      ? [context(md`and ${grouped(total - alerts.length)} more; -n 50 shows more`)]
      : []),
    context(md`/illumio why followed by an id tells what was said about it and why`),
  ]);
};

const stateOf = ({ severity, count, snoozed }: Alert, acknowledgedBy: string | undefined): string =>
  [
    `${severity}${count > 1 ? ` ×${grouped(count)}` : ''}`,
    ...(acknowledgedBy === undefined ? [] : [`acknowledged by ${acknowledgedBy}`]),
    ...(snoozed === undefined ? [] : ['snoozed']),
  ].join(', ');
