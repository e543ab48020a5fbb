import type { FetchFunction } from '@slack/web-api';
import { type Dispatcher, type HeadersInit, Response, request } from 'undici';
import { dict } from '../../core/foreign.ts';
import { retryAfterMs, UnreadAnswer } from './errors.ts';

/** More than any answer of Slack's we ask for (a page of 200 messages is under 2 MB); an unread 10 MB answer stays bounded (faults 14). */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * The fetch of WebClient, which hands on only what Slack says: WebClient 8.2 takes the text of an answer that isn't JSON for an error
 * word, throws a plain Error for a 429 without Retry-After, and reads bodies of any size. It is undici's `request`: a form is a string, and
 * what else a fetch makes of it takes half a millisecond before each call. A redirect is no answer of Slack's and is not followed.
 * Rejects with UnreadAnswer when status 200 does not carry a JSON object with `ok`, and with undici's errors.
 */
export const slackFetch: FetchFunction = async (url, { body: sent = null, ...init } = {}) => {
  // A form is node's own and would go out as the words "[object FormData]".
  if (typeof sent === 'object' && sent !== null) throw new TypeError('files are sent by upload.ts');
  const { method = 'GET', headers: asked = {}, signal = null } = init;
  const answer = await request(url, { method: method as Method, headers: asked, body: sent, signal });
  const { statusCode: status, statusText, headers } = answer;
  const body = await textOf(answer.body);
  if (status === 429) {
    const seconds = Math.ceil(retryAfterMs(headers['retry-after']) / 1_000);
    return new Response(body, { status, statusText, headers: { 'retry-after': String(seconds) } });
  }
  if (status === 200 && typeof dict(parse(body))['ok'] !== 'boolean')
    throw new UnreadAnswer('answer_not_json');
  return new Response(body === '' ? null : body, { status, statusText, headers: headers as HeadersInit });
};

type Method = Dispatcher.HttpMethod;

/** The body as text; UnreadAnswer above 4 MB, and what fetch throws when it breaks off. */
export const readText = async ({ body }: Response): Promise<string> =>
  body === null ? '' : await textOf(body);

const textOf = async (body: AsyncIterable<Uint8Array>): Promise<string> => {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.byteLength;
    if (bytes > MAX_BYTES) throw new UnreadAnswer('answer_too_large');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
};

/** undefined for what is not JSON. */
export const parse = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};
