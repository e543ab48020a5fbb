import type { KnownBlock } from '@slack/types';
import type { Alert } from '../core/alert.ts';
import type { PceEvent } from '../core/event.ts';
import type { Changed } from '../core/event-words.ts';
import type { Message } from '../core/ports.ts';
import { listed } from '../core/text.ts';
import { uuidOf } from '../core/workload.ts';
import {
  actions,
  askButton,
  bullets,
  code,
  context,
  day,
  type Inline,
  md,
  message,
  richText,
} from './parts.ts';

export interface ShownEvent {
  readonly event: PceEvent;
  readonly pce: string;
  readonly by: string;
  /** Made with this bot's own key. */
  readonly ours: boolean;
  readonly changed: readonly Changed[];
  readonly hosts: readonly { readonly name: string; readonly href: string | null }[];
  /** Up to when this bot has read the log, epoch ms. */
  readonly readUpTo: number | undefined;
  /** It changed something for a rule. */
  readonly counted: boolean;
  /** The minute in which it was seen, epoch ms; kept for 25 h, and only of what counted. */
  readonly seenAt: number | undefined;
  readonly alerts: readonly Alert[];
}

/** Objects that are listed; all stand in the export. */
const MOST = 12;

/** One event whole: who, what, where, how, when (facts §2.2). */
export const eventView = (shown: ShownEvent): Message => {
  const { event, pce, changed, hosts } = shown;
  const [host] = hosts;
  const title = `${event.type}${event.status === 'failure' ? ' failed' : ''}`;
  return message(title, [
    richText(
      [{ bold: title }, ` · ${event.severity === 'err' ? 'error' : event.severity}`],
      [{ bold: 'Who ' }, whoText(shown)],
      ...(hosts.length === 0
        ? []
        : [
            [
              { bold: 'Hosts ' },
              listed(
                hosts.map(({ name }) => name),
                8,
              ),
            ],
          ]),
      [{ bold: 'How ' }, howText(event)],
      [{ bold: 'When ' }, ...whenText(shown)],
      ...(shown.alerts.length === 0 ? [] : [[{ bold: 'Told as ' }, listed(shown.alerts.map(alertText), 5)]]),
    ),
    ...whatBlocks(changed),
    ...noticeBlocks(event),
    actions(
      ...(host === undefined
        ? []
        : [askButton(`workload ${host.href ?? host.name} --pce ${pce}`, 'Card', 'card')]),
      askButton(`event ${uuidOf(event.href)} --as json --pce ${pce}`, 'JSON', 'json'),
    ),
    context(md`PCE ${pce} · ${code(event.href)}`),
  ]);
};

const whoText = ({ by, ours, event: { action } }: ShownEvent): string =>
  [
    ours ? `${by}: a key of this bot` : by,
    ...(action.apiKeyId === undefined ? [] : [`API key ${action.apiKeyId}`]),
    action.address === undefined ? 'address not told' : `from ${action.address}`,
  ].join(' · ');

const howText = ({ action: { method, endpoint, status } }: PceEvent): string =>
  method === undefined && endpoint === undefined && status === undefined
    ? 'not by a call of the API'
    : `${method ?? 'a call'} ${endpoint ?? 'of an endpoint the PCE does not tell'} → ${status === undefined ? 'no HTTP status' : `HTTP ${status}`}`;

const whenText = ({ event: { at }, ...seen }: ShownEvent): Inline[] => [
  'happened ',
  day(at),
  ` (${new Date(at).toISOString()}) · `,
  ...seenText(at, seen),
];

/** For so long what was seen is kept (design §5). */
const KEPT_MS = 25 * 3_600_000;

/** Said to the minute, where it is kept; where it is not, that too. */
const seenText = (
  at: number,
  { readUpTo, counted, seenAt }: Pick<ShownEvent, 'readUpTo' | 'counted' | 'seenAt'>,
): Inline[] => {
  if (seenAt !== undefined)
    return [
      'seen by me ',
      day(seenAt),
      ` (${new Date(seenAt).toISOString().slice(0, 16)}Z), and a rule took it into account`,
    ];
  if (counted) return ['seen by me, I did not keep when, and a rule took it into account'];
  if (readUpTo === undefined || readUpTo < at) return ['not seen by me yet'];
  return readUpTo - at > KEPT_MS
    ? ['seen by me; when, I keep for 25 h only']
    : ['seen by me; no rule took it into account, so that I did not keep when'];
};

const alertText = ({ title, id }: Alert): string => `${title} (${id})`;

const whatBlocks = (changed: readonly Changed[]): KnownBlock[] => {
  if (changed.length === 0) return [];
  const more = changed.length > MOST ? [[`and ${changed.length - MOST} more`]] : [];
  return [
    bullets(
      ...changed
        .slice(0, MOST)
        .map(({ what, verb, how }): Inline[] => [
          { bold: what },
          ` ${verb ?? 'named'}${how.length === 0 ? '' : `: ${how.join(', ')}`}`.slice(0, 400),
        ]),
      ...more,
    ),
  ];
};

const noticeBlocks = ({ notices }: PceEvent): KnownBlock[] =>
  notices.length === 0
    ? []
    : [
        bullets(
          ...notices.slice(0, MOST).map(({ type, info }): Inline[] => [{ bold: type }, ` ${infoText(info)}`]),
        ),
      ];

/** Plain values of a notification; what is nested stands in the export. */
const infoText = (info: PceEvent['raw']): string =>
  listed(
    Object.entries(info).flatMap(([key, value]) =>
      typeof value === 'object' ? [] : [`${key.replaceAll('_', ' ')} ${String(value)}`],
    ),
    8,
  ).slice(0, 400);
