import { zoned } from './zoned.ts';

/** When a route holds: `mon-fri 08:00-18:00` in a zone. A span that ends before it begins goes on after midnight, as of the day it began. */
export interface Hours {
  /** Sunday = 0. */
  readonly days: readonly number[];
  /** Minutes of the day: from ≤ now < to. */
  readonly from: number;
  readonly to: number;
  readonly zone: string;
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const DAY_MIN = 24 * 60;

/** Reads `mon-fri 08:00-18:00`, `sat,sun 00:00-24:00` or `22:00-06:00` (every day). undefined = it is none of these. */
export const parseHours = (text: string): Omit<Hours, 'zone'> | undefined => {
  const [, days, fromHour, fromMinute, toHour, toMinute] =
    /^(?:([a-z,-]+)\s+)?(\d{2}):(\d{2})-(\d{2}):(\d{2})$/.exec(text.trim().toLowerCase()) ?? [];
  const from = Number(fromHour) * 60 + Number(fromMinute);
  const to = Number(toHour) * 60 + Number(toMinute);
  if (!(from < DAY_MIN && to <= DAY_MIN && from !== to) || Number(fromMinute) > 59 || Number(toMinute) > 59)
    return undefined;
  const all = days === undefined ? DAYS.map((_, day) => day) : days.split(',').flatMap(span);
  return all.length === 0 || all.includes(-1) ? undefined : { days: [...new Set(all)], from, to };
};

/** `mon-fri` → its days, also over the end of the week; -1 stands for a word that is no day. */
const span = (text: string): number[] => {
  const [first = '', last = first, more] = text.split('-');
  const from = DAYS.indexOf(first);
  const to = DAYS.indexOf(last);
  if (from < 0 || to < 0 || more !== undefined) return [-1];
  return Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, n) => (from + n) % 7);
};

/** True when a moment lies within the hours. */
export const withinHours = ({ days, from, to, zone }: Hours, now: number): boolean => {
  const { hour, minute, weekday } = zoned(now, zone);
  const at = hour * 60 + minute;
  if (from < to) return days.includes(weekday) && at >= from && at < to;
  return (at >= from && days.includes(weekday)) || (at < to && days.includes((weekday + 6) % 7));
};
