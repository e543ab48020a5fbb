import { flaps } from '../core/flapping.ts';
import type { ShownAlert } from './alert-title.ts';
import { clip, type Markup, md, mention, time } from './parts.ts';

const MONTH_MS = 30 * 24 * 3_600_000;
/** Notes a message shows: the newest; characters of each, and of a host's name. */
const SHORT = { notes: 3, text: 200, name: 60 } as const;

const nameOf = ({ alert }: ShownAlert, alone: boolean): string =>
  alone ? '' : `${clip(alert.subject.name, SHORT.name)}: `;

/** What an analyst would look up next: whether it flaps, and how often it was there before and what it was then (messages.md). */
export const historyLines = (alerts: readonly ShownAlert[]): Markup[] => {
  const flapping = alerts.filter(({ alert }) => flaps(alert, Math.max(...(alert.changes ?? [0]))));
  const [only, second] = alerts;
  const names = flapping.slice(0, SHORT.notes).map(({ alert }) => clip(alert.subject.name, SHORT.name));
  return [
    ...(flapping.length === 0
      ? []
      : [
          md`Flapping: ${names.join(', ')} changed more than 4 times within 30 min; I only edit this message until it is calm.`,
        ]),
    ...(only === undefined || second !== undefined ? [] : beforeLine(only)),
  ];
};

/** `3rd time in 30 days; last closed as expected by @jo`. */
const beforeLine = ({ alert }: ShownAlert): Markup[] => {
  const recent = (alert.past ?? []).filter(({ to }) => alert.firstAt - to <= MONTH_MS);
  const last = recent.findLast(({ closed }) => closed !== undefined)?.closed;
  if (recent.length === 0) return [];
  const times = md`${ordinal(recent.length + 1)} time in 30 days`;
  return [last === undefined ? times : md`${times}; last closed as ${last.as} by ${mention(last.by.user)}`];
};

const ordinal = (n: number): string => {
  const ends = n % 100 > 10 && n % 100 < 14 ? 'th' : ({ 1: 'st', 2: 'nd', 3: 'rd' }[n % 10] ?? 'th');
  return `${n}${ends}`;
};

/** Who looks after it, what was noted, and what it turned out to be. */
export const careLines = (alerts: readonly ShownAlert[]): Markup[] => {
  const alone = alerts.length === 1;
  const notes = alerts.flatMap((one) => (one.alert.notes ?? []).map((note) => ({ one, note })));
  const closed = alerts.flatMap(({ alert }) => alert.closed ?? []);
  const [first] = closed;
  return [
    ...alerts
      .filter(({ alert }) => alert.assigned !== undefined)
      .slice(0, SHORT.notes)
      .map((one) => md`${nameOf(one, alone)}assigned to ${mention(one.alert.assigned?.to ?? '')}`),
    ...notes
      .slice(-SHORT.notes)
      .map(
        ({ one, note }) =>
          md`${nameOf(one, alone)}${mention(note.by.user)} ${time(note.at)}: ${clip(note.text, SHORT.text)}`,
      ),
    ...(first === undefined
      ? []
      : [
          md`■ Closed as ${first.as} by ${mention(first.by.user)} ${time(first.at)}${closed.length < alerts.length ? ` (${closed.length} of ${alerts.length})` : ''}`,
        ]),
  ];
};
