import type { PceEvent } from '../core/event.ts';
import type { Message } from '../core/ports.ts';
import { counted, grouped } from '../core/text.ts';
import { uuidOf } from '../core/workload.ts';
import { context, md, message, richText, table } from './parts.ts';

/** Rows that fit a message. */
const MOST = 20;

/** Types of events and notifications that nobody documented, the most frequent first, each with an event to look at. */
export const unknownEventsView = (
  types: readonly { readonly type: string; readonly count: number; readonly newest: PceEvent }[],
  basis: readonly string[],
): Message => {
  const head =
    types.length === 0
      ? 'No event of a type that is not documented'
      : `${counted(types.length, 'type')} of events that nobody documented`;
  return message(head, [
    richText([{ bold: head }], ['No rule looks at such events; they are counted and shown, never an error.']),
    ...(types.length === 0
      ? []
      : [
          table(
            ['Type', 'Events', 'Newest'],
            types
              .slice(0, MOST)
              .map(({ type, count, newest }) => [type, grouped(count), uuidOf(newest.href)]),
            [1],
          ),
        ]),
    ...(types.length > MOST ? [context(md`and ${grouped(types.length - MOST)} more types`)] : []),
    context(md`${basis.join(' · ')}`),
  ]);
};
