import type { Asker, CommandDeps } from '../core/command.ts';
import { ChatError } from '../core/ports.ts';

/** The message the words are of: where it stands, and a link where Slack gives one. */
export const sourceOf = async (ts: string, { channel }: Asker, { chat }: CommandDeps) => {
  try {
    return { channel, ts, link: await chat.permalink({ channel, ts }) };
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    return { channel, ts, link: undefined };
  }
};
