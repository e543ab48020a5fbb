import { text } from '../../core/foreign.ts';
import { ChatError } from '../../core/ports.ts';
import type { SlackSettings } from '../../core/settings.ts';
import type { Api } from './api.ts';

/** Who the bot token makes us. `app` and `enterprise` are undefined where auth.test leaves them out. */
export interface Identity {
  readonly team: string;
  readonly user: string;
  readonly bot: string;
  readonly app: string | undefined;
  readonly enterprise: string | undefined;
}

/**
 * Asks Slack once and remembers the answer; a failure is not remembered.
 * Rejects with ChatError('refused') for a token that is no bot's, or one of another workspace than the configured.
 */
export const createIdentity = (settings: SlackSettings, api: Api): (() => Promise<Identity>) => {
  let known: Promise<Identity> | undefined;
  const ask = async (): Promise<Identity> => {
    const answer = await api('auth.test', {}, { repeatable: true });
    const [team, user, bot] = [text(answer['team_id']), text(answer['user_id']), text(answer['bot_id'])];
    if (team === undefined || user === undefined || bot === undefined) {
      throw new ChatError('refused', 'slack.bot_token is not the token of a bot (xoxb-…)');
    }
    if (team !== settings.team) {
      throw new ChatError(
        'refused',
        `slack.bot_token is of workspace ${team}, slack.team says ${settings.team}`,
      );
    }
    return { team, user, bot, app: text(answer['app_id']), enterprise: text(answer['enterprise_id']) };
  };
  return () => {
    known ??= ask().catch((cause: unknown) => {
      known = undefined;
      throw cause;
    });
    return known;
  };
};

/** Whether we wrote a message: by bot or app id, which Slack sets and nobody can forge (facts/slack §5.3). */
export const wroteIt = (
  us: Identity,
  message: { readonly bot_id?: unknown; readonly app_id?: unknown },
): boolean => message.bot_id === us.bot || (us.app !== undefined && message.app_id === us.app);
