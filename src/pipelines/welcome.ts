import { type Chat, ChatError, type Log } from '../core/ports.ts';
import type { Settings } from '../core/settings.ts';
import { listed } from '../core/text.ts';
import { welcomeView } from '../views/welcome.ts';
import { type CardsDeps, createCards } from './cards.ts';

export interface WelcomeDeps extends CardsDeps {
  readonly chat: Chat;
  readonly log: Log;
  readonly settings: Pick<Settings, 'channels' | 'routes' | 'pces'>;
}

/** Introduces the bot where it was invited, once per channel; never in one that is shared with another organisation (definitions §8). */
export const createWelcome = (deps: WelcomeDeps): ((channel: string) => Promise<void>) => {
  const { chat, log, settings } = deps;
  const cards = createCards(deps);
  return async (channel) => {
    try {
      if ((await chat.channel(channel)).external) return;
    } catch (err) {
      if (!(err instanceof ChatError)) throw err;
      return log.warn({ err, channel }, 'a channel the bot was invited to cannot be looked up');
    }
    const places = [settings.channels.fallthrough, ...settings.routes.map((route) => route.channel)];
    await cards.show({
      key: `welcome.${channel}`,
      channel,
      face: 'welcome',
      message: () =>
        welcomeView({
          pces: listed(settings.pces.map(({ name }) => name)),
          alerts: places.includes(channel),
        }),
    });
  };
};
