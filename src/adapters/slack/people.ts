import type { Person } from '../../core/alert.ts';
import { type Dict, dict, list, text } from '../../core/foreign.ts';
import { ChatError, type ChatErrorCode, type Clock, type Profile } from '../../core/ports.ts';
import type { Api } from './api.ts';
import { createCache } from './cache.ts';

/** Rights hang on these answers, so they are at most this old even when an event that would drop them is lost (facts/slack §5). */
const TTL_MS = 60_000;

/** A group that cannot be read just now counts as it was read last, at most so long (definitions §8). */
const UNREADABLE_MS = 5 * 60_000;

/** Slack did not answer; anything else is an answer. */
const AWAY: readonly ChatErrorCode[] = ['unclear', 'unavailable', 'rate-limited'];

/** People and user groups. */
export interface People {
  profile(person: Person): Promise<Profile>;
  groupMembers(group: string): Promise<readonly string[]>;
  /** Forgets a person or group, or all of them: an event said it changed. */
  dropPerson(user?: string): void;
  dropGroup(group?: string): void;
}

export const createPeople = (team: string, api: Api, clock: Clock): People => {
  const users = createCache<Dict>(clock, TTL_MS);
  const groups = createCache<readonly string[]>(clock, TTL_MS);
  /** What was read last of each group, also after it left the cache; what an event says has changed is forgotten. */
  const recent = new Map<string, { readonly members: readonly string[]; readonly at: number }>();
  let drops = 0;
  const readOrRecent = async (group: string): Promise<readonly string[]> => {
    const before = drops;
    try {
      const members = await readGroup(group, api);
      if (drops === before) recent.set(group, { members, at: clock.mono() });
      return members;
    } catch (cause) {
      const known = recent.get(group);
      const away = cause instanceof ChatError && AWAY.includes(cause.code);
      // The answer is cached for a while: with that it is at most as old as is allowed.
      if (!away || known === undefined || clock.mono() - known.at > UNREADABLE_MS - TTL_MS) throw cause;
      return known.members;
    }
  };
  const user = (id: string): Promise<Dict> =>
    users.get(id, async () => dict((await api('users.info', { user: id }, { repeatable: true }))['user']));
  return {
    profile: async (person) => {
      try {
        return profileOf(person, team, await user(person.user));
      } catch (cause) {
        // Slack answered: there is no such person for us. That is a "no", not a failed look-up.
        if (cause instanceof ChatError && /^users?_not_(found|visible)$/.test(cause.slack)) {
          return profileOf(person, team, {});
        }
        throw cause;
      }
    },
    groupMembers: (group) => groups.get(group, () => readOrRecent(group)),
    dropPerson: (id) => users.drop(id),
    dropGroup: (id) => {
      groups.drop(id);
      drops += 1;
      if (id === undefined) recent.clear();
      else recent.delete(id);
    },
  };
};

const readGroup = async (group: string, api: Api): Promise<readonly string[]> => {
  const answer = await api('usergroups.users.list', { usergroup: group }, { repeatable: true });
  return list(answer['users']).filter((id): id is string => typeof id === 'string');
};

/** What users.info says about somebody; what it doesn't say counts against them. */
const profileOf = (person: Person, team: string, user: Dict): Profile => {
  const shown = dict(user['profile']);
  const name = text(shown['display_name']) ?? text(user['real_name']) ?? text(user['name']) ?? person.user;
  const why = whyNot(person, team, user);
  const email = user['is_email_confirmed'] === true ? text(shown['email']) : undefined;
  return {
    person,
    name,
    fullMember: why === undefined,
    why,
    zone: text(user['tz']),
    ...(email === undefined ? {} : { email }),
  };
};

/** `is_stranger` is false for outsiders who share a channel with us: the team must be compared too (facts/slack §5). */
const whyNot = (person: Person, team: string, user: Dict): string | undefined => {
  if (text(user['id']) === undefined) return 'Slack does not know this account';
  if (user['deleted'] === true) return 'this account is deactivated';
  if (user['is_bot'] === true || person.user === 'USLACKBOT') return 'this is a bot';
  if (user['team_id'] !== team || person.team !== team) return 'this account belongs to another workspace';
  if (user['is_stranger'] === true) return 'this account belongs to another workspace';
  if (user['is_ultra_restricted'] === true) return 'this is a single-channel guest';
  if (user['is_restricted'] === true) return 'this is a guest';
  return undefined;
};
