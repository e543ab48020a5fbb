import { type Chat, ChatError, type Log } from '../core/ports.ts';

/**
 * Whether another organisation reads a channel (definitions §8). One that cannot be looked up, such as a direct message, is not taken for
 * one: no alert is lost to that, and a click there is judged by the person's rights alone.
 */
export const isExternal = async (
  channel: string,
  { chat, log }: { readonly chat: Pick<Chat, 'channel'>; readonly log: Log },
): Promise<boolean> => {
  try {
    return (await chat.channel(channel)).external;
  } catch (err) {
    if (!(err instanceof ChatError)) throw err;
    log.debug({ channel, slack: err.slack }, 'a channel could not be looked up');
    return false;
  }
};
