import { dict, list, number, text } from '../../core/foreign.ts';
import type { Log } from '../../core/ports.ts';
import type { SlackSettings } from '../../core/settings.ts';
import { createApi, createAppApi } from './api.ts';

/** Whose token the bot token is. */
export interface BotToken {
  readonly team: string;
  readonly teamName: string;
  /** undefined for a token that is no bot's. */
  readonly bot: string | undefined;
  /** What it may do (`x-oauth-scopes`); undefined when Slack does not say. */
  readonly scopes: readonly string[] | undefined;
}

export interface UserGroup {
  /** Without the `@`. */
  readonly handle: string;
  readonly disabled: boolean;
}

/** What only `doctor` asks Slack. Every method rejects with ChatError. */
export interface SlackProbe {
  botToken(): Promise<BotToken>;
  /** Asks for a Socket Mode connection and does not make it: resolves when the app token is accepted. */
  appToken(): Promise<void>;
  /** All user groups by id, disabled ones too. */
  groups(): Promise<ReadonlyMap<string, UserGroup>>;
}

export const openProbe = (settings: SlackSettings, log: Log): SlackProbe => {
  const asBot = createApi(settings, log);
  const asApp = createAppApi(settings, log);
  const repeatable = { repeatable: true };
  return {
    botToken: async () => {
      const answer = await asBot('auth.test', {}, repeatable);
      const scopes = dict(answer['response_metadata'])['scopes'];
      return {
        team: text(answer['team_id']) ?? '',
        teamName: text(answer['team']) ?? '',
        bot: text(answer['bot_id']),
        scopes: Array.isArray(scopes) ? scopes.filter((one) => typeof one === 'string') : undefined,
      };
    },
    appToken: async () => void (await asApp('apps.connections.open', {}, repeatable)),
    groups: async () => {
      const answer = await asBot('usergroups.list', { include_disabled: true }, repeatable);
      const groups = list(answer['usergroups']).map(dict);
      return new Map(
        groups.map((group) => [
          text(group['id']) ?? '',
          { handle: text(group['handle']) ?? '', disabled: (number(group['date_delete']) ?? 0) > 0 },
        ]),
      );
    },
  };
};
