import type { ServerResponse } from 'node:http';
import type { Clock } from './clock.ts';
import type { Fault } from './faults.ts';
import { type Answer, send } from './http.ts';

/**
 * Gives an answer the way the fault wants it. `answer` is what would have been said; when the call did not take
 * effect it is a plausible one, so that half and truncated bodies look real.
 */
export const spoil = (response: ServerResponse, fault: Fault, answer: Answer, clock: Clock): void => {
  const headers = { ...answer.headers, 'content-type': 'application/json; charset=utf-8', ...fault.headers };
  WAYS[fault.kind]({ response, fault, answer, clock, headers, body: JSON.stringify(answer.body) });
};

interface Spoilt {
  readonly response: ServerResponse;
  readonly fault: Fault;
  readonly answer: Answer;
  readonly clock: Clock;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const firstHalf = (body: string): string => body.slice(0, Math.ceil(body.length / 2));

const WAYS: Readonly<Record<Fault['kind'], (spoilt: Spoilt) => void>> = {
  delay: ({ response, fault, answer, clock }) => {
    clock.after(fault.ms ?? 1_000, () => send(response, answer));
  },
  status: ({ response, fault, headers }) => {
    const status = fault.status ?? 500;
    const error = fault.error ?? (status === 429 ? 'ratelimited' : 'internal_error');
    response.writeHead(status, headers).end(JSON.stringify({ ok: false, error }));
  },
  ok_false: ({ response, fault, headers }) => {
    response
      .writeHead(200, headers)
      .end(JSON.stringify({ ok: false, error: fault.error ?? 'internal_error' }));
  },
  reset: ({ response }) => {
    response.destroy();
  },
  half: ({ response, headers, body }) => {
    response.writeHead(200, { ...headers, 'content-length': String(Buffer.byteLength(body)) });
    response.write(firstHalf(body), () => response.destroy());
  },
  truncate: ({ response, headers, body }) => {
    response.writeHead(200, headers).end(firstHalf(body));
  },
  html: ({ response, fault, headers }) => {
    response.writeHead(fault.status ?? 200, { ...headers, 'content-type': 'text/html' });
    response.end('<html><body>Slack is down for maintenance</body></html>');
  },
  empty: ({ response, fault, headers }) => {
    response.writeHead(fault.status ?? 200, headers).end();
  },
  slow: ({ response, fault, headers, body, clock }) => {
    response.writeHead(200, headers);
    drip(response, body, (fault.ms ?? 10_000) / body.length, clock);
  },
};

/** One character at a time, `ms` apart. */
const drip = (response: ServerResponse, rest: string, ms: number, clock: Clock): void => {
  if (rest === '' || response.destroyed) {
    response.end();
    return;
  }
  response.write(rest.slice(0, 1));
  clock.after(ms, () => drip(response, rest.slice(1), ms, clock));
};
