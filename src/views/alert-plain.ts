import type { Reason } from '../core/alert.ts';
import type { Message } from '../core/ports.ts';
import { graver, type Severity } from '../core/severity.ts';
import { REASONS } from './alert.ts';
import { names } from './alert-hosts.ts';
import { MARKS, push, type ShownIncident, titleOf, WORDS } from './alert-title.ts';
import { bold, context, joined, md, message, section } from './parts.ts';

/** What is said when Slack refused the full message: what, to which hosts, why, and how to see the rest. Names are never lost to a layout. */
export const alertPlain = (shown: ShownIncident, reason: Reason): Message => {
  const { alerts, incident } = shown;
  const worst = alerts.reduce<Severity>((so, { alert }) => graver(so, alert.severity), 'info');
  const since = Math.min(...alerts.map(({ alert }) => alert.firstAt));
  return message(push(WORDS[worst], titleOf(shown), alerts, since), [
    section(md`${MARKS[worst]} ${bold(WORDS[worst])} · ${bold(titleOf(shown))}`),
    ...names(alerts),
    context(
      joined([
        md`PCE ${incident.pce}`,
        md`sent because: ${REASONS[reason]}`,
        md`Slack did not take the full message; /illumio alerts shows it`,
      ]),
    ),
  ]);
};
