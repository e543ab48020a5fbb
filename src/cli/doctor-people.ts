import type { Connected } from '../app.ts';
import { type Path, pathText } from '../config/problem.ts';
import type { Person } from '../core/alert.ts';
import { type Chat, ChatError } from '../core/ports.ts';
import type { Settings } from '../core/settings.ts';
import { counted, listed } from '../core/text.ts';
import { type Check, fails, holds, type Outcome } from './doctor-check.ts';

/** People of a group that are named one by one. */
const MOST_NAMED = 20;

interface Named<T> {
  readonly who: T;
  /** Settings that name it, as an operator would write them. */
  readonly uses: string;
}

/** The user groups and people who have a role or are mentioned, one check each. */
export const checkPeople = async (
  { chat, probe }: Pick<Connected, 'chat' | 'probe'>,
  settings: Settings,
): Promise<Check[]> => {
  const { groups, people } = namedIn(settings);
  const known = groups.length === 0 ? undefined : probe.groups();
  // Each group's check awaits it; without groups nobody would.
  known?.catch(() => {});
  return Promise.all([
    ...groups.map(async ({ who, uses }) => ({
      id: `slack.group.${who}`,
      ...(await groupOutcome(chat, await settled(known), who, { uses, team: settings.slack.team })),
    })),
    ...people.map(async ({ who, uses }) => ({
      id: `slack.person.${who.user}`,
      ...(await personOutcome(chat, who, uses)),
    })),
  ]);
};

const namedIn = (settings: Settings): { groups: Named<string>[]; people: Named<Person>[] } => {
  const groups = new Map<string, { who: string; paths: Path[] }>();
  const people = new Map<string, { who: Person; paths: Path[] }>();
  const note = <T>(into: Map<string, { who: T; paths: Path[] }>, key: string, who: T, path: Path): void => {
    const known = into.get(key) ?? { who, paths: [] };
    known.paths.push(path);
    into.set(key, known);
  };
  const add = (who: Person | { readonly group: string }, path: Path): void => {
    if ('group' in who) note(groups, who.group, who.group, path);
    else note(people, `${who.team}/${who.user}`, who, path);
  };
  const { roles, routes, slack } = settings;
  for (const role of ['viewer', 'analyst', 'responder'] as const)
    for (const [i, { members }] of (roles[role] ?? []).entries())
      for (const who of members) add(who, ['roles', role, i]);
  for (const role of ['approver', 'admin'] as const) for (const who of roles[role]) add(who, ['roles', role]);
  for (const [i, { notify }] of routes.entries())
    for (const [severity, id] of Object.entries(notify))
      add(id.startsWith('S') ? { group: id } : { team: slack.team, user: id }, [
        'routes',
        i,
        'notify',
        severity,
      ]);
  const told = <T>({ who, paths }: { who: T; paths: Path[] }): Named<T> => ({
    who,
    uses: listed([...new Set(paths.map(pathText))], 4),
  });
  return { groups: [...groups.values()].map(told), people: [...people.values()].map(told) };
};

type Groups = Awaited<ReturnType<Connected['probe']['groups']>>;

const settled = async (known: Promise<Groups> | undefined): Promise<Groups | ChatError> => {
  try {
    return (await known) ?? new Map();
  } catch (error) {
    if (error instanceof ChatError) return error;
    throw error;
  }
};

/** Definitions §8: a group that is disabled or cannot be read gives its role to nobody. */
const groupOutcome = async (
  chat: Chat,
  groups: Groups | ChatError,
  id: string,
  { uses, team }: { readonly uses: string; readonly team: string },
): Promise<Outcome> => {
  const unread = ({ slack }: ChatError): Outcome =>
    fails(
      `${uses}: the user groups cannot be read (${slack}): nobody has a role by them`,
      'Give the app the scope usergroups:read; on a plan without user groups name people instead.',
    );
  if (groups instanceof ChatError) return unread(groups);
  const group = groups.get(id);
  if (group === undefined)
    return fails(
      `${uses} names a user group that does not exist`,
      'Copy the id of the group: People → User groups → ⋮ → Copy group ID.',
    );
  const name = `@${group.handle} (${uses})`;
  if (group.disabled)
    return fails(
      `${name} is disabled: it counts as nobody`,
      'Enable the user group, or name another or people.',
    );
  try {
    const members = await chat.groupMembers(id);
    if (members.length === 0)
      return fails(`${name} has no members`, 'Add people to the user group, or name another.');
    const names = await Promise.all(members.slice(0, MOST_NAMED).map((user) => nameOf(chat, user, team)));
    return holds(
      `${name}: ${counted(members.length, 'member')}: ${listed([...names, ...members.slice(MOST_NAMED)], MOST_NAMED)}`,
    );
  } catch (error) {
    if (error instanceof ChatError) return unread(error);
    throw error;
  }
};

/** A name for people; somebody who cannot be looked up is named by his id. */
const nameOf = async (chat: Chat, user: string, team: string): Promise<string> => {
  try {
    return (await chat.profile({ team, user })).name;
  } catch (error) {
    if (error instanceof ChatError) return user;
    throw error;
  }
};

const personOutcome = async (chat: Chat, person: Person, uses: string): Promise<Outcome> => {
  try {
    const { name, fullMember, why } = await chat.profile(person);
    return fullMember
      ? holds(`${name} (${uses})`)
      : fails(
          `${name} (${uses}): ${why ?? 'no full member'}, so the bot refuses them`,
          'Take the id from a full member’s profile (⋮ → Copy member ID), with the id of their own workspace before it.',
        );
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    return fails(
      `${uses}: cannot be looked up: ${error.slack}`,
      'Give the app the scope users:read, and ask again when Slack answers.',
    );
  }
};
