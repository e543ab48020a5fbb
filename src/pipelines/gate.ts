import type { Person } from '../core/alert.ts';
import { authorise, groupsIn, type Membership, type Question, type Verdict } from '../core/authorise.ts';
import type { Chat, Log, Profile } from '../core/ports.ts';
import type { Roles } from '../core/settings.ts';

export interface GateDeps {
  readonly chat: Pick<Chat, 'profile' | 'groupMembers'>;
  readonly roles: Roles;
  readonly log: Log;
}

/** Looks up who somebody is and asks the table. What cannot be looked up is refused (promise 6). */
export interface Gate {
  check(
    person: Person,
    action: string,
    about: Pick<Question, 'targets' | 'channel'>,
  ): Promise<{ verdict: Verdict; profile: Profile }>;
}

export const createGate = ({ chat, roles, log }: GateDeps): Gate => ({
  async check(person, action, about) {
    const profile = await profileOf(person, chat, log);
    const memberships = new Map<string, Membership>();
    for (const group of groupsIn(roles)) memberships.set(group, await membership(group, person, chat, log));
    return { profile, verdict: authorise({ action, profile, roles, memberships, ...about }) };
  },
});

const profileOf = async (person: Person, chat: GateDeps['chat'], log: Log): Promise<Profile> => {
  try {
    return await chat.profile(person);
  } catch (err) {
    log.warn({ err, user: person.user }, 'could not look a person up, so he may nothing');
    return {
      person,
      name: person.user,
      fullMember: false,
      why: 'Slack could not tell who you are just now',
      zone: undefined,
    };
  }
};

const membership = async (
  group: string,
  { user }: Person,
  chat: GateDeps['chat'],
  log: Log,
): Promise<Membership> => {
  try {
    return (await chat.groupMembers(group)).includes(user) ? 'member' : 'not-member';
  } catch (err) {
    log.warn({ err, group }, 'could not read a user group, so nobody is in it');
    return 'unknown';
  }
};
