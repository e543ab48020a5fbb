import { dict, text } from '../../core/foreign.ts';
import type { Clock, Lane } from '../../core/ports.ts';
import { PceError } from '../../core/ports.ts';
import type { Answer } from './answer.ts';
import type { Call, Client } from './client.ts';
import { badAnswer } from './errors.ts';
import { LIMITS, type Times } from './limits.ts';

/** Rows of GET /events that asks for no number (facts §2.1). */
const USUAL_EVENTS = 100;

/** A collection to be read completely. */
export interface Collection {
  /** What people call its rows: "workloads". */
  readonly what: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly lane: Lane;
}

/** Called once per try with nothing collected yet; what it returns gets the JSON text of each row. */
export type Begin = () => (json: string) => void;

/** How many rows came, and whether these were all. */
interface Page {
  readonly rows: number;
  readonly complete: boolean;
}

/** Reads collections of any size from one PCE. */
export interface Collections {
  /**
   * All rows, or a rejection: never a part passed off as the whole. Up to 500 rows are one GET; more go through
   * `Prefer: respond-async` (facts §4.1, §8), and where that is not to be had through a GET with a large max_results, which
   * some releases honour (UNCERTAIN).
   */
  read(collection: Collection, begin: Begin): Promise<void>;
  /** All rows through an async job alone. Rejects with PceError, `timeout` after `times.job`. */
  readAsync(collection: Collection, begin: Begin): Promise<void>;
}

export const createCollections = (
  client: Client,
  { clock, times }: { readonly clock: Clock; readonly times: Times },
): Collections => {
  const page = async (collection: Collection, most: number, begin: Begin): Promise<Page> => {
    const { path, query = {}, lane } = collection;
    return await client.call({ path, query: { ...query, max_results: most }, lane }, async (answer) => {
      const rows = await answer.rows(begin());
      const said = matched(answer, collection);
      return { rows, complete: said === undefined ? rows < most && rows !== LIMITS.page : rows >= said };
    });
  };

  /** The job's result href; `null` when the PCE answered at once and `begin` has all rows. */
  const start = async (collection: Collection, begin: Begin): Promise<Job | null> => {
    const { path, query = {}, lane } = collection;
    return await client.call({ path, query, lane, headers: { prefer: 'respond-async' } }, async (answer) => {
      if (answer.status === 202) return jobOf(answer);
      const rows = await answer.rows(begin());
      // Nothing was said about max_results, so it may be cut at either usual size (facts §2.1, §4.1).
      const said = matched(answer, collection);
      const cut = said === undefined ? rows === USUAL_EVENTS || rows === LIMITS.page : rows < said;
      if (cut) throw badAnswer(`the PCE handed out only ${rows} ${collection.what}`);
      return null;
    });
  };

  const result = async (job: Job, lane: Lane): Promise<string> => {
    const until = clock.mono() + times.job;
    for (let wait = job.retryMs ?? times.jobPoll; ; ) {
      if (clock.mono() + wait > until)
        throw new PceError('timeout', 'the PCE did not finish its job in time');
      await clock.sleep(wait);
      const { body, retryMs } = await client.call({ path: job.path, lane }, async (answer) => ({
        body: dict(await answer.json()),
        retryMs: retryIn(answer),
      }));
      const status = body['status'];
      const href = text(dict(body['result'])['href']);
      if (status === 'failed') {
        throw new PceError(
          'unavailable',
          `the PCE's job failed: ${text(dict(body['result'])['message']) ?? 'no reason given'}`,
        );
      }
      if (status === 'done') {
        if (href === undefined) throw badAnswer("the PCE's job is done and has no result");
        return href;
      }
      wait = retryMs ?? times.jobPoll;
    }
  };

  const readAsync: Collections['readAsync'] = async (collection, begin) => {
    const job = await start(collection, begin);
    if (job === null) return;
    const { lane } = collection;
    try {
      const path = await result(job, lane);
      await client.call({ path, lane, tryMs: times.download }, async (answer) => await answer.rows(begin()));
    } finally {
      await discard(client, { path: job.path, lane, key: 'read' });
    }
  };

  return {
    readAsync,
    async read(collection, begin) {
      const first = await page(collection, LIMITS.page, begin);
      if (first.complete) return;
      try {
        await readAsync(collection, begin);
      } catch (error) {
        if (!(error instanceof PceError)) throw error;
        const { rows, complete } = await page(collection, LIMITS.longPage, begin);
        if (complete) return;
        const message = `the PCE handed out only ${rows} ${collection.what}, and not all in a job: ${error.message}`;
        throw new PceError(error.code, message, { cause: error });
      }
    },
  };
};

interface Job {
  readonly path: string;
  readonly retryMs: number | undefined;
}

/** X-Total-Count counts all rows on some releases, filter or not (facts §4.1, UNCERTAIN): it counts without a filter only. */
const matched = (answer: Answer, { query = {} }: Collection): number | undefined =>
  answer.count('x-matched-count') ??
  (Object.keys(query).length === 0 ? answer.count('x-total-count') : undefined);

/** Location is printed as a path or an absolute URL (facts §8). Only its path is used: our keys go to no other host. */
const jobOf = (answer: Answer): Job => {
  const location = answer.header('location');
  if (location === undefined || !URL.canParse(location, 'https://pce.invalid')) {
    throw badAnswer('the PCE took a job and did not say where it is');
  }
  const { pathname } = new URL(location, 'https://pce.invalid');
  return { path: pathname.replace(/^.*\/api\/v2(?=\/)/, ''), retryMs: retryIn(answer) };
};

/** Facts §8 shows 5 s; 1 to 30 s are followed. */
const retryIn = (answer: Answer): number | undefined => {
  const seconds = answer.count('retry-after');
  return seconds === undefined ? undefined : Math.min(Math.max(seconds, 1), 30) * 1000;
};

/**
 * Makes a DELETE or PUT that only clears up after us. It cannot fail: what stays is the PCE's to expire.
 * @returns the PCE's status; undefined when there was none to be had
 */
export const discard = async (
  client: Client,
  call: Pick<Call, 'path' | 'lane' | 'key' | 'method' | 'body'>,
): Promise<number | undefined> => {
  const expects = [400, 403, 404, 405, 406];
  try {
    return await client.call(
      { method: 'DELETE', ...call, expects, deadlineMs: 10_000 },
      async ({ status }) => status,
    );
  } catch (error) {
    if (error instanceof PceError) return undefined;
    throw error;
  }
};
