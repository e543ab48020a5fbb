import { type ParsedEvent, type PceEvent, parseEvent } from '../../core/event.ts';
import {
  type EventQuery,
  type EventsAnswer,
  type EventsFound,
  type EventsPiece,
  type Lane,
  PceError,
} from '../../core/ports.ts';
import type { Client } from './client.ts';
import type { Collections } from './collections.ts';
import { badAnswer } from './errors.ts';
import { createRows, parseRow } from './event-rows.ts';
import { LIMITS } from './limits.ts';

/** A part of the window, both ends included, epoch ms. */
interface Piece {
  readonly from: number;
  readonly to: number;
}

/** What is asked of each piece, and what of its rows is kept. */
interface Ask {
  /** Parameters beside the window (facts §2.1). */
  readonly filter: Readonly<Record<string, string>>;
  readonly lane: Lane;
  wanted(event: PceEvent): boolean;
}

/** The rows of one piece, as far as one answer holds them. */
interface Reading extends Collected {
  /** Rows of the answer, readable or not. */
  readonly rows: number;
  /** How many the PCE says there are. */
  readonly matched: number | undefined;
  readonly pceNow: number;
}

interface Collected {
  /** Those that are wanted. */
  readonly events: readonly PceEvent[];
  readonly rejected: readonly string[];
  /** Time of the oldest readable row, wanted or not. */
  readonly oldest: number | undefined;
}

export interface EventReader {
  /** A window for ingest, in parts from the oldest on: only one answer is held at a time. Rejects at the first part that cannot be read. */
  pieces(from: number, to: number): AsyncIterable<EventsPiece>;
  /** Everything of a window. `completeFrom` says from where on something is missing. */
  all(from: number, to: number): Promise<EventsAnswer>;
  /** What a question asks for, at most `LIMITS.searched` full answers of rows; `completeFrom` says how far back nothing is missing. */
  find(query: EventQuery, wanted: (event: PceEvent) => boolean): Promise<EventsFound>;
  /** One event by the UUID its href ends with; null when the PCE has none, or no longer. */
  one(uuid: string): Promise<PceEvent | null>;
}

/** Spare room when a piece is cut by its rate (definitions §1). */
const ROOM = 1.5;
/** More pieces than this at once only repeats a wrong guess of the rate. */
const MOST_PIECES = 50;

/**
 * Reads GET /events of a window completely (definitions §1, facts §2.1). An answer that reaches the cap may have left out
 * anything, in any order, so its piece is cut in time and read again; neighbours share their border, so that no event
 * between two milliseconds falls between them, and are told apart by href. What one millisecond holds beyond the cap is asked for as
 * an async job. Every method rejects with PceError when any other call fails: nothing is then known of the window.
 */
export const createEventReader = (
  client: Client,
  collections: Collections,
  { org, cap, full }: { readonly org: number; readonly cap: number; full?(): void },
): EventReader => {
  const path = `/orgs/${org}/events`;
  const rows = createRows();

  const readPiece = async (piece: Piece, { filter, lane, wanted }: Ask): Promise<Reading> =>
    await client.call(
      { path, query: { ...windowOf(piece), ...filter, max_results: cap }, lane },
      async (answer) => {
        const reading = rows.reading();
        const collected = collect(wanted, reading.parse);
        const count = await answer.rows(collected.take);
        reading.end();
        return {
          ...collected.kept(),
          rows: count,
          matched: answer.count('x-matched-count'),
          pceNow: answer.pceNow,
        };
      },
    );

  /** The piece through a job; undefined when there is no complete answer that way either. */
  const readWhole = async (piece: Piece, { filter, lane, wanted }: Ask): Promise<Collected | undefined> => {
    let collected = collect(wanted);
    try {
      const query = { ...windowOf(piece), ...filter };
      await collections.readAsync({ what: 'events', path, query, lane }, () => {
        collected = collect(wanted);
        return collected.take;
      });
      return collected.kept();
    } catch (error) {
      if (error instanceof PceError) return undefined;
      throw error;
    }
  };

  /**
   * The window in parts that are each read as far as they can be, one after the other: oldest first, or newest first. Only one answer
   * is held at a time.
   */
  async function* pieces(window: Piece, ask: Ask, first: 'oldest' | 'newest'): AsyncGenerator<EventsPiece> {
    const waiting: Piece[] = [window];
    for (let piece = waiting.pop(); piece !== undefined; piece = waiting.pop()) {
      const reading = await readPiece(piece, ask);
      const { rows, pceNow } = reading;
      if (rows >= cap) full?.();
      if (rows >= cap && piece.to - piece.from > 1) {
        const parts = cut(piece, reading);
        waiting.push(...(first === 'oldest' ? parts.reverse() : parts));
        continue;
      }
      const whole = rows < cap ? reading : await readWhole(piece, ask);
      const { events, rejected } = whole ?? reading;
      yield {
        ...piece,
        events: [...events].sort(inTime),
        rejected,
        rows,
        pceNow,
        complete: whole !== undefined,
      };
    }
  }

  const everything: Ask = { filter: {}, lane: 'ingest', wanted: () => true };

  return {
    pieces: (from, to) => pieces({ from, to }, everything, 'oldest'),

    async all(from, to) {
      const found = new Map<string, PceEvent>();
      const rejected: string[] = [];
      let pceNow: number | undefined;
      let completeFrom: number | undefined;
      for await (const piece of pieces({ from, to }, everything, 'oldest')) {
        for (const event of piece.events) found.set(event.href, event);
        rejected.push(...piece.rejected);
        pceNow ??= piece.pceNow;
        if (!piece.complete) completeFrom ??= piece.from;
      }
      return { events: [...found.values()].sort(inTime), rejected, pceNow: pceNow ?? to, completeFrom };
    },

    async find({ from, to, type, severity }, wanted) {
      const filter = {
        ...(type === undefined ? {} : { event_type: type }),
        ...(severity === undefined ? {} : { severity }),
      };
      const found = new Map<string, PceEvent>();
      let [rows, rejected, completeFrom] = [0, 0, from];
      for await (const piece of pieces({ from, to }, { filter, lane: 'question', wanted }, 'newest')) {
        for (const event of piece.events) found.set(event.href, event);
        rows += piece.rows;
        rejected += piece.rejected.length;
        if (!piece.complete) completeFrom = Math.max(completeFrom, piece.to);
        if (rows < LIMITS.searched * cap || piece.from === from) continue;
        completeFrom = Math.max(completeFrom, piece.from);
        break;
      }
      return { events: [...found.values()].sort(inTime), rows, rejected, completeFrom };
    },

    async one(uuid) {
      // It was typed: nothing but one event is reachable with it.
      if (!/^[\w-]+$/.test(uuid)) throw new PceError('invalid', 'this is no id of an event');
      for (const href of [`${path}/${uuid}`, `/system_events/${uuid}`]) {
        const event = await readOne(client, href);
        if (event !== null) return event;
      }
      return null;
    },
  };
};

const readOne = async (client: Client, path: string): Promise<PceEvent | null> =>
  await client.call({ path, lane: 'question', expects: [404] }, async (answer) => {
    if (answer.status === 404) return null;
    const parsed = parseEvent(await answer.json());
    if (!parsed.ok) throw badAnswer(`an event that is none: ${parsed.why}`);
    return parsed.event;
  });

/** `…Z` and milliseconds: a time without a zone is refused, and a `+` would be read as a space (facts §2.1). */
const windowOf = ({ from, to }: Piece): Record<string, string> => ({
  'timestamp[gte]': new Date(from).toISOString(),
  'timestamp[lte]': new Date(to).toISOString(),
});

const collect = (wanted: Ask['wanted'], parse: (json: string) => ParsedEvent = parseRow) => {
  const events: PceEvent[] = [];
  const rejected: string[] = [];
  let oldest: number | undefined;
  return {
    take: (json: string): void => {
      const parsed = parse(json);
      if (!parsed.ok) {
        rejected.push(parsed.why);
        return;
      }
      oldest = Math.min(oldest ?? parsed.event.at, parsed.event.at);
      if (wanted(parsed.event)) events.push(parsed.event);
    },
    kept: (): Collected => ({ events, rejected, oldest }),
  };
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
const expected = (piece: Piece, { matched, rows, oldest = piece.to }: Reading): number => {
  if (matched !== undefined && matched > rows) return matched;
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
      let newest: number | undefined;
      const collected = collect(({ at }) => {
        newest = Math.max(newest ?? at, at);
        return false;
      });
      await answer.rows(collected.take);
      return newest;
    },
  );
