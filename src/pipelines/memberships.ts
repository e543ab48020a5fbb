import type { Person } from '../core/alert.ts';
import type { Membership } from '../core/authorise.ts';
import { groupChange, groupRead, heldSince, heldUntil, joinedOf } from '../core/group.ts';
import type { Audit, Chat, Clock, Log, Store } from '../core/ports.ts';
import { clockUtc } from '../core/text.ts';
import { createKeyedMutex } from './mutex.ts';

export interface MembershipsDeps {
  readonly chat: Pick<Chat, 'groupMembers'>;
  readonly store: Pick<Store, 'commit' | 'group'>;
  readonly audit: Audit;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** How long who joins waits for the role (definitions §8). */
  readonly holdMs: number;
}

/** Who is in a user group, and whether he has been for long enough. */
export interface Memberships {
  of(group: string, person: Person): Promise<Membership>;
  /** Reads a group, so that the time of who joined begins. What cannot be read stays as it is known. */
  look(group: string): Promise<void>;
}

/**
 * Remembers durably since when who is in a group, because Slack does not say: an account put into a group a minute ago, by whoever may
 * edit it, has no role for the time of `join_hold`. Who was in the group when it was first read has it at once.
 */
export const createMemberships = (deps: MembershipsDeps): Memberships => {
  const { chat, store, audit, clock, log, holdMs } = deps;
  const oneAtATime = createKeyedMutex();

  const note = (group: string, users: readonly string[]): Promise<void> =>
    oneAtATime(group, async () => {
      const known = await store.group(group);
      const change = groupChange(known, users);
      if (change === undefined) return;
      const at = clock.now();
      await store.commit([{ type: 'group-read', group, users, at }]);
      const groups = heldSince([groupRead(known, { group, users, at })], holdMs);
      const recordChange = (name: string, why: string): Promise<void> =>
        audit.append({
          actor: { system: 'slack' },
          actorName: 'Slack',
          action: 'role change',
          verdict: 'noted',
          target: { href: null, name },
          why,
          groups,
        });
      const from = clockUtc(at + holdMs);
      if (known === undefined)
        await recordChange(
          group,
          `user group ${group} was read for the first time: who is in it has its role`,
        );
      for (const user of change.joined)
        await recordChange(user, `joined user group ${group}; its role holds from ${from} UTC on`);
      for (const user of change.left) await recordChange(user, `left user group ${group}`);
    });

  /** The members, or undefined when they cannot be read. */
  const read = async (group: string): Promise<readonly string[] | undefined> => {
    try {
      return await chat.groupMembers(group);
    } catch (err) {
      log.warn({ err, group }, 'could not read a user group, so nobody is in it');
      return undefined;
    }
  };

  return {
    async of(group, { user }) {
      const users = await read(group);
      if (users === undefined) return 'unknown';
      await note(group, users);
      if (!users.includes(user)) return 'not-member';
      const joined = joinedOf(await store.group(group), user);
      if (joined === undefined) return 'not-member';
      const until = heldUntil(joined, holdMs, clock.now());
      return until === undefined ? 'member' : { heldUntil: until };
    },
    async look(group) {
      const users = await read(group);
      if (users !== undefined) await note(group, users);
    },
  };
};
