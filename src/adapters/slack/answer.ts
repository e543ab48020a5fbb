import type { FetchFunction } from '@slack/web-api';
import { fetch, Response } from 'undici';
import { dict } from '../../core/foreign.ts';
import { retryAfterMs, UnreadAnswer } from './errors.ts';

/** More than any answer of Slack's we ask for (a page of 200 messages is under 2 MB); an unread 10 MB answer stays bounded (faults 14). */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * The fetch of WebClient, which hands on only what Slack says: WebClient 8.2 takes the text of an answer that isn't JSON for an error
 * word, throws a plain Error for a 429 without Retry-After, and reads bodies of any size. It is undici's, as wherever we fetch: node's
 * global one is a second copy of that, loaded when first touched (docs/performance.md).
 * Rejects with UnreadAnswer when status 200 does not carry a JSON object with `ok`.
 */
export const slackFetch: FetchFunction = async (url, { body: sent, ...init } = {}) => {
  // A form is node's own and would go out as the words "[object FormData]".
  if (typeof sent === 'object') throw new TypeError('files are sent by upload.ts');
  const answer = await fetch(url, sent === undefined ? init : { ...init, body: sent });
  const { status, statusText } = answer;
  const body = await readText(answer);
  if (status === 429) {
    const seconds = Math.ceil(retryAfterMs(answer.headers.get('retry-after')) / 1_000);
    return new Response(body, { status, statusText, headers: { 'retry-after': String(seconds) } });
  }
  if (status === 200 && typeof dict(parse(body))['ok'] !== 'boolean')
    throw new UnreadAnswer('answer_not_json');
  return new Response(body === '' ? null : body, { status, statusText, headers: answer.headers });
};

/** The body as text; UnreadAnswer above 4 MB, and what fetch throws when it breaks off. */
export const readText = async (answer: Response): Promise<string> => {
  if (answer.body === null) return '';
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of answer.body) {
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
