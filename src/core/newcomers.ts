import { type GroupRow, heldUntil, type Joined } from './group.ts';

/** People who came into a group at the same time: one message is about all of them. */
export interface Newcomers {
  readonly group: string;
  /** When they were first seen in it, epoch ms. */
  readonly since: number;
  readonly people: readonly { readonly user: string; readonly joined: Joined }[];
}

/** Who joined a group at or after `from`, by group and time. */
export const newcomersIn = (groups: readonly GroupRow[], from: number): Newcomers[] =>
  groups.flatMap(({ group, members }) => {
    const bySince = new Map<number, { user: string; joined: Joined }[]>();
    for (const [user, joined] of Object.entries(members)) {
      if (joined.since === null || joined.since < from) continue;
      bySince.set(joined.since, [...(bySince.get(joined.since) ?? []), { user, joined }]);
    }
    return [...bySince].map(([since, people]) => ({ group, since, people }));
  });

/** Those of them who do not have the group's role yet. */
export const stillHeld = ({ people }: Newcomers, holdMs: number, now: number): readonly string[] =>
  people.flatMap(({ user, joined }) => (heldUntil(joined, holdMs, now) === undefined ? [] : [user]));
