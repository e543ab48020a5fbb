import { type Args, required, text } from '../args.ts';
import { directMessage } from '../conversations.ts';
import { findMessage } from '../messages.ts';
import { refuse } from '../refusal.ts';
import { APP } from '../seed.ts';
import type { Sim } from '../sim.ts';
import type { Channel, Message, User } from '../types.ts';

/** The conversation of `channel`, as far as the bot can know of it; a private one without it is not found. */
export const channelOf = (sim: Sim, args: Args, name = 'channel'): Channel => {
  const channel = sim.world.channels.get(text(args, name) ?? '') ?? refuse('channel_not_found');
  if (channel.kind === 'private' && !channel.members.has(APP.botUser)) return refuse('channel_not_found');
  return channel;
};

/** The conversation to post to: an id, or a user id, which opens the direct message (facts/slack §6). */
export const postableChannel = (sim: Sim, id: string | undefined): Channel => {
  const user = sim.world.users.get(id ?? '');
  if (user !== undefined) {
    return user.deleted || user.id === APP.botUser
      ? refuse('channel_not_found')
      : directMessage(sim, user.id);
  }
  const channel = channelOf(sim, { channel: id });
  const publicAllowed = channel.kind === 'public' && sim.world.scopes.includes('chat:write.public');
  if (!channel.members.has(APP.botUser) && !publicAllowed) refuse('not_in_channel');
  if (channel.archived) refuse('is_archived');
  return channel;
};

/** A message of the channel by the argument of that name; message_not_found. */
export const messageOf = (channel: Channel, args: Args, name: string): Message =>
  findMessage(channel, required(args, name)) ?? refuse('message_not_found');

/**
 * The root of the thread to post into; a reply's ts stands for its root. An unknown ts is refused with
 * thread_not_found: Slack's pages name no error for it, but it is always a mistake of the bot.
 */
export const threadOf = (channel: Channel, args: Args): string | null => {
  const ts = text(args, 'thread_ts');
  if (ts === undefined || ts === '') return null;
  const message = channel.messages.find((one) => one.ts === ts) ?? refuse('thread_not_found');
  return message.threadTs ?? message.ts;
};

/** A person the bot can know of; user_not_found. */
export const userOf = (sim: Sim, args: Args, name: string): User =>
  sim.world.users.get(text(args, name) ?? '') ?? refuse('user_not_found');

/** One page of a list and the cursor after it; invalid_cursor when the cursor is none of ours. */
export const page = <T>(items: readonly T[], args: Args, size: number): { items: T[]; next: string } => {
  const cursor = text(args, 'cursor') ?? '';
  const start =
    cursor === ''
      ? 0
      : Number(
          Buffer.from(cursor, 'base64')
            .toString()
            .replace(/^next:/, ''),
        );
  if (!Number.isInteger(start) || start < 0) return refuse('invalid_cursor');
  const end = start + size;
  const next = end < items.length ? Buffer.from(`next:${end}`).toString('base64') : '';
  return { items: items.slice(start, end), next };
};
