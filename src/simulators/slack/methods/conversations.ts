import { type Args, flag, limit, required, text } from '../args.ts';
import { directMessage } from '../conversations.ts';
import { apiMessage, repliesOf } from '../messages.ts';
import { refuse } from '../refusal.ts';
import { APP, OTHER_TEAM } from '../seed.ts';
import type { Sim } from '../sim.ts';
import type { Channel, Json, Message } from '../types.ts';
import { channelOf, page } from './lookup.ts';
import { type Call, type Method, needScope, scopeFamily } from './method.ts';

const on = (tier: Method['tier'], run: Method['run'], scopes: readonly string[] = []): Method => ({
  token: 'bot',
  scopes,
  tier,
  run,
});

/** Conversations: who is in them, what was said. History leaves replies out unless broadcast (facts/slack §6). */
export const CONVERSATIONS: Readonly<Record<string, Method>> = {
  'conversations.info': on('T3', ({ sim, args }) => {
    const channel = readable(sim, args, 'read');
    return { channel: apiChannel(channel, flag(args, 'include_num_members')) };
  }),
  'conversations.list': on('T2', ({ sim, args }) => {
    const types = (text(args, 'types') ?? 'public_channel').split(',').map((type) => type.trim());
    const kinds = { public_channel: 'public', private_channel: 'private', im: 'im' } as Record<
      string,
      Channel['kind']
    >;
    const wanted = types.map((type) => kinds[type]);
    const listed = [...sim.world.channels.values()]
      .filter((channel) => wanted.includes(channel.kind))
      .filter((channel) => channel.kind === 'public' || channel.members.has(APP.botUser))
      .filter((channel) => !(channel.archived && flag(args, 'exclude_archived')));
    for (const channel of listed) needScope(sim, `${scopeFamily(channel)}:read`);
    const { items, next } = page(listed, args, limit(args, 100, 999));
    return {
      channels: items.map((channel) => apiChannel(channel, true)),
      response_metadata: { next_cursor: next },
    };
  }),
  'conversations.members': on('T4', ({ sim, args }) => {
    const channel = readable(sim, args, 'read');
    const { items, next } = page([...channel.members], args, limit(args, 100, 999));
    return { members: items, response_metadata: { next_cursor: next } };
  }),
  'conversations.history': on('T3', (call) => {
    const channel = readableAsMember(call);
    const shown = channel.messages.filter(
      (message) =>
        (message.threadTs === null || message.broadcast) &&
        (!message.deleted || repliesOf(channel, message.ts).length > 0),
    );
    return messagePage(call, channel, between(shown, call.args).reverse(), 100);
  }),
  'conversations.replies': on('T3', (call) => {
    const channel = readableAsMember(call);
    const asked =
      channel.messages.find((one) => one.ts === required(call.args, 'ts')) ?? refuse('thread_not_found');
    const root = channel.messages.find((one) => one.ts === (asked.threadTs ?? asked.ts)) ?? asked;
    const replies = repliesOf(channel, root.ts);
    if (root.deleted && replies.length === 0) refuse('thread_not_found');
    return messagePage(call, channel, [root, ...between(replies, call.args)], 999);
  }),
  'conversations.open': on(
    'T3',
    ({ sim, args }) => {
      const known = text(args, 'channel');
      if (known !== undefined) return { channel: { id: channelOf(sim, args).id } };
      const ids = (text(args, 'users') ?? refuse('users_list_not_supplied')).split(',');
      const user = sim.world.users.get(ids[0] ?? '') ?? refuse('user_not_found');
      if (ids.length > 1) refuse('method_not_supported_for_channel_type');
      if (user.deleted) refuse('user_disabled');
      return { channel: { id: directMessage(sim, user.id).id } };
    },
    ['im:write'],
  ),
  'conversations.join': on(
    'T3',
    ({ sim, args }) => {
      const channel = channelOf(sim, args);
      if (channel.kind !== 'public') refuse('method_not_supported_for_channel_type');
      if (channel.archived) refuse('is_archived');
      channel.members.add(APP.botUser);
      sim.changes.bump();
      return { channel: apiChannel(channel, false) };
    },
    ['channels:join'],
  ),
};

/** A conversation the token may read: its family's scope is needed (channels:read, groups:history, …). */
const readable = (sim: Sim, args: Args, what: 'read' | 'history'): Channel => {
  const channel = channelOf(sim, args);
  needScope(sim, `${scopeFamily(channel)}:${what}`);
  return channel;
};

const readableAsMember = ({ sim, args }: Call): Channel => {
  const channel = readable(sim, args, 'history');
  return channel.members.has(APP.botUser) ? channel : refuse('not_in_channel');
};

const TS = /^\d+(\.\d+)?$/;

/** The messages within `oldest` and `latest` (seconds), ends included only with `inclusive`. */
const between = (messages: readonly Message[], args: Args): Message[] => {
  const oldest = text(args, 'oldest') ?? '0';
  const latest = text(args, 'latest') ?? '9999999999';
  if (!TS.test(oldest)) refuse('invalid_ts_oldest');
  if (!TS.test(latest)) refuse('invalid_ts_latest');
  const [from, to] = [Number(oldest), Number(latest)];
  const inclusive = flag(args, 'inclusive');
  return messages.filter(({ ts }) => {
    const at = Number(ts);
    return (at > from && at < to) || (inclusive && (at === from || at === to));
  });
};

const messagePage = (
  { sim, args }: Call,
  channel: Channel,
  messages: readonly Message[],
  size: number,
): Json => {
  const { items, next } = page(messages, args, limit(args, size, 999));
  const withMetadata = flag(args, 'include_all_metadata');
  return {
    messages: items.map((message) => apiMessage(sim, channel, message, withMetadata)),
    has_more: next !== '',
    response_metadata: { next_cursor: next },
  };
};

/** A conversation as the Web API shows it (fixtures/slack/api/conversations.info.json). */
export const apiChannel = (channel: Channel, withCount: boolean): Json => {
  const common = {
    id: channel.id,
    created: 1_700_000_000,
    is_archived: channel.archived,
    is_im: channel.kind === 'im',
    context_team_id: APP.team,
    updated: 1_700_000_000_000,
  };
  if (channel.kind === 'im')
    return { ...common, user: channel.user, is_org_shared: false, is_user_deleted: false };
  return {
    ...common,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: channel.kind === 'public',
    is_group: channel.kind === 'private',
    is_private: channel.kind === 'private',
    is_mpim: false,
    is_general: channel.name === 'general',
    is_member: channel.members.has(APP.botUser),
    is_shared: channel.extShared,
    is_ext_shared: channel.extShared,
    is_org_shared: false,
    is_pending_ext_shared: false,
    pending_shared: [],
    shared_team_ids: channel.extShared ? [APP.team, OTHER_TEAM] : [APP.team],
    creator: 'U0OPS0001',
    unlinked: 0,
    topic: { value: '', creator: '', last_set: 0 },
    purpose: { value: '', creator: '', last_set: 0 },
    previous_names: [],
    ...(withCount ? { num_members: channel.members.size } : {}),
  };
};
