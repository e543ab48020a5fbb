import type { Dict } from '../../core/foreign.ts';
import type { Log } from '../../core/ports.ts';
import type { SlackSettings } from '../../core/settings.ts';

/** One call of the Web API. Rejects with ChatError (table in errors.ts); `repeatable` when a second call does no harm. */
export type Api = (
  method: string,
  args: Record<string, unknown>,
  how: { readonly repeatable: boolean },
) => Promise<Dict>;

/** The Web API with the bot token. Slack's package is loaded with the first call: a PCE can be asked before (docs/performance.md). */
export const createApi = (settings: SlackSettings, log: Log): Api => {
  let client: Promise<Api> | undefined;
  return async (...call) => {
    client ??= import('./client.ts').then(({ createClient }) => createClient(settings, log));
    return (await client)(...call);
  };
};

/** The Web API with the app token, which opens connections and nothing else. */
export const createAppApi = (settings: SlackSettings, log: Log): Api =>
  createApi({ ...settings, botToken: settings.appToken ?? '' }, log);
