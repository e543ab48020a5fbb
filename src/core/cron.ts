import { zoned } from './zoned.ts';

/** The values each field of a cron expression allows; `seconds` are kept for loops, a window opens at a whole minute. */
export interface Cron {
  readonly text: string;
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** Sunday = 0. */
  readonly weekdays: ReadonlySet<number>;
}

const MINUTE_MS = 60_000;

/** Least and greatest value of the fields, seconds first; names count from `least`. */
const FIELDS: readonly { least: number; most: number; names?: string }[] = [
  { least: 0, most: 59 },
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  { least: 1, most: 12, names: 'jan feb mar apr may jun jul aug sep oct nov dec' },
  { least: 0, most: 7, names: 'sun mon tue wed thu fri sat' },
];

/** Five cron fields, or six with seconds first: `*`, numbers, names, `a-b`, `/n` and lists of them. Macros (`@daily`) are not read. */
export const parseCron = (text: string): Cron | undefined => {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5 && fields.length !== 6) return undefined;
  const sets = fields.map((field, at) => valuesOf(field, at + 6 - fields.length));
  const [minutes, hours, days, months, weekdays] = sets.slice(-5);
  if (sets.includes(undefined) || !minutes || !hours || !days || !months || !weekdays) return undefined;
  return {
    text: fields.join(' '),
    minutes,
    hours,
    days,
    months,
    weekdays: new Set([...weekdays].map((day) => day % 7)),
  };
};

const valuesOf = (field: string, index: number): ReadonlySet<number> | undefined => {
  const { least, most, names } = FIELDS[index] ?? { least: 0, most: 0 };
  const value = (word: string): number => {
    const name = names?.split(' ').indexOf(word.toLowerCase()) ?? -1;
    return name >= 0 ? name + least : /^\d{1,2}$/.test(word) ? Number(word) : Number.NaN;
  };
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const [, range, from, to, step] = /^(\*|(\w+)(?:-(\w+))?)(?:\/(\d{1,2}))?$/.exec(part) ?? [];
    if (range === undefined || step === '0' || step === '00') return undefined;
    const first = from === undefined ? least : value(from);
    // `5/10` counts on from 5, `5` alone is only that.
    const alone = step === undefined ? first : most;
    const last = from === undefined ? most : to === undefined ? alone : value(to);
    if (!(first >= least && first <= last && last <= most)) return undefined;
    for (let one = first; one <= last; one += Number(step ?? 1)) values.add(one);
  }
  return values;
};

/** True in the minutes the expression names. Day and weekday: where both are restricted either is enough, as cron has always done. */
export const cronMatches = (
  { minutes, hours, days, months, weekdays }: Cron,
  at: number,
  zone: string,
): boolean => {
  const { minute, hour, day, month, weekday } = zoned(at, zone);
  if (!minutes.has(minute) || !hours.has(hour) || !months.has(month)) return false;
  const byDay = days.size < 31;
  const byWeekday = weekdays.size < 7;
  if (byDay && byWeekday) return days.has(day) || weekdays.has(weekday);
  return days.has(day) && weekdays.has(weekday);
};

/** The newest minute, not before `from`, that the expression names; epoch ms of its beginning. */
export const lastStart = (cron: Cron, zone: string, from: number, now: number): number | undefined => {
  for (let at = Math.floor(now / MINUTE_MS) * MINUTE_MS; at >= from; at -= MINUTE_MS)
    if (cronMatches(cron, at, zone)) return at;
  return undefined;
};
