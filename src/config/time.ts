import { type Cron, parseCron } from '../core/cron.ts';
import { DURATION, durationMs } from '../core/duration.ts';
import type { Interval } from '../core/settings.ts';
import { textLeaf } from './leaf.ts';

const DURATION_HINT = 'write a number and a unit: 30s, 15m, 24h or 7d';

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
  read: (text) => durationMs(text) ?? millis(text) ?? parseCron(text)?.text,
});

/** A cron expression alone. */
export const cron = textLeaf<Cron>({
  expects: 'a cron expression',
  hint: 'write minute hour day month weekday, such as "0 2 * * sun"',
  json: {},
  read: parseCron,
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

/** `5/h`: so many in a time. */
export const allowance = textLeaf<{ readonly most: number; readonly perMs: number }>({
  expects: 'a count in a time',
  hint: 'write 5/h, 20/h or 50/d',
  json: { pattern: '^[1-9]\\d{0,3}/[hd]$' },
  read: (text) => {
    const [, most, unit] = /^([1-9]\d{0,3})\/([hd])$/.exec(text) ?? [];
    return most === undefined
      ? undefined
      : { most: Number(most), perMs: unit === 'h' ? 3_600_000 : 86_400_000 };
  },
});
