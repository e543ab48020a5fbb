import { Pool } from 'undici';
import { type Clock, type Lane, type Log, PceError } from '../../core/ports.ts';
import type { PceKey, PceSettings } from '../../core/settings.ts';
import { addressOf } from './address.ts';
import { type Answer, answerOf } from './answer.ts';
import type { Budget } from './budget.ts';
import { connector } from './connect.ts';
import { pceErrorOf, StatusError } from './errors.ts';
import { exchange } from './exchange.ts';
import type { Times } from './limits.ts';
import type { ReachMeter } from './reach.ts';

/** Whose rights a call uses: without an own write or traffic key it is the read key; `none` sends no credentials. */
export type KeyName = 'read' | 'write' | 'traffic' | 'none';

/** One call to the API of a PCE. */
export interface Call {
  /** Default GET. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Without `/api/v2`: an href as it stands in a body, or a path like it. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly lane: Lane;
  /** Default: `write` for PUT, POST and DELETE, else `read`. */
  readonly key?: KeyName;
  /** Statuses above 299 that are an answer to this question and no failure. */
  readonly expects?: readonly number[];
  /** Default 3 for GET. Other methods are tried once, whatever this says. */
  readonly tries?: number;
  /** For everything together, waiting and retries included. Default: none. */
  readonly deadlineMs?: number;
  /** For one try. Default `times.call`. */
  readonly tryMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** True for a question whose answer says nothing about how the PCE can be reached: it is not counted there. */
  readonly aside?: boolean;
}

/**
 * HTTP to one PCE: keys, budget, time-outs, retries. Rejects with PceError; with what `read` throws, if that is neither a PceError
 * nor a SyntaxError (= the answer is not what it should be).
 */
export interface Client {
  /**
   * Makes the call and reads its answer (2xx or expected). A GET that fails by connection, time-out, 5xx or a bad answer is made
   * again with jitter, and `read` with it: what it collects must be made anew in it. 429 means not processed (facts §1): any
   * method is made once more, after Retry-After.
   */
  call<T>(call: Call, read: (answer: Answer) => Promise<T>): Promise<T>;
  /** Ends all connections and waits; calls under way reject. */
  close(): Promise<void>;
}

export interface ClientDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly budget: Budget;
  readonly reach: ReachMeter;
  readonly times: Times;
  /** 0 ≤ n < 1. */
  readonly random: () => number;
}

const TRIES = 3;
const CONNECTIONS = 8;
/** Before the second try; doubled for each further one, ± 50 %. */
const BACKOFF_MS = 400;
/** After a 429 that says nothing, and the longest wait we follow (facts §1: OPS does the same). */
const REFUSED_MS = 2_000;
const REFUSED_MOST_MS = 30_000;

/** A client for the PCE of these settings. Throws an Error with a sentence for the operator when they cannot be used. */
export const openClient = (settings: PceSettings, deps: ClientDeps): Client => {
  const { clock, log, budget, reach, times, random } = deps;
  const { origin, prefix, ca } = addressOf(settings);
  const options: Pool.Options = {
    connections: CONNECTIONS,
    headersTimeout: times.headers,
    bodyTimeout: times.body,
    connect: connector({ timeout: times.connect, ...(ca === undefined ? {} : { ca }) }),
  };
  const pool = new Pool(origin, options);
  // A kept connection may turn out dead under the request (facts §11.1). A GET is then repeated; a write may not be, so it
  // gets a fresh one.
  const writes = new Pool(origin, { ...options, pipelining: 0 });
  const closing = new AbortController();

  const authorisation: Readonly<Record<KeyName, string | undefined>> = {
    read: basic(settings.read),
    write: basic(settings.write ?? settings.read),
    traffic: basic(settings.traffic ?? settings.read),
    none: undefined,
  };

  const once = async <T>(
    call: Call,
    read: (answer: Answer) => Promise<T>,
    patienceMs: number,
    signal: AbortSignal,
  ): Promise<T> => {
    const { method = 'GET', path } = call;
    const write = method !== 'GET';
    const key = keyOf(call);
    const started = clock.mono();
    const limit = timeLimit(Math.min(call.tryMs ?? times.call, patienceMs), signal);
    let requestId: string | undefined;
    try {
      const request = {
        method,
        path: prefix + path + queryText(call.query),
        headers: headersOf(call, authorisation[key]),
        body: call.body === undefined ? null : JSON.stringify(call.body),
      };
      const response = await exchange(write ? writes : pool, request, limit.signal);
      const ms = clock.mono() - started;
      const answer = await answerOf(response, { key, expects: call.expects ?? [], now: () => clock.now() });
      requestId = answer.requestId;
      const fields = { pce: settings.name, method, path, status: answer.status, ms, requestId };
      if (write) log.info(fields, 'PCE write');
      else log.debug(fields, 'PCE call');
      try {
        const result = await read(answer);
        if (answer.status !== 401 && answer.status !== 403 && call.aside !== true) reach.answered(key, ms);
        return result;
      } finally {
        await answer.drop();
      }
    } catch (cause) {
      const error = pceErrorOf(cause, write, requestId);
      if (error === undefined) throw cause;
      if (!signal.aborted && call.aside !== true) reach.failed(key, error);
      log.info(
        {
          pce: settings.name,
          method,
          path,
          code: error.code,
          why: error.message,
          requestId: error.requestId,
        },
        'PCE call failed',
      );
      throw error;
    } finally {
      limit.clear();
    }
  };

  /** How long to wait before the same call is made again; undefined = not again. */
  const pause = (error: PceError, call: Call, failures: number, refusals: number): number | undefined => {
    if (error.code === 'rate-limited') {
      const asked = error instanceof StatusError ? error.retryAfterMs : undefined;
      return refusals > 1 ? undefined : Math.min(asked ?? REFUSED_MS, REFUSED_MOST_MS);
    }
    const tries = (call.method ?? 'GET') === 'GET' ? (call.tries ?? TRIES) : 1;
    if (!error.retryable || failures >= tries) return undefined;
    return BACKOFF_MS * 2 ** (failures - 1) * (0.5 + random());
  };

  return {
    async call(call, read) {
      const until = clock.mono() + (call.deadlineMs ?? Number.POSITIVE_INFINITY);
      const stop = anyOf(closing.signal, call.signal);
      try {
        for (let failures = 0, refusals = 0; ; ) {
          const taken = await budget.take(call.lane, until - clock.mono(), stop.signal);
          if (stop.signal.aborted) throw stopped(closing.signal.aborted ? 'unavailable' : 'timeout');
          if (!taken) throw new PceError('rate-limited', 'our own budget of calls is used up for now');
          try {
            return await once(call, read, until - clock.mono(), stop.signal);
          } catch (error) {
            if (stop.signal.aborted) {
              const sure = closing.signal.aborted && (call.method ?? 'GET') === 'GET';
              throw stopped(sure ? 'unavailable' : 'timeout', error);
            }
            if (!(error instanceof PceError)) throw error;
            if (error.code === 'rate-limited') {
              budget.refused();
              refusals += 1;
            } else failures += 1;
            const wait = pause(error, call, failures, refusals);
            if (wait === undefined || clock.mono() + wait > until) throw error;
            await clock.sleep(wait, stop.signal);
          }
        }
      } finally {
        stop.clear();
      }
    },
    async close() {
      closing.abort();
      await Promise.all([pool.destroy(), writes.destroy()]);
    },
  };
};

const keyOf = ({ key, method = 'GET' }: Call): KeyName => key ?? (method === 'GET' ? 'read' : 'write');

const basic = ({ key, secret }: PceKey): string =>
  `Basic ${Buffer.from(`${key}:${secret}`, 'utf8').toString('base64')}`;

const headersOf = (call: Call, authorisation: string | undefined): Record<string, string> => ({
  accept: 'application/json',
  'accept-encoding': 'gzip',
  ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
  ...(authorisation === undefined ? {} : { authorization: authorisation }),
  ...call.headers,
});

/** Percent-encoded throughout: a bare `+` would be read as a space (facts §11.11). */
const queryText = (query: Call['query'] = {}): string => {
  const pairs = Object.entries(query).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
};

/** A call that was stopped, by its caller or by `close`; a write under way is then in doubt, which `timeout` says. */
const stopped = (code: 'unavailable' | 'timeout', cause?: unknown): PceError =>
  new PceError(code, code === 'unavailable' ? 'the bot is stopping' : 'cancelled', {
    retryable: false,
    cause,
  });

interface Stop {
  readonly signal: AbortSignal;
  /** Lets go of timers and listeners. */
  clear(): void;
}

/** A signal that aborts with a PceError after `ms`, or when `outer` does. */
const timeLimit = (ms: number, outer: AbortSignal): Stop => {
  const controller = new AbortController();
  const late = (): void => controller.abort(new PceError('timeout', 'no complete answer in time'));
  const timer = Number.isFinite(ms) ? setTimeout(late, Math.max(0, ms)) : undefined;
  const { signal, clear } = anyOf(controller.signal, outer);
  return {
    signal,
    clear() {
      clearTimeout(timer);
      clear();
    },
  };
};

/** Like AbortSignal.any, which keeps its parts alive on Node 20 as long as the longest-living one. */
const anyOf = (...signals: readonly (AbortSignal | undefined)[]): Stop => {
  const controller = new AbortController();
  const links = signals
    .filter((signal) => signal !== undefined)
    .map((signal) => ({ signal, abort: () => controller.abort(signal.reason) }));
  for (const { signal, abort } of links) {
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
  }
  return {
    signal: controller.signal,
    clear() {
      for (const { signal, abort } of links) signal.removeEventListener('abort', abort);
    },
  };
};
