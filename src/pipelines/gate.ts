import type { Person } from '../core/alert.ts';
import { authorise, groupsIn, type Membership, type Question, type Verdict } from '../core/authorise.ts';
import type { Chat, Log, Profile } from '../core/ports.ts';
import type { Roles } from '../core/settings.ts';
import type { Memberships } from './memberships.ts';

export interface GateDeps {
  readonly chat: Pick<Chat, 'profile'>;
  readonly memberships: Pick<Memberships, 'of'>;
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

export const createGate = ({ chat, roles, memberships: membersOf, log }: GateDeps): Gate => ({
  async check(person, action, about) {
    const profile = await profileOf(person, chat, log);
    const memberships = new Map<string, Membership>();
    for (const group of groupsIn(roles)) memberships.set(group, await membersOf.of(group, person));
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
