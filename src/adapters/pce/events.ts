import { type PceEvent, parseEvent } from '../../core/event.ts';
import type { EventsAnswer } from '../../core/ports.ts';
import { PceError } from '../../core/ports.ts';
import type { Client } from './client.ts';
import type { Collections } from './collections.ts';
import { parseJson } from './records.ts';

/** A part of the window, both ends included, epoch ms. */
interface Piece {
  readonly from: number;
  readonly to: number;
}

/** The events of one piece, as far as one answer holds them. */
interface Reading {
  readonly events: readonly PceEvent[];
  readonly rejected: readonly string[];
  /** Rows of the answer, readable or not. */
  readonly rows: number;
  /** How many the PCE says there are. */
  readonly matched: number | undefined;
  readonly pceNow: number;
}

/** Spare room when a piece is cut by its rate (definitions §1). */
const ROOM = 1.5;
/** More pieces than this at once only repeats a wrong guess of the rate. */
const MOST_PIECES = 50;

/**
 * Reads GET /events of a window completely (definitions §1, facts §2.1). An answer that reaches the cap may have left out
 * anything, in any order, so its piece is cut in time and read again; neighbours share their border, so that no event between two
 * milliseconds falls between them, and are told apart by href. What one millisecond holds beyond the cap is asked for as an
 * async job; if even that fails, `completeFrom` says from where on something is missing. Rejects with PceError when any other
 * call fails: nothing is then known of the window.
 */
export const createEventReader = (
  client: Client,
  collections: Collections,
  { org, cap, full }: { readonly org: number; readonly cap: number; full?(): void },
): ((from: number, to: number) => Promise<EventsAnswer>) => {
  const path = `/orgs/${org}/events`;

  const read = async (piece: Piece): Promise<Reading> =>
    await client.call(
      { path, query: { ...windowOf(piece), max_results: cap }, lane: 'ingest' },
      async (answer) => {
        const collected = collect();
        const rows = await answer.rows(collected.take);
        return { ...collected, rows, matched: answer.count('x-matched-count'), pceNow: answer.pceNow };
      },
    );

  /** The piece through a job; undefined when there is no complete answer that way either. */
  const readWhole = async (piece: Piece): Promise<Pick<Reading, 'events' | 'rejected'> | undefined> => {
    let collected = collect();
    try {
      await collections.readAsync({ what: 'events', path, query: windowOf(piece), lane: 'ingest' }, () => {
        collected = collect();
        return collected.take;
      });
      return collected;
    } catch (error) {
      if (error instanceof PceError) return undefined;
      throw error;
    }
  };

  return async (from, to) => {
    const found = new Map<string, PceEvent>();
    const rejected: string[] = [];
    const keep = (reading: Pick<Reading, 'events' | 'rejected'>): void => {
      for (const event of reading.events) found.set(event.href, event);
      rejected.push(...reading.rejected);
    };
    let pceNow: number | undefined;
    let completeFrom: number | undefined;
    const waiting: Piece[] = [{ from, to }];
    for (let piece = waiting.pop(); piece !== undefined; piece = waiting.pop()) {
      const reading = await read(piece);
      pceNow ??= reading.pceNow;
      if (reading.rows < cap) {
        keep(reading);
        continue;
      }
      full?.();
      if (piece.to - piece.from > 1) {
        waiting.push(...cut(piece, reading).reverse());
      } else {
        const whole = await readWhole(piece);
        keep(whole ?? reading);
        if (whole === undefined) completeFrom ??= piece.from;
      }
    }
    return { events: [...found.values()].sort(inTime), rejected, pceNow: pceNow ?? to, completeFrom };
  };
};

/** `…Z` and milliseconds: a time without a zone is refused, and a `+` would be read as a space (facts §2.1). */
const windowOf = ({ from, to }: Piece): Record<string, string> => ({
  'timestamp[gte]': new Date(from).toISOString(),
  'timestamp[lte]': new Date(to).toISOString(),
});

const collect = () => {
  const events: PceEvent[] = [];
  const rejected: string[] = [];
  const take = (json: string): void => {
    const parsed = parseEvent(parseRow(json));
    if (parsed.ok) events.push(parsed.event);
    else rejected.push(parsed.why);
  };
  return { events, rejected, take };
};

/** One bad row costs itself, not its neighbours. */
const parseRow = (json: string): unknown => {
  try {
    return parseJson(json);
  } catch {
    return undefined;
  }
};

/** The piece in parts that should each stay below the cap: rows / cap × 1.5 when their number can be told, else halves. */
const cut = (piece: Piece, reading: Reading): Piece[] => {
  const span = piece.to - piece.from;
  const wanted = Math.ceil((expected(piece, reading) / reading.rows) * ROOM);
  const parts = Math.min(Math.max(wanted, 2), MOST_PIECES, span);
  const border = (n: number): number => piece.from + Math.floor((span * n) / parts);
  return Array.from({ length: parts }, (_, n) => ({ from: border(n), to: border(n + 1) }));
};

/**
 * How many rows the piece holds: what the PCE says; else, since a full answer usually holds the newest rows without a gap
 * (facts §2.1), their rate over the whole piece. A wrong guess costs calls, never events.
 */
const expected = (piece: Piece, { matched, rows, events }: Reading): number => {
  if (matched !== undefined && matched > rows) return matched;
  const oldest = events.reduce((least, { at }) => Math.min(least, at), piece.to);
  return (rows * (piece.to - piece.from)) / Math.max(piece.to - oldest, 1);
};

const inTime = (a: PceEvent, b: PceEvent): number =>
  a.at - b.at || (a.href < b.href ? -1 : a.href > b.href ? 1 : 0);

/** Whether the PCE still has an event of that time (epoch ms) or an older one. Rejects with PceError. */
export const hasEventBefore = async (client: Client, org: number, at: number): Promise<boolean> => {
  const query = { 'timestamp[lte]': new Date(at).toISOString(), max_results: 1 };
  return await client.call({ path: `/orgs/${org}/events`, query, lane: 'question' }, async (answer) => {
    return (await answer.rows(() => {})) > 0;
  });
};

/**
 * When the newest event happened, epoch ms; undefined when there is none. The PCE answers newest first (facts §2.1: everywhere
 * seen, nowhere promised), so a few rows are asked for and the newest of them counts. Rejects with PceError.
 */
export const newestEventAt = async (client: Client, org: number): Promise<number | undefined> =>
  await client.call(
    { path: `/orgs/${org}/events`, query: { max_results: 10 }, lane: 'background' },
    async (answer) => {
      const collected = collect();
      await answer.rows(collected.take);
      return collected.events.reduce<number | undefined>(
        (newest, { at }) => Math.max(newest ?? at, at),
        undefined,
      );
    },
  );
