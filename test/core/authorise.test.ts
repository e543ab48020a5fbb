import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ACTION_ROLES,
  authorise,
  groupsIn,
  type Membership,
  type Question,
} from '../../src/core/authorise.ts';
import type { Profile } from '../../src/core/ports.ts';
import type { Grant, Roles } from '../../src/core/settings.ts';

const maya: Profile = {
  person: { team: 'T1', user: 'U0MAYA' },
  name: 'maya',
  fullMember: true,
  why: undefined,
  zone: undefined,
};
const guest: Profile = { ...maya, fullMember: false, why: 'you are a guest of this workspace' };
const nobody: Roles = { viewer: undefined, analyst: [], responder: [], approver: [], admin: [] };

const grant = (members: Grant['members'], scope: Partial<Grant> = {}): Grant => ({
  members,
  labels: undefined,
  channels: undefined,
  actions: undefined,
  ...scope,
});
const me = maya.person;
const dev = { group: 'S0DEV' };
const env = (value: string) => [{ key: 'env', value }];

const asked = (question: Partial<Question>): Question => ({
  action: 'quarantine',
  profile: maya,
  roles: nobody,
  memberships: new Map(),
  targets: [env('prod')],
  channel: 'C0SOC',
  ...question,
});
const responder = (...grants: Grant[]): Roles => ({ ...nobody, responder: grants });
const member = (group: string, held: Membership = 'member') => new Map([[group, held]]);

describe('Allowed', () => {
  const cases: readonly (readonly [string, Partial<Question>, string])[] = [
    [
      'every full member may look when no viewers are listed',
      { action: 'health' },
      'full member of the workspace',
    ],
    ['a person named in the configuration', { roles: responder(grant([me])) }, 'named in the configuration'],
    [
      'a member of a group',
      { roles: responder(grant([dev])), memberships: member('S0DEV') },
      'member of user group S0DEV',
    ],
    [
      'a host in scope',
      { roles: responder(grant([me], { labels: 'env=dev,prod' })) },
      'named in the configuration (labels env=dev,prod)',
    ],
    [
      'a second grant where the first does not reach',
      { roles: responder(grant([me], { labels: 'env=dev' }), grant([me], { labels: 'env=prod' })) },
      'named in the configuration (labels env=prod)',
    ],
    [
      'what a narrower role may do',
      { action: 'top', targets: [], roles: responder(grant([me])) },
      'named in the configuration',
    ],
    [
      'a command whose host is not resolved yet, in any scope',
      { targets: 'later', roles: responder(grant([me], { labels: 'env=dev' })) },
      'named in the configuration (labels env=dev)',
    ],
  ];
  for (const [sentence, question, how] of cases)
    it(sentence, () => expect(authorise(asked(question))).toMatchObject({ allowed: true, how }));
});

describe('Refused, and why', () => {
  const cases: readonly (readonly [string, Partial<Question>, string, string[]])[] = [
    [
      'who joined the group a short while ago, naming when and who lets him in',
      {
        roles: { ...responder(grant([dev])), approver: [{ team: 'T1', user: 'U0JO' }] },
        memberships: member('S0DEV', { heldUntil: Date.UTC(2026, 10, 22, 10, 42) }),
      },
      'you joined the user group that may do this a short while ago: its role is yours at 10:42 UTC, or as soon as one of the approver list lets you in',
      ['S0DEV', 'U0JO'],
    ],
    ['no list means nobody', {}, 'it needs the role responder, which is given to nobody', []],
    [
      'guests, whatever they hold',
      { profile: guest, roles: responder(grant([me])) },
      'you are a guest of this workspace',
      [],
    ],
    ['guests even for looking', { action: 'help', profile: guest }, 'you are a guest of this workspace', []],
    [
      'an action nobody has heard of',
      { action: 'drop', roles: responder(grant([me])) },
      'nobody may do "drop"',
      [],
    ],
    ['an action named like a built-in', { action: 'constructor' }, 'nobody may do "constructor"', []],
    [
      'someone without the role, naming those who have it',
      {
        roles: responder(grant([dev, { team: 'T1', user: 'U0JO' }])),
        memberships: member('S0DEV', 'not-member'),
      },
      'it needs the role responder, which you do not have',
      ['S0DEV', 'U0JO'],
    ],
    [
      'a host out of scope, naming scope and host, and who can',
      {
        roles: responder(
          grant([me], { labels: 'env=dev' }),
          grant([{ group: 'S0PROD' }], { labels: 'env=prod' }),
        ),
        memberships: member('S0PROD', 'not-member'),
      },
      'your responder role covers env=dev, this host is env=prod',
      ['S0PROD'],
    ],
    [
      'one host of several out of scope',
      { targets: [env('dev'), []], roles: responder(grant([me], { labels: 'env=dev' })) },
      'your responder role covers env=dev, one of these hosts is without env',
      [],
    ],
    [
      'labels that cannot be read, also for a scope that only excludes',
      { targets: [null], roles: responder(grant([me], { labels: 'env!=prod' })) },
      'your responder role covers env!=prod, this host has labels that cannot be read right now',
      [],
    ],
    [
      'the whole estate for a scoped role',
      { action: 'top', targets: [], roles: responder(grant([me], { labels: 'env=dev' })) },
      'your responder role covers only env=dev, this is about the whole estate',
      [],
    ],
    [
      'another channel',
      { roles: responder(grant([me], { channels: ['C0OPS'] })) },
      'your responder role does not hold in this channel',
      [],
    ],
    [
      'an action the grant leaves out',
      { roles: responder(grant([me], { actions: ['acknowledge', 'snooze'] })) },
      'your responder role covers only acknowledge and snooze',
      [],
    ],
    [
      'a group that cannot be read',
      { roles: responder(grant([dev])), memberships: member('S0DEV', 'unknown') },
      'the members of a user group that may do this cannot be read right now, so nobody has its role',
      ['S0DEV'],
    ],
    [
      'a group nobody looked up',
      { roles: responder(grant([dev])) },
      'the members of a user group that may do this cannot be read right now, so nobody has its role',
      ['S0DEV'],
    ],
    [
      'the same user id of another team',
      { profile: { ...maya, person: { team: 'T2', user: 'U0MAYA' } }, roles: responder(grant([me])) },
      'it needs the role responder, which you do not have',
      [],
    ],
    [
      'an analyst who wants to act',
      { roles: { ...nobody, analyst: [grant([me])] } },
      'it needs the role responder, which is given to nobody',
      [],
    ],
    [
      'an admin or approver who is no responder',
      { roles: { ...nobody, approver: [me], admin: [me] } },
      'it needs the role responder, which is given to nobody',
      [],
    ],
  ];
  for (const [sentence, question, why, who] of cases)
    it(sentence, () => expect(authorise(asked(question))).toMatchObject({ allowed: false, why, who }));

  it('a label that is there but unknown could be the excluded one', () => {
    const roles = responder(grant([me], { labels: 'env!=prod' }));
    expect(authorise(asked({ roles, targets: [[{ key: '?', value: '/orgs/1/labels/9' }]] })).allowed).toBe(
      false,
    );
  });

  it('another channel: says in which it would hold', () =>
    expect(authorise(asked({ roles: responder(grant([me], { channels: ['C0OPS'] })) }))).toMatchObject({
      where: ['C0OPS'],
    }));
});

/** The table once more, by a different route: sets of roles per person, then three plain questions per grant. */
const oracle = ({ action, profile, roles, memberships, targets, channel }: Question): boolean => {
  if (!profile.fullMember) return false;
  const named = (who: readonly { user: string }[]): boolean => who.some(({ user }) => user === 'U0MAYA');
  if (['approve', 'approve-silence', 'approve-rule', 'let-in'].includes(action)) return named(roles.approver);
  if (['disarm longer', 'change-rule'].includes(action)) return named(roles.admin);
  if (action === 'rules' && (named(roles.approver) || named(roles.admin))) return true;
  if (action === 'rearm') return named(roles.approver) || named(roles.admin);
  const looks = [
    'my',
    'find',
    'can-i',
    'board',
    'standing',
    'help',
    'status',
    'health',
    'alerts',
    'silences',
    'why',
    'workload',
  ];
  const traffic = ['top', 'blocked', 'flows', 'cross', 'scan', 'geo', 'process', 'trend', 'investigate'];
  const records = ['events', 'event', 'who', 'changes', 'policy', 'board security', 'handover'];
  const reads = [...traffic, ...records, 'rules', 'audit', 'services', 'share'];
  const tends = [
    'acknowledge',
    'ack',
    'snooze',
    'assign',
    'note',
    'node-removed',
    'close',
    'silence',
    'unsilence',
  ];
  const acts = [...tends, 'disarm', 'quarantined', 'quarantine', 'release', 'enforcement', 'test'];
  let pool: Grant[] = [];
  if (acts.includes(action)) pool = [...roles.responder];
  else if (reads.includes(action)) pool = [...roles.responder, ...roles.analyst];
  else if (looks.includes(action)) {
    if (!roles.viewer) return true;
    pool = [...roles.responder, ...roles.analyst, ...roles.viewer];
  }
  const envs =
    targets === 'later'
      ? targets
      : targets.map((labels) => labels?.find(({ key }) => key === 'env')?.value ?? null);
  return pool.some((one) => {
    const inIt = one.members.some((who) =>
      'group' in who ? memberships.get(who.group) === 'member' : who.user === 'U0MAYA' && who.team === 'T1',
    );
    const here = !one.channels || one.channels.some((id) => id === channel);
    const does = !one.actions || one.actions.some((id) => id === action);
    const reaches =
      !one.labels ||
      envs === 'later' ||
      (envs.length > 0 && envs.every((value) => one.labels === `env=${value}`));
    return inIt && here && does && reaches;
  });
};

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const someGrant: fc.Arbitrary<Grant> = fc.record({
  members: fc.array(
    fc.constantFrom(
      me,
      { team: 'T2', user: 'U0MAYA' },
      { team: 'T1', user: 'U0JO' },
      dev,
      { group: 'S0PROD' },
      { group: 'S0LOST' },
    ),
    { maxLength: 3 },
  ),
  labels: maybe(fc.constantFrom('env=dev', 'env=prod')),
  channels: maybe(fc.subarray(['C0SOC', 'C0OPS'])),
  actions: maybe(fc.subarray(['quarantine', 'top', 'help'])),
});
const grants = fc.array(someGrant, { maxLength: 3 });
const question: fc.Arbitrary<Question> = fc.record({
  action: fc.constantFrom(...Object.keys(ACTION_ROLES), 'no such action', 'toString'),
  profile: fc.constantFrom(maya, maya, maya, guest),
  roles: fc.record({
    viewer: maybe(grants),
    analyst: grants,
    responder: grants,
    approver: fc.subarray([me]),
    admin: fc.subarray([me]),
  }),
  memberships: fc
    .tuple(
      fc.constantFrom<Membership>('member', 'not-member', 'unknown', { heldUntil: 9 }),
      fc.constantFrom<Membership>('member', 'not-member', 'unknown', { heldUntil: 9 }),
    )
    .map(
      ([a, b]) =>
        new Map([
          ['S0DEV', a],
          ['S0PROD', b],
        ]),
    ),
  targets: fc.oneof(
    fc.constant('later' as const),
    fc.array(fc.constantFrom(env('dev'), env('prod'), [], null), { maxLength: 3 }),
  ),
  channel: fc.constantFrom('C0SOC', 'C0OPS', null),
});

describe('The whole matrix', () => {
  it('agrees with the table written down a second time', () =>
    fc.assert(
      fc.property(question, (one) => {
        expect(authorise(one).allowed).toBe(oracle(one));
      }),
      { numRuns: 5_000 },
    ));

  it('never says yes to anyone while every group is unreadable and no person is named', () =>
    fc.assert(
      fc.property(question, (one) => {
        fc.pre(one.roles.viewer !== undefined);
        const none: Question = {
          ...one,
          memberships: new Map(groupsIn(one.roles).map((id) => [id, 'unknown'])),
          profile: { ...maya, person: { team: 'T9', user: 'U9' } },
        };
        expect(authorise(none).allowed).toBe(false);
      }),
      { numRuns: 500 },
    ));

  it('every refusal has a reason, and never names the asker as one who can', () =>
    fc.assert(
      fc.property(question, (one) => {
        const verdict = authorise(one);
        if (verdict.allowed) return;
        expect(verdict.why).not.toBe('');
        expect(verdict.who).not.toContain('U0MAYA');
      }),
      { numRuns: 1_000 },
    ));
});
