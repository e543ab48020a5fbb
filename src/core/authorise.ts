import type { Label } from './label.ts';
import { matchesLabels, selector } from './label-query.ts';
import type { Profile } from './ports.ts';
import type { Grant, Roles } from './settings.ts';
import { clockUtc, listed } from './text.ts';

/** Roles, definitions §8: viewer ⊂ analyst ⊂ responder; approver and admin stand apart. */
export const ROLES = ['viewer', 'analyst', 'responder', 'approver', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** The table of definitions §8 for the actions there are. What is not in it nobody may do. */
export const ACTION_ROLES = {
  help: 'viewer',
  status: 'viewer',
  health: 'viewer',
  standing: 'viewer',
  alerts: 'viewer',
  why: 'viewer',
  workload: 'viewer',
  find: 'viewer',
  /** The open services on a workload's card, and the command of that name. */
  services: 'analyst',
  top: 'analyst',
  blocked: 'analyst',
  flows: 'analyst',
  cross: 'analyst',
  scan: 'analyst',
  geo: 'analyst',
  trend: 'analyst',
  investigate: 'analyst',
  events: 'analyst',
  event: 'analyst',
  who: 'analyst',
  changes: 'analyst',
  policy: 'analyst',
  board: 'viewer',
  /** It shows traffic, and who scans. */
  'board security': 'analyst',
  handover: 'analyst',
  process: 'analyst',
  share: 'analyst',
  acknowledge: 'responder',
  snooze: 'responder',
  ack: 'responder',
  assign: 'responder',
  note: 'responder',
  'node-removed': 'responder',
  close: 'responder',
  silence: 'responder',
  unsilence: 'responder',
  silences: 'viewer',
  /** The Home tab: which rules run, and so what nobody watches, is for people who are named. */
  rules: ['analyst', 'approver', 'admin'],
  'change-rule': 'admin',
  'approve-rule': 'approver',
  'approve-silence': 'approver',
  /** To give somebody who has just joined a group its role at once. */
  'let-in': 'approver',
  quarantine: 'responder',
  release: 'responder',
  enforcement: 'responder',
  test: 'responder',
  /** To say yes or no to a request of somebody else's. */
  approve: 'approver',
  quarantined: 'responder',
  my: 'viewer',
  'can-i': 'viewer',
  audit: 'analyst',
  /** The brake, for 60 min: any responder, in whatever scope. */
  disarm: 'responder',
  /** The brake for longer. */
  'disarm longer': 'admin',
  rearm: ['approver', 'admin'],
} as const satisfies Readonly<Record<string, Role | readonly Role[]>>;

/** What is known of one person and one user group. `unknown` = the group could not be read: then nobody has its role. */
export type Membership =
  | 'member'
  | 'not-member'
  | 'unknown'
  /** He joined a short while ago: the role is his from then on, epoch ms, or when an approver lets him in. */
  | { readonly heldUntil: number };

type Labels = readonly Pick<Label, 'key' | 'value'>[];

export interface Question {
  readonly action: string;
  readonly profile: Profile;
  readonly roles: Roles;
  /** By user group id; a group that is missing counts as unknown. */
  readonly memberships: ReadonlyMap<string, Membership>;
  /**
   * The labels of every host it touches; null = they could not be read. Empty = it touches the whole estate, which no
   * label-scoped grant covers. `later` = the host is not resolved yet and the same question is asked again when it is.
   */
  readonly targets: readonly (Labels | null)[] | 'later';
  readonly channel: string | null;
}

/** `why` completes "You can't quarantine web-01: …". `who` are ids of people and groups that can, `where` channels to do it in. */
export type Verdict =
  | { readonly allowed: true; readonly role: Role; readonly how: string }
  | {
      readonly allowed: false;
      readonly why: string;
      readonly who: readonly string[];
      readonly where: readonly string[];
    };

/** May this person do this, here, to these hosts? Denies whatever it cannot establish (promise 6). */
export const authorise = (question: Question): Verdict => {
  const accepted = rolesFor(question.action);
  const [role] = accepted;
  if (role === undefined) return refusal(`nobody may do "${question.action}"`);
  const { profile, roles } = question;
  if (!profile.fullMember)
    return refusal(profile.why ?? 'only full members of this workspace may use this bot');
  if (role === 'viewer' && roles.viewer === undefined)
    return { allowed: true, role, how: 'full member of the workspace' };

  const needed = accepted.join(' or ');
  const held = accepted
    .flatMap((one) => grantsFor(one, roles))
    .map((one) => ({
      ...one,
      membership: membershipIn(one.grant, question),
      failing: failing(one.grant, question),
    }));
  const good = held.find(({ membership, failing }) => membership.held === 'member' && failing === undefined);
  if (good !== undefined)
    return {
      allowed: true,
      role: good.role,
      how: `${good.membership.how}${scopeText(good.grant)}`,
    };

  const covering = held.filter((one) => one.failing === undefined);
  const others = (ids: readonly string[]): string[] => [
    ...new Set(ids.filter((id) => id !== profile.person.user)),
  ];
  const who = others(covering.flatMap(({ grant }) => grant.members.map(idOf)));
  const waiting = covering.flatMap(({ membership: { held: one } }) =>
    typeof one === 'object' ? [one.heldUntil] : [],
  );
  if (waiting.length > 0)
    return refusal(
      `you joined the user group that may do this a short while ago: its role is yours at ${clockUtc(Math.min(...waiting))} UTC, or as soon as one of the approver list lets you in`,
      others([...who, ...roles.approver.map(({ user }) => user)]),
    );
  if (covering.some(({ membership }) => membership.held === 'unknown'))
    return refusal(
      'the members of a user group that may do this cannot be read right now, so nobody has its role',
      who,
    );
  const mine = held.find(({ membership }) => membership.held === 'member');
  if (mine?.failing !== undefined)
    return refusal(
      `your ${mine.role} role ${mine.failing.why}`,
      who,
      mine.failing.kind === 'channel' ? (mine.grant.channels ?? []) : [],
    );
  if (held.every(({ grant }) => grant.members.length === 0))
    return refusal(`it needs the role ${needed}, which is given to nobody`);
  return refusal(`it needs the role ${needed}, which you do not have`, who);
};

/** Any of these roles is enough; none = nobody may. */
const rolesFor = (action: string): readonly Role[] => {
  if (!Object.hasOwn(ACTION_ROLES, action)) return [];
  const role = (ACTION_ROLES as Readonly<Record<string, Role | readonly Role[]>>)[action] ?? [];
  return typeof role === 'string' ? [role] : role;
};

/** The user groups whose members decide anything: what is looked up before authorise is asked. */
export const groupsIn = (roles: Roles): string[] => [
  ...new Set(
    [...(roles.viewer ?? []), ...roles.analyst, ...roles.responder].flatMap(({ members }) =>
      members.flatMap((one) => ('group' in one ? [one.group] : [])),
    ),
  ),
];

const refusal = (why: string, who: readonly string[] = [], where: readonly string[] = []): Verdict => ({
  allowed: false,
  why,
  who,
  where,
});

interface Held {
  readonly role: Role;
  readonly grant: Grant;
}

/** The grants that give a role: those of a wider role too; approvers and admins by their ids alone, in every scope. */
const grantsFor = (role: Role, roles: Roles): Held[] => {
  const byIds = (members: Grant['members']): Held[] => [
    { role, grant: { members, labels: undefined, channels: undefined, actions: undefined } },
  ];
  if (role === 'approver' || role === 'admin') return byIds(roles[role]);
  const wider = (['viewer', 'analyst', 'responder'] as const).slice(
    role === 'viewer' ? 0 : role === 'analyst' ? 1 : 2,
  );
  return wider.flatMap((one) => (roles[one] ?? []).map((grant) => ({ role: one, grant })));
};

const membershipIn = (
  { members }: Grant,
  { profile: { person }, memberships }: Question,
): { readonly held: Membership; readonly how: string } => {
  let held: Membership = 'not-member';
  for (const member of members) {
    if (!('group' in member)) {
      if (member.team === person.team && member.user === person.user)
        return { held: 'member', how: 'named in the configuration' };
      continue;
    }
    const one = memberships.get(member.group) ?? 'unknown';
    if (one === 'member') return { held: 'member', how: `member of user group ${member.group}` };
    if (one !== 'not-member' && typeof held !== 'object') held = one;
  }
  return { held, how: '' };
};

/** The first part of a grant's scope that the question falls out of. */
const failing = (
  grant: Grant,
  { action, channel, targets }: Question,
): { readonly kind: 'action' | 'channel' | 'labels'; readonly why: string } | undefined => {
  if (grant.actions !== undefined && !grant.actions.includes(action))
    return { kind: 'action', why: `covers only ${listed(grant.actions) || 'nothing'}` };
  if (grant.channels !== undefined && (channel === null || !grant.channels.includes(channel)))
    return { kind: 'channel', why: 'does not hold in this channel' };
  if (grant.labels === undefined || targets === 'later') return undefined;
  if (targets.length === 0)
    return { kind: 'labels', why: `covers only ${grant.labels}, this is about the whole estate` };
  const scope = grant.labels;
  const outside = targets.find((labels) => !covers(scope, labels));
  if (outside === undefined) return undefined;
  const host = targets.length === 1 ? 'this host' : 'one of these hosts';
  return { kind: 'labels', why: `covers ${scope}, ${host} ${labelsSaid(scope, outside)}` };
};

/** A label that is there but unknown (key `?`) could be any: a scope that excludes something is then not established. */
const covers = (scope: string, labels: Labels | null): boolean => {
  if (labels === null) return false;
  const query = selector(scope);
  const hidden = labels.some(({ key }) => key === '?');
  return matchesLabels(query, labels) && !(hidden && query.some(({ negated }) => negated));
};

/** What the host carries under the keys the scope speaks of. */
const labelsSaid = (scope: string, labels: Labels | null): string => {
  if (labels === null) return 'has labels that cannot be read right now';
  const keys = [...new Set(selector(scope).map(({ key }) => key))];
  const said = keys.map((key) => {
    const value = labels.find((label) => label.key === key)?.value;
    return value === undefined ? `without ${key}` : `${key}=${value}`;
  });
  return `is ${said.join(' ')}`;
};

const idOf = (member: Grant['members'][number]): string => ('group' in member ? member.group : member.user);

/** ` (labels env=dev, channels C1)`: what a grant is limited to; empty when it holds everywhere. */
export const scopeText = ({ labels, channels, actions }: Grant): string => {
  const scope = [
    ...(labels === undefined ? [] : [`labels ${labels}`]),
    ...(channels === undefined ? [] : [`channels ${channels.join(' ')}`]),
    ...(actions === undefined ? [] : [`actions ${actions.join(' ')}`]),
  ];
  return scope.length === 0 ? '' : ` (${scope.join(', ')})`;
};
