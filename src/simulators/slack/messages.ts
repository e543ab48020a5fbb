import { fillIds } from './blocks/fill.ts';
import { apiFile } from './files.ts';
import { mentionsIn } from './mentions.ts';
import { APP } from './seed.ts';
import type { Sim } from './sim.ts';
import type { Channel, Ephemeral, Json, Message, StoredFile } from './types.ts';
import { remember } from './world.ts';

/** What to post; blocks must have passed the validator. */
export interface Draft {
  readonly user: string;
  readonly text: string;
  readonly blocks?: readonly Json[];
  readonly attachments?: readonly Json[];
  readonly threadTs?: string | null;
  readonly broadcast?: boolean;
  readonly metadata?: Json | null;
  readonly fileIds?: readonly string[];
  readonly linkNames?: boolean;
}

/** Stores a new message and, when the bot wrote it, records the mentions that fire. */
export const addMessage = (sim: Sim, channel: Channel, draft: Draft): Message => {
  const byBot = draft.user === APP.botUser;
  const message: Message = {
    ts: sim.ids.ts(),
    channel: channel.id,
    user: draft.user,
    botId: byBot ? APP.bot : null,
    threadTs: draft.threadTs ?? null,
    broadcast: draft.broadcast ?? false,
    text: draft.text,
    blocks: fillIds(draft.blocks ?? [], sim.ids),
    attachments: [...(draft.attachments ?? [])],
    metadata: draft.metadata ?? null,
    edited: false,
    updates: 0,
    deleted: false,
    pinned: false,
    fileIds: [...(draft.fileIds ?? [])],
    reactions: new Map(),
  };
  channel.messages.push(message);
  if (byBot) {
    for (const mention of mentionsIn({ ...message, linkNames: draft.linkNames ?? false })) {
      sim.world.mentions.push({ at: sim.clock.now(), channel: channel.id, ts: message.ts, ...mention });
    }
  }
  sim.changes.bump();
  return message;
};

/** Shows something to one person only. It notifies nobody else, so no mention is recorded. */
export const addEphemeral = (
  sim: Sim,
  shown: Pick<Ephemeral, 'channel' | 'user' | 'text' | 'threadTs'> & {
    from?: string;
    blocks?: readonly Json[];
  },
): Ephemeral => {
  const ephemeral: Ephemeral = {
    ts: sim.ids.ts(),
    at: sim.clock.now(),
    channel: shown.channel,
    user: shown.user,
    from: shown.from ?? APP.botUser,
    threadTs: shown.threadTs,
    text: shown.text,
    blocks: fillIds(shown.blocks ?? [], sim.ids),
    deleted: false,
  };
  remember(sim.world.ephemerals, ephemeral);
  sim.changes.bump();
  return ephemeral;
};

/** A message that is there: by ts, not deleted. */
export const findMessage = (channel: Channel, ts: string): Message | undefined => {
  const message = channel.messages.findLast((one) => one.ts === ts);
  return message?.deleted ? undefined : message;
};

/** The replies of a thread, oldest first, without deleted ones. */
export const repliesOf = (channel: Channel, rootTs: string): Message[] =>
  channel.messages.filter((one) => one.threadTs === rootTs && one.ts !== rootTs && !one.deleted);

/** The files of a message. */
export const filesOf = (sim: Sim, message: Message): StoredFile[] =>
  message.fileIds.flatMap((id) => sim.world.files.get(id) ?? []);

/** A message as the Web API and payloads show it; `metadata` only on request (facts/slack §6). */
export const apiMessage = (sim: Sim, channel: Channel, message: Message, withMetadata: boolean): Json => {
  const replies = message.threadTs === null ? repliesOf(channel, message.ts) : [];
  const isRoot = replies.length > 0;
  if (message.deleted) {
    return {
      type: 'message',
      subtype: 'tombstone',
      ts: message.ts,
      thread_ts: message.ts,
      user: 'USLACKBOT',
      text: 'This message was deleted.',
      reply_count: replies.length,
    };
  }
  return {
    type: 'message',
    ...(message.broadcast ? { subtype: 'thread_broadcast' } : {}),
    ts: message.ts,
    user: message.user,
    team: sim.world.users.get(message.user)?.homeTeam ?? APP.team,
    text: message.text,
    ...(message.botId === null ? {} : { bot_id: message.botId, app_id: APP.app }),
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(message.attachments.length > 0 ? { attachments: message.attachments } : {}),
    ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    ...(isRoot
      ? {
          thread_ts: message.ts,
          reply_count: replies.length,
          reply_users: [...new Set(replies.map((reply) => reply.user))],
          latest_reply: replies.at(-1)?.ts,
        }
      : {}),
    ...(message.edited ? { edited: { user: message.user, ts: message.ts } } : {}),
    ...(message.fileIds.length > 0 ? { files: filesOf(sim, message).map((file) => apiFile(sim, file)) } : {}),
    ...(message.reactions.size > 0
      ? { reactions: [...message.reactions].map(([name, users]) => ({ name, users, count: users.length })) }
      : {}),
    ...(message.pinned ? { pinned_to: [channel.id] } : {}),
    ...(withMetadata && message.metadata !== null ? { metadata: message.metadata } : {}),
  };
};
