import { WebClient, type WebClientOptions } from '@slack/web-api';
import { dict } from '../../core/foreign.ts';
import type { ChatError, Log } from '../../core/ports.ts';
import type { SlackSettings } from '../../core/settings.ts';
import { slackFetch } from './answer.ts';
import type { Api } from './api.ts';
import { sdkLogger } from './logger.ts';
import { complaints, sdkError } from './sdk-errors.ts';

/**
 * A fresh options object per client: WebClient and App write into the one they are given (facts/slack §1).
 * Never with `headers`, which would send the bot token to apps.connections.open. No retries: who calls knows what a failure means.
 */
export const clientOptions = (
  settings: SlackSettings,
): Pick<
  WebClientOptions,
  'slackApiUrl' | 'timeout' | 'rejectRateLimitedCalls' | 'retryConfig' | 'fetch' | 'allowAbsoluteUrls'
> => ({
  slackApiUrl: settings.apiUrl,
  timeout: settings.requestTimeoutMs,
  rejectRateLimitedCalls: true,
  retryConfig: { retries: 0 },
  allowAbsoluteUrls: false,
  fetch: slackFetch,
});

/** The Web API with the bot token, through Slack's own client. */
export const createClient = (settings: SlackSettings, log: Log): Api => {
  const client = new WebClient(settings.botToken, { ...clientOptions(settings), logger: sdkLogger(log) });
  return async (method, args, { repeatable }) => {
    try {
      return dict(await client.apiCall(method, written(args)));
    } catch (cause) {
      const error = sdkError(cause, repeatable);
      tell(log, method, error, cause);
      throw error;
    }
  };
};

/**
 * What WebClient would write as JSON, written before: for a log line that nobody asked for it copies all that is not text, sign by sign of
 * every block.
 */
const written = (args: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(args).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null ? JSON.stringify(value) : value,
    ]),
  );

/** Refused content is our own mistake, and only Slack's sentences say where; everything else is told by who called. */
const tell = (log: Log, method: string, error: ChatError, cause: unknown): void => {
  if (error.code !== 'refused-content') return;
  log.error({ method, slack: error.slack, complaints: complaints(cause) }, 'slack refused content');
};
