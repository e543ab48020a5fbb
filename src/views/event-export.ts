import { changesText } from '../core/changes-text.ts';
import type { PceEvent } from '../core/event.ts';
import { aboutText, byText } from '../core/event-words.ts';
import { eventAsCef, eventAsLeef, type Source } from '../core/formats/pce-event.ts';
import type { Estate } from '../core/workload.ts';
import { csv } from './csv.ts';

/** What events can be handed over as. */
export const EXPORTS = ['csv', 'json', 'cef', 'leef'] as const;
export type Export = (typeof EXPORTS)[number];

/** What a format cannot carry because nothing documents how, a sentence each; said beside the file. */
export const LEFT_OUT: Readonly<Record<Export, readonly string[]>> = {
  csv: [],
  json: [],
  cef: [
    "Left out: process id, thread and request id of the PCE's log prefix, because no sample shows them.",
    'Values are escaped as CEF asks; the PCE itself does not escape them.',
  ],
  leef: [
    "The vendor publishes no LEEF line of an audit event: attributes have LEEF's own names where it has them (devTime, sev, cat, usrName, src, url) and the names of the JSON event otherwise.",
    'Left out: the log prefix, because no sample shows it.',
  ],
};

/** Events as a file, in the order given. JSON holds every field as the PCE sent it. */
export const exportEvents = (
  format: Export,
  events: readonly PceEvent[],
  estate: Estate,
  source: Source,
): string => {
  switch (format) {
    case 'json':
      return `${JSON.stringify(
        events.map(({ raw }) => raw),
        null,
        1,
      )}\n`;
    case 'cef':
      return lines(events.map((event) => eventAsCef(event, source)));
    case 'leef':
      return lines(events.map((event) => eventAsLeef(event, source)));
    case 'csv':
      return csv(
        [
          'time',
          'event',
          'status',
          'severity',
          'by',
          'about',
          'changes',
          'method',
          'endpoint',
          'http_status',
          'source_address',
          'api_key',
          'href',
        ],
        events.map((event) => {
          const { action } = event;
          return [
            new Date(event.at).toISOString(),
            event.type,
            event.status ?? '',
            event.severity,
            byText(event),
            aboutText(event, estate, 20),
            changesText(event, estate.label),
            action.method ?? '',
            action.endpoint ?? '',
            action.status ?? '',
            action.address ?? '',
            action.apiKeyId ?? '',
            event.href,
          ];
        }),
      );
    default:
      return format satisfies never;
  }
};

const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('');
