import type { Person } from './alert.ts';
import type { Profile } from './ports.ts';

/** The same account: ids are only unique together with their team (facts/slack §5). */
export const sameAccount = (a: Person, b: Person): boolean => a.user === b.user && a.team === b.team;

/** One person, one vote (definitions §8): the same account, or two accounts with the same confirmed e-mail address. */
export const samePerson = (a: Profile, b: Profile): boolean =>
  sameAccount(a.person, b.person) ||
  (a.email !== undefined && a.email.toLowerCase() === b.email?.toLowerCase());
