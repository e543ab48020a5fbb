import { flag, limit, required } from '../args.ts';
import { refuse } from '../refusal.ts';
import { APP } from '../seed.ts';
import type { Sim } from '../sim.ts';
import type { Group, Json, User } from '../types.ts';
import { page, userOf } from './lookup.ts';
import type { Method } from './method.ts';

const on = (scopes: readonly string[], tier: Method['tier'], run: Method['run']): Method => ({
  token: 'bot',
  scopes,
  tier,
  run,
});

/** People and user groups: the sources of rights (facts/slack §5). */
export const PEOPLE: Readonly<Record<string, Method>> = {
  'users.info': on(['users:read'], 'T4', ({ sim, args }) => ({
    user: apiUser(sim, userOf(sim, { user: required(args, 'user') }, 'user')),
  })),
  'users.list': on(['users:read'], 'T2', ({ sim, args }) => {
    const { items, next } = page([...sim.world.users.values()], args, limit(args, 200, 1000));
    return { members: items.map((user) => apiUser(sim, user)), response_metadata: { next_cursor: next } };
  }),
  'users.lookupByEmail': on(['users:read.email'], 'T3', ({ sim, args }) => {
    const email = required(args, 'email').toLowerCase();
    const user = [...sim.world.users.values()].find(
      (one) => one.email === email && !one.deleted && !one.isBot,
    );
    return { user: apiUser(sim, user ?? refuse('users_not_found')) };
  }),
  'usergroups.list': on(['usergroups:read'], 'T2', ({ sim, args }) => {
    const groups = [...sim.world.groups.values()].filter(
      (group) => !group.disabled || flag(args, 'include_disabled'),
    );
    return { usergroups: groups.map((group) => apiGroup(group, flag(args, 'include_users'))) };
  }),
  'usergroups.users.list': on(['usergroups:read'], 'T2', ({ sim, args }) => {
    const group = sim.world.groups.get(required(args, 'usergroup')) ?? refuse('no_such_subteam');
    return { users: group.disabled && !flag(args, 'include_disabled') ? [] : group.users };
  }),
};

/** A person as users.info shows them; the address only with users:read.email and for our own people (facts/slack §5). */
export const apiUser = (sim: Sim, user: User): Json => {
  const withEmail = sim.world.scopes.includes('users:read.email') && user.homeTeam === APP.team;
  return {
    id: user.id,
    team_id: user.homeTeam,
    name: user.name,
    real_name: user.realName,
    deleted: user.deleted,
    tz: 'Europe/Berlin',
    tz_label: 'Central European Time',
    tz_offset: 3600,
    is_admin: user.isAdmin,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: user.isRestricted,
    is_ultra_restricted: user.isUltraRestricted,
    is_bot: user.isBot,
    is_app_user: false,
    is_stranger: false,
    is_email_confirmed: user.isEmailConfirmed,
    updated: 1_700_000_000,
    profile: {
      real_name: user.realName,
      display_name: user.name,
      team: user.homeTeam,
      ...(withEmail && !user.isBot ? { email: user.email } : {}),
      ...(user.id === APP.botUser ? { bot_id: APP.bot, api_app_id: APP.app } : {}),
    },
  };
};

/** A user group as usergroups.list and subteam_updated show it. */
export const apiGroup = (group: Group, withUsers: boolean): Json => ({
  id: group.id,
  team_id: APP.team,
  is_usergroup: true,
  is_subteam: true,
  name: group.name,
  handle: group.handle,
  description: '',
  is_external: false,
  date_create: 1_700_000_000,
  date_update: 1_700_000_000,
  date_delete: group.disabled ? 1_700_000_001 : 0,
  user_count: group.users.length,
  ...(withUsers ? { users: group.users } : {}),
});
