import { createHmac } from 'node:crypto';
import { Agent, request } from 'undici';
import { type BodyOptions, callOf, type Preset } from '../../core/output/bodies.ts';
import { OutputError } from '../../core/output/failure.ts';
import type { Notice } from '../../core/output/notice.ts';
import type { Clock, Output } from '../../core/ports.ts';
import { forbiddenAddress, guardedLookup } from './guarded-lookup.ts';

export interface WebhookOptions extends BodyOptions {
  readonly name: string;
  readonly url: string;
  readonly preset: Preset;
  /** Signs time and body. */
  readonly secret: string | undefined;
  /** Header values such as `Authorization: GenieKey …`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Addresses and networks that may be called although they are loopback, link-local or metadata addresses. */
  readonly allow: readonly string[];
  readonly timeoutMs: number;
}

/** What is read of an answer: enough to see an error page, too little to hurt. */
const MOST_ANSWER = 65_536;
const MOST_WAIT_MS = 15 * 60_000;

/**
 * POSTs notices to one address. Redirects are not followed. Signed as `v1=` + HMAC-SHA256 in hexadecimal over `<unix seconds>.<body>`; the time
 * is in `X-Chatops-Timestamp`, and every repeat of a notice carries the same `Idempotency-Key`.
 */
export const createWebhook = (options: WebhookOptions, clock: Pick<Clock, 'now'>): Output => {
  const agent = new Agent({
    connect: { timeout: options.timeoutMs, lookup: guardedLookup(options.allow) },
    headersTimeout: options.timeoutMs,
    bodyTimeout: options.timeoutMs,
    connections: 1,
    pipelining: 1,
  });
  return {
    name: options.name,
    async send(notice) {
      if (forbiddenAddress(new URL(options.url).hostname, options.allow))
        throw new OutputError(
          'leads to this machine or its link; list the address under allow if that is meant',
          { again: true },
        );
      const { path, body } = callOf(options.preset, notice, options);
      const answer = await post(`${options.url}${path}`, { options, agent, body, notice, now: clock.now() });
      judge(answer, clock.now());
    },
    close: () => agent.close(),
  };
};

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly retryAfter: string | undefined;
}

interface Post {
  readonly options: WebhookOptions;
  readonly agent: Agent;
  readonly body: string;
  readonly notice: Notice;
  readonly now: number;
}

const post = async (url: string, { options, agent, body, notice, now }: Post): Promise<Answer> => {
  const seconds = String(Math.floor(now / 1_000));
  try {
    const response = await request(url, {
      dispatcher: agent,
      method: 'POST',
      body,
      headers: {
        ...options.headers,
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'illumio-chatops',
        'idempotency-key': notice.id,
        'x-chatops-timestamp': seconds,
        ...(options.secret === undefined
          ? {}
          : { 'x-chatops-signature': signature(options.secret, seconds, body) }),
      },
      signal: AbortSignal.timeout(options.timeoutMs),
    });
    await response.body.dump({ limit: MOST_ANSWER });
    const header = (name: string): string | undefined => [response.headers[name] ?? []].flat()[0];
    return {
      status: response.statusCode,
      type: header('content-type') ?? '',
      retryAfter: header('retry-after'),
    };
  } catch (cause) {
    throw new OutputError(`no answer: ${reason(cause)}`, { again: true, unclear: !refused(cause), cause });
  }
};

/** `v1=` and HMAC-SHA256 over `<seconds>.<body>`. */
export const signature = (secret: string, seconds: string, body: string): string =>
  `v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;

/**
 * Answers about the receiver, its address or our key there, not about what it was told: when that is mended it takes the same notice. Any
 * other 4xx means that this notice will never do.
 */
const NOT_THE_NOTICE = new Set([401, 402, 403, 404, 405, 407, 408, 410, 421, 425, 429]);

/** A web page that says 200 is a proxy's or a login's: no receiver of JSON answers so. */
const judge = ({ status, type, retryAfter }: Answer, now: number): void => {
  if (status >= 200 && status < 300) {
    if (!/^text\/html/i.test(type)) return;
    throw new OutputError(`answered ${status} with a web page`, { again: true });
  }
  if (status >= 300 && status < 400)
    throw new OutputError(
      `answered ${status}: redirects are not followed, configure the address it leads to`,
      { again: true },
    );
  const again = NOT_THE_NOTICE.has(status) || status >= 500;
  throw new OutputError(`answered ${status}`, {
    again,
    unclear: status >= 500,
    waitMs: again ? waitOf(retryAfter, now) : undefined,
  });
};

/** Retry-After in seconds or as a date (RFC 9110 §10.2.3), at most a quarter of an hour. */
const waitOf = (text: string | undefined, now: number): number | undefined => {
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, MOST_WAIT_MS) : undefined;
};

const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EFORBIDDENADDRESS',
]);

/** Errors of connecting: nothing was sent. */
const refused = (cause: unknown): boolean => NEVER_SENT.has(codeOf(cause));

const codeOf = (cause: unknown): string => {
  const { code } = cause as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
};

const reason = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
