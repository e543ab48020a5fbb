import type { JsonObject } from '../json.ts';
import { textAt } from '../json.ts';

/** One row of the log; the JSON text is made once, since it is answered many times. */
export interface LoggedEvent {
  readonly href: string;
  /** Time of occurrence, epoch ms (facts §2.1: not of recording). */
  readonly occurredAt: number;
  /** From when on it is in answers, epoch ms; later than `occurredAt` = recorded late. */
  readonly recordedAt: number;
  readonly type: string;
  readonly severity: string | null;
  readonly status: string | null;
  /** The names `created_by` may be asked by: href, username, hostname, name or `system`. */
  readonly creators: readonly string[];
  readonly text: string;
}

/** The audit log. */
export interface EventLog {
  /** Adds complete rows (see `complete`), in any order. */
  add(event: JsonObject, occurredAt: number, recordedAt: number): void;
  /** Rows of `from` ≤ time ≤ `to` recorded by `now`, newest first. */
  between(from: number, to: number, now: number): Iterable<LoggedEvent>;
  /** The row with this href, if it is recorded by `now`. */
  find(href: string, now: number): LoggedEvent | undefined;
  /** How many rows are recorded by `now`. */
  count(now: number): number;
}

/** An empty log, kept sorted by time; rows of the same time keep their order of arrival. */
export const createEventLog = (): EventLog => {
  const rows: LoggedEvent[] = [];
  const byHref = new Map<string, LoggedEvent>();
  return {
    add: (event, occurredAt, recordedAt) => {
      const row = toRow(event, occurredAt, recordedAt);
      byHref.set(row.href, row);
      const position = upperBound(rows, occurredAt);
      if (position === rows.length) rows.push(row);
      else rows.splice(position, 0, row);
    },
    *between(from, to, now) {
      for (let index = upperBound(rows, to) - 1; index >= 0; index -= 1) {
        const row = rows[index];
        if (!row || row.occurredAt < from) return;
        if (row.recordedAt <= now) yield row;
      }
    },
    find: (href, now) => {
      const row = byHref.get(href);
      return row && row.recordedAt <= now ? row : undefined;
    },
    count: (now) => rows.reduce((sum, row) => sum + (row.recordedAt <= now ? 1 : 0), 0),
  };
};

const toRow = (event: JsonObject, occurredAt: number, recordedAt: number): LoggedEvent => ({
  href: textAt(event, 'href') ?? '',
  occurredAt,
  recordedAt,
  type: textAt(event, 'event_type') ?? '',
  severity: textAt(event, 'severity') ?? null,
  status: textAt(event, 'status') ?? null,
  creators: creatorsOf(event['created_by']),
  text: JSON.stringify(event),
});

const creatorsOf = (createdBy: unknown): readonly string[] =>
  Object.entries(createdBy ?? {}).flatMap(([kind, who]) =>
    kind === 'system'
      ? ['system']
      : ['href', 'username', 'hostname', 'name'].flatMap((key) => textAt(who, key) ?? []),
  );

/** The first index whose time is after `time`. */
const upperBound = (rows: readonly LoggedEvent[], time: number): number => {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.occurredAt ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
};
