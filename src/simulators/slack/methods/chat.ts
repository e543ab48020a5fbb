import { type Args, flag, isObject, nested, required, text } from '../args.ts';
import { fillIds } from '../blocks/fill.ts';
import { LIMITS } from '../blocks/limits.ts';
import { addEphemeral, addMessage, apiMessage } from '../messages.ts';
import { refuse } from '../refusal.ts';
import { APP } from '../seed.ts';
import type { Sim } from '../sim.ts';
import type { Channel, Json, Message } from '../types.ts';
import { channelOf, messageOf, postableChannel, threadOf, userOf } from './lookup.ts';
import { type Call, type Method, messageBlocks } from './method.ts';

const chat = (tier: Method['tier'], run: Method['run']): Method => ({
  token: 'bot',
  scopes: ['chat:write'],
  tier,
  run,
});

/** Posting, editing and deleting (facts/slack §3, §5.8, §5.9). */
export const CHAT: Readonly<Record<string, Method>> = {
  'chat.postMessage': chat('posts', ({ sim, args }) => {
    const channel = postableChannel(sim, required(args, 'channel'));
    const content = contentOf(sim, args);
    const threadTs = threadOf(channel, args);
    const message = addMessage(sim, channel, {
      user: APP.botUser,
      ...content,
      text: content.text.slice(0, LIMITS.messageText),
      threadTs,
      broadcast: threadTs !== null && flag(args, 'reply_broadcast'),
      metadata: metadataOf(args) ?? null,
      linkNames: flag(args, 'link_names') || text(args, 'parse') === 'full',
    });
    return posted(sim, channel, message);
  }),
  'chat.update': chat('T3', (call) => {
    const channel = channelOf(call.sim, call.args);
    if (channel.archived) refuse('is_inactive');
    const message = messageOf(channel, call.args, 'ts');
    if (message.user !== APP.botUser) refuse('cant_update_message');
    update(call, message);
    return {
      channel: channel.id,
      ts: message.ts,
      text: message.text,
      message: apiMessage(call.sim, channel, message, true),
    };
  }),
  'chat.delete': chat('T3', ({ sim, args }) => {
    const channel = channelOf(sim, args);
    const message = messageOf(channel, args, 'ts');
    if (message.user !== APP.botUser) refuse('cant_delete_message');
    message.deleted = true;
    sim.changes.bump();
    return { channel: channel.id, ts: message.ts };
  }),
  'chat.postEphemeral': chat('T4', ({ sim, args }) => {
    const channel = postableChannel(sim, required(args, 'channel'));
    const user = userOf(sim, { user: required(args, 'user') }, 'user');
    if (!channel.members.has(user.id)) refuse('user_not_in_channel');
    const { text: said, blocks } = contentOf(sim, args);
    const shown = addEphemeral(sim, {
      channel: channel.id,
      user: user.id,
      text: said,
      blocks,
      threadTs: threadOf(channel, args),
    });
    return { message_ts: shown.ts };
  }),
  'chat.getPermalink': {
    token: 'bot',
    scopes: [],
    tier: 'special',
    run: ({ sim, args }) => {
      const channel = channelOf(sim, args);
      const message = messageOf(channel, args, 'message_ts');
      const path = `/archives/${channel.id}/p${message.ts.replace('.', '')}`;
      const thread = message.threadTs === null ? '' : `?thread_ts=${message.threadTs}&cid=${channel.id}`;
      return { channel: channel.id, permalink: `https://${APP.domain}.slack.com${path}${thread}` };
    },
  },
};

/** An update's rules (facts/slack §5.8): text without blocks removes them, neither keeps both, metadata stays. */
const update = ({ sim, args }: Call, message: Message): void => {
  const said = text(args, 'text');
  const blocks = messageBlocks(sim, args);
  const attachments = attachmentsOf(args);
  const metadata = metadataOf(args);
  if ((said?.length ?? 0) > LIMITS.updateText) refuse('msg_too_long');
  if (said === undefined && blocks === undefined && attachments === undefined && metadata === undefined)
    refuse('no_text');
  if (blocks !== undefined) message.blocks = fillIds(blocks, sim.ids);
  else if (said !== undefined) message.blocks = [];
  if (said !== undefined) message.text = said;
  if (attachments !== undefined) message.attachments = attachments;
  if (metadata !== undefined) message.metadata = Object.keys(metadata).length === 0 ? null : metadata;
  if (flag(args, 'reply_broadcast') && message.threadTs !== null) message.broadcast = true;
  message.edited ||= blocks === undefined && said !== undefined;
  message.updates += 1;
  sim.changes.bump();
};

const posted = (sim: Sim, channel: Channel, message: Message): Json => ({
  channel: channel.id,
  ts: message.ts,
  message: apiMessage(sim, channel, message, true),
});

/** What a message says; no_text when it says nothing. */
const contentOf = (sim: Sim, args: Args): { text: string; blocks: Json[]; attachments: Json[] } => {
  const markdown = text(args, 'markdown_text');
  const blocks = messageBlocks(sim, args) ?? [];
  const attachments = attachmentsOf(args) ?? [];
  const said = text(args, 'text') ?? '';
  if (markdown !== undefined && (said !== '' || blocks.length > 0)) refuse('markdown_text_conflict');
  if ((markdown?.length ?? 0) > LIMITS.markdownText) refuse('msg_too_long');
  const content = { text: said === '' ? (markdown ?? '') : said, blocks, attachments };
  return content.text === '' && blocks.length === 0 && attachments.length === 0 ? refuse('no_text') : content;
};

const attachmentsOf = (args: Args): Json[] | undefined => {
  const attachments = nested(args, 'attachments', 'invalid_attachments');
  if (attachments === undefined) return undefined;
  if (!Array.isArray(attachments)) return refuse('invalid_attachments');
  return attachments.length > LIMITS.attachments
    ? refuse('too_many_attachments')
    : attachments.filter(isObject);
};

const metadataOf = (args: Args): Json | undefined => {
  const metadata = nested(args, 'metadata', 'invalid_metadata_format');
  if (metadata === undefined) return undefined;
  if (!isObject(metadata)) return refuse('invalid_metadata_format');
  const complete = typeof metadata['event_type'] === 'string' && isObject(metadata['event_payload']);
  return complete || Object.keys(metadata).length === 0 ? metadata : refuse('invalid_metadata_format');
};
