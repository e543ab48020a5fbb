import { groupsIn } from '../core/authorise.ts';
import { heldSince, heldUntil, joinedOf } from '../core/group.ts';
import { type Newcomers, newcomersIn, stillHeld } from '../core/newcomers.ts';
import { samePerson } from '../core/person.ts';
import type { Audit, Chat, Clock, Log, Store } from '../core/ports.ts';
import type { Roles } from '../core/settings.ts';
import { newcomersCard } from '../views/newcomers.ts';
import { md, mention } from '../views/parts.ts';
import type { Pressed } from './approval.ts';
import { createCards } from './cards.ts';
import type { Gate } from './gate.ts';
import type { Memberships } from './memberships.ts';
import { refusalText } from './refusal.ts';

/** Messages about people who joined are kept up to date for so long. */
const SHOWN_MS = 24 * 3_600_000;

export interface JoiningDeps {
  readonly store: Store;
  readonly chat: Pick<Chat, 'slot' | 'post' | 'edit' | 'find' | 'channel' | 'profile'>;
  readonly gate: Gate;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly log: Log;
  readonly memberships: Pick<Memberships, 'look'>;
  readonly roles: Roles;
  readonly holdMs: number;
  /** Where it is said who joined. */
  readonly channel: string;
  /** Where instead, once that is shared with another organisation. */
  readonly fallback: string;
}

/** What people see and do about those who join a user group with a role. */
export interface Joining {
  /** Reads the groups, so that the time of who joined begins, and says who did. */
  look(): Promise<void>;
  /** [Let in now]: one of the approver list gives somebody else the role of his group at once. `id` = group|user. */
  letIn(pressed: Pressed): Promise<void>;
}

export const createJoining = (deps: JoiningDeps): Joining => {
  const { store, chat, gate, audit, clock, memberships, roles, holdMs, channel } = deps;
  const cards = createCards(deps);

  const show = async (some: Newcomers): Promise<void> => {
    const now = clock.now();
    const letIn = some.people.filter(({ joined }) => joined.letIn !== undefined).length;
    await cards.show({
      key: `join.${some.group}.${some.since}`,
      channel,
      face: `${stillHeld(some, holdMs, now).length} ${letIn}`,
      message: () => newcomersCard(some, holdMs, now),
    });
  };

  const showAll = async (): Promise<void> => {
    const groups = await store.groups();
    for (const some of newcomersIn(groups, clock.now() - SHOWN_MS)) await show(some);
  };

  return {
    async look() {
      for (const group of groupsIn(roles)) await memberships.look(group);
      await showAll();
    },
    async letIn({ id, person, channel: where, say }) {
      const [group = '', user = ''] = id.split('|');
      const row = await store.group(group);
      const joined = joinedOf(row, user);
      const held = joined !== undefined && heldUntil(joined, holdMs, clock.now()) !== undefined;
      if (!held || row === undefined)
        return say(md`${mention(user)} does not wait any more. Nothing was changed.`, 'Nobody waits');
      const { verdict, profile } = await gate.check(person, 'let-in', { targets: [], channel: where });
      const newcomer = await chat.profile({ team: person.team, user });
      const own = samePerson(profile, newcomer)
        ? 'nobody lets himself in: another approver has to'
        : undefined;
      const why = verdict.allowed ? own : verdict.why;
      await audit.append({
        actor: person,
        actorName: profile.name,
        action: 'let in',
        verdict: why === undefined ? 'done' : 'refused',
        ...(why === undefined ? {} : { why }),
        target: { href: null, name: `${newcomer.name} (${user}) of user group ${group}` },
        ...(why === undefined
          ? { groups: { [group]: { ...heldSince([row], holdMs)[group], [user]: null } } }
          : {}),
      });
      if (why !== undefined) {
        const refused = verdict.allowed ? { ...NOBODY, why } : verdict;
        const { words, plain } = refusalText(`let ${newcomer.name} in`, refused);
        return say(words, plain);
      }
      const vote = { by: person, name: profile.name, at: clock.now() };
      await store.commit([{ type: 'group-let-in', group, user, vote }]);
      await showAll();
      return say(md`${newcomer.name} has the role of user group ${group} now.`, 'Let in');
    },
  };
};

const NOBODY = { allowed: false, who: [], where: [] } as const;
