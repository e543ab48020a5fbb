import type { Alert, Delivery, Incident, Reason, Told } from '../core/alert.ts';
import type { Message } from '../core/ports.ts';
import { grouped, span } from '../core/text.ts';
import {
  bullets,
  channel,
  code,
  context,
  day,
  type Inline,
  joined,
  md,
  message,
  richText,
  section,
} from './parts.ts';

/** What happened to an alert: where it stands, what was said about it and what still waits. */
export interface Story {
  readonly alert: Alert;
  /** The rule's one-line description; undefined when the rule is no longer there. */
  readonly about: string | undefined;
  readonly incidents: readonly {
    readonly incident: Incident;
    readonly told: readonly Told[];
    readonly waiting: readonly Delivery[];
  }[];
}

const REASONS: Readonly<Record<Reason, string>> = {
  first: 'its incident opened',
  more: 'it joined an open incident',
  repeat: 'it fired again after its quiet period',
  escalated: 'it became worse',
  unanswered: 'nobody had acknowledged it in time',
  resolved: 'it was resolved',
  late: 'the PCE recorded it late',
  digest: 'it was folded into a digest',
};

/** Why somebody was told, or not (design §1). Times carry their day: the answer may be about last week. @param now epoch ms */
export const whyView = ({ alert, about, incidents }: Story, now: number): Message => {
  const { title, state, rule, event, pce, severity } = alert;
  return message(`Why: ${title}`, [
    richText(
      [{ bold: title }, ` — ${severity}, ${state}`],
      [`Rule ${rule}: ${about ?? 'no longer part of this bot'}.`],
      [
        'First seen ',
        day(alert.firstAt),
        ', last ',
        day(alert.lastAt),
        `, ${grouped(alert.count)} ${alert.count === 1 ? 'time' : 'times'}.`,
      ],
      ...held(alert, now),
    ),
    section(
      event === null
        ? md`Seen in the state of ${pce}, not in an event.`
        : md`Event on ${pce}: ${code(event)}`,
    ),
    ...(incidents.length === 0 ? [richText(['It stands in no incident: nothing was posted about it.'])] : []),
    ...incidents.flatMap(({ incident, told, waiting }) => [
      section(
        joined(
          [
            md`In ${channel(incident.channel)}`,
            incident.alerts.length === 1
              ? 'a message of its own'
              : `a message about ${incident.alerts.length} alerts`,
            incident.open ? 'open' : 'closed',
          ],
          ', ',
        ),
      ),
      bullets(...said(alert, told, waiting, now)),
    ]),
    context(md`alert ${alert.id} · confirmations are kept for 48 h`),
  ]);
};

/** What keeps it quiet now. */
const held = (
  { quiet, snoozed, acknowledged, resolved, life, held: hidden, hushed, closed }: Alert,
  now: number,
): Inline[][] => [
  ...(hidden === undefined
    ? []
    : [
        [
          hidden.kind === 'silenced'
            ? `Silenced by ${hidden.by} since `
            : `Hidden while alert ${hidden.by} fires, since `,
          day(hidden.at),
          '.',
        ],
      ]),
  ...(hushed === true ? [['It came back within its quiet period, or flaps: only edits show it.']] : []),
  ...(closed === undefined ? [] : [[`Closed as ${closed.as} `, day(closed.at), '.']]),
  ...(acknowledged === undefined ? [] : [['Acknowledged ', day(acknowledged.at), '.']]),
  ...(snoozed === undefined || snoozed.until <= now
    ? []
    : [['Snoozed until ', day(snoozed.until), ': nothing new is said.']]),
  ...(life === 'once' || quiet.until <= now
    ? []
    : [['Repeats are only counted until ', day(quiet.until), ' (quiet period).']]),
  ...(resolved === undefined ? [] : [['Resolved ', day(resolved.at), `: ${resolved.why}.`]]),
];

const said = (
  { fingerprint }: Alert,
  told: readonly Told[],
  waiting: readonly Delivery[],
  now: number,
): Inline[][] => {
  const names = ({ alerts }: { readonly alerts: readonly string[] }): boolean => alerts.includes(fingerprint);
  const lines: Inline[][] = [
    ...told
      .filter(names)
      .map(({ at, reason }): Inline[] => ['Said ', day(at), ` because ${REASONS[reason]}`]),
    ...waiting.filter(names).map((one): Inline[] => [waitingText(one, now)]),
  ];
  return lines.length > 0 ? lines.slice(0, 10) : [['Nothing about it was said here in the last 48 h.']];
};

const waitingText = ({ reason, state, trouble, queuedAt }: Delivery, now: number): string =>
  state === 'dead'
    ? `Could not be delivered (${trouble ?? 'no reason given'}), because ${REASONS[reason]}`
    : `Waits to be sent for ${span(now - queuedAt)}${trouble === undefined ? '' : ` (${trouble})`}, because ${REASONS[reason]}`;
