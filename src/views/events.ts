import type { Button, KnownBlock } from '@slack/types';
import type { PceEvent } from '../core/event.ts';
import type { Message } from '../core/ports.ts';
import { uuidOf } from '../core/workload.ts';
import {
  actions,
  askButton,
  bold,
  context,
  joined,
  type Markup,
  md,
  message,
  richText,
  sectionWith,
  time,
} from './parts.ts';

/** An event in a list. */
export interface ListedEvent {
  readonly event: PceEvent;
  /** Who made it, within a sentence. */
  readonly by: string;
  /** What it is about; '' when it names nothing. */
  readonly about: string;
  /** Before → after. */
  readonly how: string;
  /** What else is to be said of it: whether a draft was provisioned. */
  readonly note?: string;
}

export interface ShownEvents {
  readonly title: string;
  /** One sentence, the answer in short. */
  readonly says: string;
  readonly pce: string;
  readonly events: readonly ListedEvent[];
  readonly buttons: readonly Button[];
  readonly basis: readonly string[];
}

/** Characters of one event: fifteen of them fit a message. */
const SHORT = { name: 80, how: 160 } as const;

/** Events newest first, each with a button for all of it. */
export const eventsView = ({ title, says, pce, events, buttons, basis }: ShownEvents): Message =>
  message(events.length === 0 ? `${title}: nothing` : title, [
    richText([{ bold: title }], [says]),
    ...events.map((one): KnownBlock => lineOf(one, pce)),
    ...(buttons.length === 0 ? [] : [actions(...buttons)]),
    context(md`${basis.join(' · ')}`),
  ]);

/** A line is for reading: `2026-11-20 17:55Z`; to the millisecond it stands in the event and in the exports. */
const shortTimes = (text: string): string =>
  text.replaceAll(/(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}):\d{2}(?:\.\d+)?Z/g, '$1 $2Z');

const lineOf = ({ event, by, about, how, note }: ListedEvent, pce: string): KnownBlock => {
  const marks = [
    ...(event.status === 'failure' ? [md`failed`] : []),
    ...(event.severity === 'info' ? [] : [md`${event.severity === 'err' ? 'error' : event.severity}`]),
  ];
  const said = joined(
    [`by ${by}`, ...(about === '' ? [] : [about])].map((text) => md`${clipped(text, SHORT.name)}`),
    ' — ',
  );
  const tail: Markup[] = [
    ...(how === '' ? [] : [md`: ${clipped(shortTimes(how), SHORT.how)}`]),
    ...(note === undefined ? [] : [md` (${clipped(note, SHORT.name)})`]),
  ];
  return sectionWith(
    md`${joined([time(event.at, '{date_short_pretty} {time_secs}'), bold(event.type), ...marks])}\n${said}${joined(tail, '')}`,
    askButton(`event ${uuidOf(event.href)} --pce ${pce}`, 'Details', '', `details of ${event.type}`),
  );
};

const clipped = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`;
