import { type Args, flag, text } from '../args.ts';
import { cannot } from '../cannot.ts';
import { directMessage } from '../conversations.ts';
import type { Delivered, Delivery } from '../delivery.ts';
import { handOutTrigger } from '../handouts.ts';
import { addMessage, apiMessage, findMessage } from '../messages.ts';
import { apiGroup, apiUser } from '../methods/people.ts';
import { eventCallback, messageAction } from '../payloads.ts';
import { responseUrl } from '../responses.ts';
import { APP, OTHER_TEAM } from '../seed.ts';
import type { Sim } from '../sim.ts';
import type { Json } from '../types.ts';
import { apiView } from '../views.ts';
import { type Outcome, outcome } from './outcome.ts';
import { actor, anyChannel, need, needList, needObject, openedBy } from './person.ts';

type Control = (sim: Sim, delivery: Delivery, body: Args) => Promise<Json>;

const told = (delivered: Delivered): Json => ({ ok: true, delivered });

const sendEvent = (sim: Sim, delivery: Delivery, event: Json, eventId?: string): Promise<Delivered> =>
  delivery.deliverEvent(eventCallback(sim, event, eventId));

/** Any event, wrapped as Slack does; `event_id` repeats an earlier one. The answer tells how the first try went. */
export const postEvent: Control = async (sim, delivery, body) => {
  const event = needObject(body, 'event');
  return told(await sendEvent(sim, delivery, event, text(body, 'event_id')));
};

/** Sets a group's members (and `disabled`); the app hears subteam_members_changed and subteam_updated. */
export const setGroup: Control = async (sim, delivery, body) => {
  const group = sim.world.groups.get(need(body, 'id')) ?? cannot(`no group ${String(body['id'])}`);
  const before = group.users;
  if (body['users'] !== undefined) group.users = needList(body, 'users');
  if (body['disabled'] !== undefined) group.disabled = flag(body, 'disabled');
  sim.changes.bump();
  await sendEvent(sim, delivery, {
    type: 'subteam_members_changed',
    subteam_id: group.id,
    team_id: APP.team,
    added_users: group.users.filter((user) => !before.includes(user)),
    removed_users: before.filter((user) => !group.users.includes(user)),
  });
  return told(await sendEvent(sim, delivery, { type: 'subteam_updated', subteam: apiGroup(group, true) }));
};

/** Changes a person: deleted, is_restricted, is_ultra_restricted, is_admin; the app hears user_change. */
export const setUser: Control = async (sim, delivery, body) => {
  const user = sim.world.users.get(need(body, 'id')) ?? cannot(`no user ${String(body['id'])}`);
  if (body['deleted'] !== undefined) user.deleted = flag(body, 'deleted');
  if (body['is_admin'] !== undefined) user.isAdmin = flag(body, 'is_admin');
  if (body['is_restricted'] !== undefined) user.isRestricted = flag(body, 'is_restricted');
  if (body['is_ultra_restricted'] !== undefined) user.isUltraRestricted = flag(body, 'is_ultra_restricted');
  if (body['is_email_confirmed'] !== undefined) user.isEmailConfirmed = flag(body, 'is_email_confirmed');
  sim.changes.bump();
  return told(await sendEvent(sim, delivery, { type: 'user_change', user: apiUser(sim, user) }));
};

/** Archives or shares a channel, or takes the bot (`member`) in or out; the app hears of it where Slack tells it. */
export const setChannel: Control = async (sim, delivery, body) => {
  const channel = anyChannel(sim, need(body, 'id'));
  const heard: Json[] = [];
  if (body['archived'] !== undefined) channel.archived = flag(body, 'archived');
  if (body['shared'] !== undefined) {
    channel.extShared = flag(body, 'shared');
    const type = channel.extShared ? 'channel_shared' : 'channel_unshared';
    heard.push({ type, connected_team_id: OTHER_TEAM, channel: channel.id });
  }
  if (body['member'] !== undefined) {
    const joins = flag(body, 'member');
    if (joins) channel.members.add(APP.botUser);
    else channel.members.delete(APP.botUser);
    const type = joins ? 'member_joined_channel' : 'member_left_channel';
    heard.push({ type, user: APP.botUser, channel: channel.id, channel_type: 'C', team: APP.team });
  }
  sim.changes.bump();
  for (const event of heard) await sendEvent(sim, delivery, event);
  return { ok: true };
};

/**
 * A person writes a message; one that names the bot reaches the app as app_mention, where the app may hear it: with the scope for it
 * (facts/slack §6) and as a member of the channel.
 */
export const writeMessage: Control = async (sim, delivery, body) => {
  const user = actor(sim, need(body, 'user'), false);
  const channel = openedBy(sim, user, need(body, 'channel'), false);
  if (channel.archived) return cannot(`#${channel.name} is archived`);
  const said = need(body, 'text');
  const threadTs = text(body, 'thread_ts') ?? null;
  const message = addMessage(sim, channel, { user: user.id, text: said, threadTs });
  const base = {
    user: user.id,
    text: said,
    channel: channel.id,
    ts: message.ts,
    event_ts: message.ts,
    team: APP.team,
  };
  const event = { ...base, ...(threadTs === null ? {} : { thread_ts: threadTs }) };
  const heard = sim.world.scopes.includes('app_mentions:read') && channel.members.has(APP.botUser);
  if (heard && said.includes(`<@${APP.botUser}>`))
    return { ...told(await sendEvent(sim, delivery, { type: 'app_mention', ...event })), ts: message.ts };
  return { ok: true, ts: message.ts };
};

/** A person (an owner) deletes any message. */
export const deleteMessage: Control = async (sim, _delivery, body) => {
  const channel = anyChannel(sim, need(body, 'channel'));
  const message =
    findMessage(channel, need(body, 'ts')) ?? cannot(`no message ${String(body['ts'])} in #${channel.name}`);
  message.deleted = true;
  sim.changes.bump();
  return { ok: true };
};

/** A person opens the app's Home tab: the app hears app_home_opened. */
export const openHome: Control = async (sim, delivery, body) => {
  const user = actor(sim, need(body, 'user'), false);
  const home = sim.world.homes.get(user.id);
  const event = {
    type: 'app_home_opened',
    user: user.id,
    channel: directMessage(sim, user.id).id,
    tab: 'home',
  };
  return told(
    await sendEvent(sim, delivery, { ...event, ...(home === undefined ? {} : { view: apiView(home) }) }),
  );
};

/** A person uses a message shortcut of the app. */
export const useShortcut = async (sim: Sim, delivery: Delivery, body: Args): Promise<Outcome> => {
  const user = actor(sim, need(body, 'user'), false);
  const channel = openedBy(sim, user, need(body, 'channel'), false);
  const message =
    findMessage(channel, need(body, 'ts')) ?? cannot(`no message ${String(body['ts'])} in #${channel.name}`);
  if (user.homeTeam !== APP.team) return cannot(`${user.name} has no shortcuts of this workspace`);
  const original = { ts: message.ts, ephemeral: false };
  const handouts = {
    trigger_id: handOutTrigger(sim, user.id),
    response_url: responseUrl(sim, { user: user.id, channel: channel.id, original }, message.threadTs),
  };
  const callbackId = need(body, 'callback_id');
  const payload = messageAction(
    user,
    channel,
    callbackId,
    apiMessage(sim, channel, message, false),
    handouts,
  );
  return outcome(sim, await delivery.deliver('interactive', payload), user.id, callbackId, handouts);
};

/** Replaces what the bot's token may do. */
export const setScopes: Control = async (sim, _delivery, body) => {
  sim.world.scopes = needList(body, 'scopes');
  sim.changes.bump();
  return { ok: true, scopes: sim.world.scopes };
};
