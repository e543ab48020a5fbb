import { required, text } from '../args.ts';
import { refuse } from '../refusal.ts';
import { APP } from '../seed.ts';
import { channelOf, messageOf } from './lookup.ts';
import type { Call, Method } from './method.ts';

const on = (scopes: readonly string[], tier: Method['tier'], run: Method['run']): Method => ({
  token: 'bot',
  scopes,
  tier,
  run,
});

/** Identity, reactions and pins. */
export const MISC: Readonly<Record<string, Method>> = {
  'auth.test': on([], 'special', () => ({
    url: `https://${APP.domain}.slack.com/`,
    team: APP.teamName,
    user: APP.botName,
    team_id: APP.team,
    user_id: APP.botUser,
    bot_id: APP.bot,
    app_id: APP.app,
    app_name: APP.botName,
    is_enterprise_install: false,
  })),
  'bots.info': on(['users:read'], 'T3', ({ args }) => {
    if ((text(args, 'bot') ?? APP.bot) !== APP.bot) refuse('bot_not_found');
    return {
      bot: {
        id: APP.bot,
        deleted: false,
        name: APP.botName,
        updated: 1_700_000_000,
        app_id: APP.app,
        user_id: APP.botUser,
        icons: {},
      },
    };
  }),
  'team.info': on(['team:read'], 'T3', () => ({
    team: {
      id: APP.team,
      name: APP.teamName,
      domain: APP.domain,
      email_domain: 'example.com',
      icon: { image_default: true },
    },
  })),
  'reactions.add': on(['reactions:write'], 'T3', (call) => {
    const { message, name, users } = reaction(call);
    if (users.includes(APP.botUser)) refuse('already_reacted');
    message.reactions.set(name, [...users, APP.botUser]);
    call.sim.changes.bump();
    return {};
  }),
  'reactions.remove': on(['reactions:write'], 'T2', (call) => {
    const { message, name, users } = reaction(call);
    if (!users.includes(APP.botUser)) refuse('no_reaction');
    const left = users.filter((user) => user !== APP.botUser);
    if (left.length === 0) message.reactions.delete(name);
    else message.reactions.set(name, left);
    call.sim.changes.bump();
    return {};
  }),
  'pins.add': on(['pins:write'], 'T2', (call) => pin(call, true)),
  'pins.remove': on(['pins:write'], 'T2', (call) => pin(call, false)),
};

const reaction = ({ sim, args }: Call) => {
  const channel = channelOf(sim, args);
  if (!channel.members.has(APP.botUser)) refuse('not_in_channel');
  const message = messageOf(channel, args, 'timestamp');
  const name = required(args, 'name').replace(/^:|:$/g, '');
  return { message, name, users: message.reactions.get(name) ?? [] };
};

const pin = ({ sim, args }: Call, pinned: boolean) => {
  const channel = channelOf(sim, args);
  if (!channel.members.has(APP.botUser)) refuse('not_in_channel');
  const message = messageOf(channel, args, 'timestamp');
  if (message.pinned === pinned) refuse(pinned ? 'already_pinned' : 'no_pin');
  message.pinned = pinned;
  sim.changes.bump();
  return {};
};
