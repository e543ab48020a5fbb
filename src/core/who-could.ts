import {
  ACTION_ROLES,
  authorise,
  groupsIn,
  type Membership,
  ROLES,
  type Role,
  scopeText,
} from './authorise.ts';
import type { Label } from './label.ts';
import type { Grant, Roles } from './settings.ts';

/** What of a record of the audit log says who held which role. */
export interface RightsRecord {
  readonly time: string;
  readonly action: string;
  readonly config: string;
  readonly roles?: Roles | undefined;
  readonly groups?: Readonly<Record<string, Readonly<Record<string, string | null>>>> | undefined;
}

/** What the record says of one moment: the start that was in force, and each user group as it was known last. */
export interface RightsThen {
  readonly start: RightsRecord | undefined;
  readonly groups: ReadonlyMap<string, Readonly<Record<string, string | null>>>;
}

/** Somebody who held a role by a grant; `from`: he was in the group, and his role was still to come. */
export interface Holder {
  readonly role: Role;
  readonly user: string;
  readonly how: string;
  readonly from?: string;
}

export interface WhoCould {
  /** Who was allowed the action, by the same table that is asked at the click (core/authorise). */
  readonly could: readonly { readonly user: string; readonly role: Role; readonly how: string }[];
  readonly held: readonly Holder[];
  /** User groups whose members then are not in the record: with one, the answer is not complete. */
  readonly unknown: readonly string[];
  /** It was open to every full member of the workspace. */
  readonly everyone: boolean;
}

/** Reads the record up to `at`, epoch ms. @param records oldest first */
export const rightsAt = (records: Iterable<RightsRecord>, at: number): RightsThen => {
  const groups = new Map<string, Readonly<Record<string, string | null>>>();
  let start: RightsRecord | undefined;
  for (const record of records) {
    if (Date.parse(record.time) > at) continue;
    if (record.action === 'start') start = record;
    for (const [group, members] of Object.entries(record.groups ?? {})) groups.set(group, members);
  }
  return { start, groups };
};

/**
 * Who could do something at a moment that is over, and who held which role.
 * @param labels of the host; 'later' = of no host in particular: scopes of labels stand in `how`
 */
export const whoCould = (
  { groups }: Pick<RightsThen, 'groups'>,
  roles: Roles,
  { action, at, labels }: { action: string; at: number; labels: readonly Omit<Label, 'href'>[] | 'later' },
): WhoCould => {
  const named = [roles.viewer ?? [], roles.analyst, roles.responder]
    .flat()
    .flatMap(({ members }) => members.flatMap((one) => ('group' in one ? [] : [one])));
  const people = new Map([...named, ...roles.approver, ...roles.admin].map((one) => [one.user, one]));
  const relevant = groupsIn(roles);
  for (const group of relevant)
    for (const user of Object.keys(groups.get(group) ?? {}))
      if (!people.has(user)) people.set(user, { team: '', user });
  const membershipOf = (group: string, user: string): Membership => {
    const members = groups.get(group);
    if (members === undefined) return 'unknown';
    if (!Object.hasOwn(members, user)) return 'not-member';
    const from = members[user];
    return typeof from === 'string' && Date.parse(from) > at ? { heldUntil: Date.parse(from) } : 'member';
  };
  const channels = [null, ...new Set(grantsOf(roles).flatMap(({ grant }) => grant.channels ?? []))];
  const could = [...people.values()].flatMap((person) => {
    const memberships = new Map(relevant.map((group) => [group, membershipOf(group, person.user)]));
    const profile = { person, name: person.user, fullMember: true, why: undefined, zone: undefined };
    const targets = labels === 'later' ? labels : [labels];
    for (const channel of channels) {
      const verdict = authorise({ action, profile, roles, memberships, targets, channel });
      if (verdict.allowed) return [{ user: person.user, role: verdict.role, how: verdict.how }];
    }
    return [];
  });
  return {
    could,
    held: grantsOf(roles).flatMap((one) => holdersOf(one, groups, at)),
    unknown: relevant.filter((group) => !groups.has(group)),
    everyone: roles.viewer === undefined && isForViewers(action),
  };
};

const isForViewers = (action: string): boolean =>
  Object.hasOwn(ACTION_ROLES, action) && ACTION_ROLES[action as keyof typeof ACTION_ROLES] === 'viewer';

const grantsOf = (roles: Roles): { readonly role: Role; readonly grant: Grant }[] =>
  ROLES.flatMap((role): { readonly role: Role; readonly grant: Grant }[] => {
    if (role === 'approver' || role === 'admin')
      return [
        { role, grant: { members: roles[role], labels: undefined, channels: undefined, actions: undefined } },
      ];
    return (roles[role] ?? []).map((grant) => ({ role, grant }));
  });

const holdersOf = (
  { role, grant }: { readonly role: Role; readonly grant: Grant },
  groups: RightsThen['groups'],
  at: number,
): Holder[] =>
  grant.members.flatMap((member): Holder[] => {
    if (!('group' in member))
      return [{ role, user: member.user, how: `named in the configuration${scopeText(grant)}` }];
    return Object.entries(groups.get(member.group) ?? {}).map(([user, from]) => ({
      role,
      user,
      how: `member of user group ${member.group}${scopeText(grant)}`,
      ...(from !== null && Date.parse(from) > at ? { from } : {}),
    }));
  });
