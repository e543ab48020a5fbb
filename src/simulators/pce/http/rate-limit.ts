import { Refusal } from './answer.ts';

const MINUTE_MS = 60_000;

/** Counts one call of `who`; throws 429 when it is one too many. */
export type RateLimit = (who: string) => void;

/**
 * At most `perMinute` calls in any 60 s of real time and name; more are 429 `too_many_requests_error` and do not count
 * (facts §1: 500 a minute per API key, 10 a minute for unpairing). `retryAfter` in seconds adds the header.
 */
export const createRateLimit = (
  perMinute: number,
  retryAfter: number | undefined,
  realTime: () => number,
): RateLimit => {
  const calls = new Map<string, number[]>();
  return (who) => {
    const now = realTime();
    const recent = (calls.get(who) ?? []).filter((at) => at > now - MINUTE_MS);
    calls.set(who, recent);
    if (recent.length >= perMinute) throw tooMany('Too many requests', retryAfter);
    recent.push(now);
  };
};

/** 429 `too_many_requests_error`: the call was not processed (facts §1). */
export const tooMany = (message: string, retryAfter?: number): Refusal =>
  new Refusal(
    429,
    'too_many_requests_error',
    message,
    retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) },
  );
