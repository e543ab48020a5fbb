import type { World } from '../world.ts';
import type { Answer } from './answer.ts';
import { jsonRows } from './answer.ts';
import type { Exchange } from './exchange.ts';

/** Rows that fit a query, not yet rendered. */
export interface Listing<Row> {
  /** In the order of the answer. */
  readonly matches: readonly Row[];
  /** How many rows there are without any filter. */
  readonly total: number;
  /** The JSON text of one row. */
  readonly render: (row: Row) => string;
  /** Rows in a synchronous answer when `max_results` is absent, and at most; a longer list is cut without a word. */
  readonly page: { readonly usual: number; readonly most: number };
}

/** Facts §4.1: 500 rows, and no more whatever `max_results` says. */
export const OBJECT_PAGE = { usual: 500, most: 500 };

/** Facts §2.1: 100 rows; `max_results` up to 10,000. Whether more is refused or cut is not said: it is cut here. */
export const EVENT_PAGE = { usual: 100, most: 10_000 };

/**
 * Answers a collection: with `Prefer: respond-async` 202 and a job that gives all rows (facts §8), else the first rows
 * with X-Total-Count and X-Matched-Count (facts §4.1).
 */
export const answerCollection = <Row>(
  world: World,
  exchange: Exchange,
  listing: Listing<Row>,
  maxResults: number | undefined,
): Answer => {
  const { matches, total, render, page } = listing;
  if (/\brespond-async\b/.test(exchange.headers['prefer'] ?? '')) {
    return startJob(world, exchange, () => rendered(matches, render));
  }
  const rows = matches.slice(0, Math.min(maxResults ?? page.usual, page.most));
  return jsonRows(rendered(rows, render), {
    'X-Total-Count': String(world.settings.quirks.totalCountIgnoresFilters ? total : matches.length),
    'X-Matched-Count': String(matches.length),
  });
};

const startJob = (world: World, exchange: Exchange, rows: () => Iterable<string>): Answer => {
  const now = world.clock.now();
  const href = world.org(`/jobs/${world.random.uuid()}`);
  const { job: delay } = world.settings.timings;
  world.jobs.add({
    href,
    datafile: world.org(`/datafiles/${world.random.uuid()}`),
    description: `GET ${exchange.path}`,
    requestedAt: now,
    doneAt: now + delay,
    requestedBy: exchange.caller.user.href,
    rows,
  });
  return {
    status: 202,
    headers: { Location: href, 'Retry-After': String(Math.max(1, Math.ceil(delay / 1000))) },
  };
};

function* rendered<Row>(rows: readonly Row[], render: (row: Row) => string): Iterable<string> {
  for (const row of rows) yield render(row);
}
