import { fetch, type Response } from 'undici';
import { dict } from '../../core/foreign.ts';
import { ChatError, type Message } from '../../core/ports.ts';
import type { SlackSettings } from '../../core/settings.ts';
import { parse, readText } from './answer.ts';
import { chatError, httpError, refusal, retryAfterMs } from './errors.ts';
import { mayCall } from './hosts.ts';

/**
 * Answers by a response_url, for the person alone. Bolt's own respond() has neither time-out nor check of the host (facts/slack §1).
 * Rejects with ChatError: 'no-message' when the URL is used up or older than 30 min.
 */
export const respond = async (settings: SlackSettings, url: string, message: Message): Promise<void> => {
  if (!mayCall(url, settings.apiUrl))
    throw new ChatError('refused', 'response_url is not on a host of Slack');
  const body = JSON.stringify({
    response_type: 'ephemeral',
    replace_original: false,
    text: message.text,
    blocks: message.blocks,
  });
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(settings.requestTimeoutMs),
    });
    judge(answer, await readText(answer));
  } catch (cause) {
    throw chatError(cause, false);
  }
};

/** Says "ok" as text, or {ok: false, error}; both also with status 4xx. */
const judge = (answer: Response, body: string): void => {
  if (answer.status === 429) {
    throw new ChatError('rate-limited', 'ratelimited', {
      retryAfterMs: retryAfterMs(answer.headers.get('retry-after')),
    });
  }
  const said = dict(parse(body));
  if (said['ok'] === false) throw refusal(said, false);
  if (answer.status === 404 || answer.status === 410)
    throw new ChatError('no-message', body.slice(0, 60) || 'expired_url');
  if (!answer.ok) throw httpError(answer.status, false);
};
