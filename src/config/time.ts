import type { Interval } from '../core/settings.ts';
import { textLeaf } from './leaf.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^([1-9]\d{0,5})([smhd])$/;
const DURATION_HINT = 'write a number and a unit: 30s, 15m, 24h or 7d';

/** Milliseconds of `30s`, `15m`, `24h`, `7d` (definitions §0); undefined for anything else. */
const durationMs = (text: string): number | undefined => {
  const [, count, unit] = DURATION.exec(text) ?? [];
  return count === undefined || unit === undefined ? undefined : Number(count) * (UNIT_MS[unit] ?? 0);
};

export const duration = textLeaf({
  expects: 'a duration',
  hint: DURATION_HINT,
  json: { pattern: DURATION.source },
  read: durationMs,
});

/** Intervals alone may be shorter than a second, for tests that cannot wait: `200ms`. */
const millis = (text: string): number | undefined => {
  const count = /^([1-9]\d{1,5})ms$/.exec(text)?.[1];
  return count === undefined ? undefined : Number(count);
};

/** How often something is done: a duration (→ ms) or a cron expression (→ as written, run by our own loops: design §3). */
export const interval = textLeaf<Interval>({
  expects: 'a duration or a cron expression',
  hint: `${DURATION_HINT}, or "*/5 * * * *"`,
  json: {},
  read: (text) =>
    durationMs(text) ?? millis(text) ?? (isCron(text) ? text.split(/\s+/).join(' ') : undefined),
});

/** Epoch ms of `2026-12-31` (its first moment, UTC) or of an RFC 3339 time with a zone. */
export const date = textLeaf({
  expects: 'a date',
  hint: 'write 2026-12-31, or 2026-12-31T18:00:00Z',
  json: {},
  read: (text) => {
    const [, day, rest] =
      /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2}))?$/.exec(text) ?? [];
    if (day === undefined) return undefined;
    const start = Date.parse(`${day}T00:00:00Z`);
    // A day that no month has (2026-02-30) is carried over by some parsers: it must read back as written.
    if (Number.isNaN(start) || new Date(start).toISOString().slice(0, 10) !== day) return undefined;
    const at = Date.parse(`${day}${rest ?? 'T00:00:00Z'}`);
    return Number.isNaN(at) ? undefined : at;
  },
});

/** Least and greatest value of the cron fields, seconds first; names count from `least`. */
const CRON_FIELDS: readonly { least: number; most: number; names?: string }[] = [
  { least: 0, most: 59 },
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  { least: 1, most: 12, names: 'jan feb mar apr may jun jul aug sep oct nov dec' },
  { least: 0, most: 7, names: 'sun mon tue wed thu fri sat' },
];

/** Five cron fields, or six with seconds first: `*`, numbers, names, `a-b`, `/n` and lists of them. Macros (`@daily`) are not read. */
const isCron = (text: string): boolean => {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5 && fields.length !== 6) return false;
  return fields.every((field, i) => {
    const { least, most, names } = CRON_FIELDS[i + 6 - fields.length] ?? { least: 0, most: 0 };
    const value = (word: string): number => {
      const name = names?.split(' ').indexOf(word.toLowerCase()) ?? -1;
      return name >= 0 ? name + least : /^\d{1,2}$/.test(word) ? Number(word) : Number.NaN;
    };
    return field.split(',').every((part) => {
      const [, range, from, to, step] = /^(\*|(\w+)(?:-(\w+))?)(?:\/(\d{1,2}))?$/.exec(part) ?? [];
      if (range === undefined || step === '0' || step === '00') return false;
      if (from === undefined) return true;
      const first = value(from);
      const last = to === undefined ? first : value(to);
      return first >= least && first <= last && last <= most;
    });
  });
};
