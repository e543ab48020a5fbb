import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api';
import { dict, list } from '../../core/foreign.ts';
import { ChatError } from '../../core/ports.ts';
import { chatError, httpError, refusal, retryAfterMs } from './errors.ts';

/** What a failed call through Slack's own client means: the table of `chatError`. */
export const sdkError = (cause: unknown, repeatable: boolean): ChatError => {
  if (cause instanceof WebAPIRateLimitedError) {
    return new ChatError('rate-limited', 'ratelimited', {
      retryAfterMs: retryAfterMs(cause.retryAfter),
      cause,
    });
  }
  if (cause instanceof WebAPIPlatformError) return refusal(cause.data, repeatable, cause);
  if (cause instanceof WebAPIHTTPError) {
    const said = cause.statusCode < 500 && dict(cause.body)['ok'] === false;
    return said ? refusal(cause.body, repeatable, cause) : httpError(cause.statusCode, repeatable, cause);
  }
  return chatError(cause instanceof WebAPIRequestError ? cause.original : cause, repeatable);
};

/** Slack's sentences on what is wrong with blocks (`[ERROR] … [json-pointer:/blocks/0]`), for the log. */
export const complaints = (cause: unknown): readonly string[] =>
  cause instanceof WebAPIPlatformError
    ? list(dict(cause.data.response_metadata)['messages']).filter(
        (said): said is string => typeof said === 'string',
      )
    : [];
