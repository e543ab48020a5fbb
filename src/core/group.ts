import type { Vote } from './response.ts';

/** When somebody came into a user group, as far as the bot saw it. */
export interface Joined {
  /** Epoch ms; null = he was in it when the group was first read. */
  readonly since: number | null;
  /** Who of the approver list let him in before his time was over. */
  readonly letIn?: Vote;
}

/** A user group that roles are given to, as it was read last. */
export interface GroupRow {
  readonly group: string;
  /** By user id. */
  readonly members: Readonly<Record<string, Joined>>;
}

/** Who is in the group now: those who were stay as they are known, others joined at `at`. The first reading is where it begins. */
export const groupRead = (
  known: GroupRow | undefined,
  { group, users, at }: { readonly group: string; readonly users: readonly string[]; readonly at: number },
): GroupRow => ({
  group,
  members: Object.fromEntries(
    users.map((user): [string, Joined] => [
      user,
      joinedOf(known, user) ?? { since: known === undefined ? null : at },
    ]),
  ),
});

/** Who is in these groups, and from when on each has their roles: what the audit log keeps of them (core/who-could). */
export const heldSince = (
  rows: readonly GroupRow[],
  holdMs: number,
): Readonly<Record<string, Readonly<Record<string, string | null>>>> =>
  Object.fromEntries(
    rows.map(({ group, members }) => [
      group,
      Object.fromEntries(
        Object.entries(members).map(([user, { since, letIn }]) => [
          user,
          since === null || letIn !== undefined ? null : new Date(since + holdMs).toISOString(),
        ]),
      ),
    ]),
  );

/** What a new reading says that was not known; undefined when it says nothing new. */
export const groupChange = (
  known: GroupRow | undefined,
  users: readonly string[],
): { readonly joined: readonly string[]; readonly left: readonly string[] } | undefined => {
  if (known === undefined) return { joined: [], left: [] };
  const now = new Set(users);
  const joined = [...now].filter((user) => joinedOf(known, user) === undefined);
  const left = Object.keys(known.members).filter((user) => !now.has(user));
  return joined.length + left.length === 0 ? undefined : { joined, left };
};

export const joinedOf = (row: GroupRow | undefined, user: string): Joined | undefined =>
  row !== undefined && Object.hasOwn(row.members, user) ? row.members[user] : undefined;

/** Until when a member does not have the group's role yet (definitions §8 `join_hold`), epoch ms; undefined = he has it. */
export const heldUntil = ({ since, letIn }: Joined, holdMs: number, now: number): number | undefined =>
  since === null || letIn !== undefined || now >= since + holdMs ? undefined : since + holdMs;
