import { createHmac } from 'node:crypto';
import { tryJson } from './args.ts';
import type { Attempt, Delivered, EnvelopeType } from './delivery.ts';
import { APP } from './seed.ts';
import type { Sim } from './sim.ts';
import type { Json } from './types.ts';

/** Slack's signature of a request: `v0=` and the HMAC-SHA256 of `v0:<timestamp>:<body>` (facts/slack §2 "HTTP mode"). */
const signature = (secret: string, timestamp: string, body: string): string =>
  `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;

/** Posts a payload as Slack's HTTP mode does: commands and interactions form-encoded, events as JSON. */
export const postSigned = async (
  sim: Sim,
  url: string,
  type: EnvelopeType,
  payload: Json,
  attempt: Attempt,
): Promise<Delivered> => {
  const body = encode(type, payload);
  const timestamp = String(Math.floor(sim.clock.now() / 1000));
  const sentAt = sim.clock.now();
  const abort = new AbortController();
  const cancel = sim.clock.after(sim.ackMs, () => abort.abort());
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      signal: abort.signal,
      headers: {
        'content-type': type === 'events_api' ? 'application/json' : 'application/x-www-form-urlencoded',
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': signature(APP.signingSecret, timestamp, body),
        ...retryHeaders(attempt),
      },
    });
    const text = await response.text();
    if (!response.ok) return { acked: false, error: 'dispatch_failed' };
    return { acked: true, ms: sim.clock.now() - sentAt, payload: tryJson(text) ?? text };
  } catch {
    return { acked: false, error: abort.signal.aborted ? 'operation_timeout' : 'dispatch_failed' };
  } finally {
    cancel();
  }
};

/** What a repeated event carries (facts/slack §2 "HTTP mode"). */
const retryHeaders = ({ number, after }: Attempt): Record<string, string> =>
  after === null
    ? {}
    : {
        'x-slack-retry-num': String(number),
        'x-slack-retry-reason': after === 'operation_timeout' ? 'http_timeout' : 'http_error',
      };

const encode = (type: EnvelopeType, payload: Json): string => {
  if (type === 'events_api') return JSON.stringify(payload);
  if (type === 'interactive') return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  return new URLSearchParams(
    Object.entries(payload).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
};
