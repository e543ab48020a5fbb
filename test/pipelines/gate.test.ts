import { describe, expect, it } from 'vitest';
import { ChatError } from '../../src/core/ports.ts';
import { someRoles } from '../support/asking.ts';
import { labels } from '../support/builders.ts';
import { aProfile, fakeChat, fakeLog } from '../support/fakes.ts';
import { aGate } from '../support/gate.ts';
import { aSlackLab, virtualClock } from './support.ts';

const MAYA = { team: 'T1', user: 'U0MAYA' };
const about = { targets: [labels('env=prod')], channel: 'C0SOC' };

const aBench = () => {
  const chat = fakeChat(virtualClock());
  chat.people.set('U0MAYA', aProfile('U0MAYA'));
  chat.groups.set('S0RESPOND', ['U0MAYA']);
  chat.groups.set('S0ANALYST', []);
  const log = fakeLog();
  return { chat, log, gate: aGate({ chat, roles: someRoles, log }) };
};

describe('the gate', () => {
  it('lets in whom Slack says is in the group', async () => {
    const { gate } = aBench();
    expect(await gate.check(MAYA, 'quarantine', about)).toMatchObject({
      verdict: { allowed: true, role: 'responder' },
      profile: { name: 'u0maya' },
    });
  });

  const refusals: readonly (readonly [string, (bench: ReturnType<typeof aBench>) => void, string])[] = [
    [
      'a person Slack cannot look up',
      ({ chat }) => {
        chat.profile = async () => {
          throw new ChatError('unavailable', 'internal_error');
        };
      },
      'Slack could not tell who you are just now',
    ],
    [
      'everybody, of a group that cannot be read',
      ({ chat }) => void chat.groups.delete('S0RESPOND'),
      'the members of a user group that may do this cannot be read right now, so nobody has its role',
    ],
    [
      'everybody, of a group that is disabled',
      ({ chat }) => void chat.groups.set('S0RESPOND', []),
      'role responder',
    ],
    ['who has left the group', ({ chat }) => void chat.groups.set('S0RESPOND', ['U0JO']), 'role responder'],
    [
      'a guest, whatever group he is in',
      ({ chat }) =>
        void chat.people.set('U0MAYA', aProfile('U0MAYA', { fullMember: false, why: 'this is a guest' })),
      'this is a guest',
    ],
  ];
  for (const [sentence, change, why] of refusals)
    it(`refuses ${sentence}`, async () => {
      const bench = aBench();
      change(bench);
      const { verdict } = await bench.gate.check(MAYA, 'quarantine', about);
      expect(verdict.allowed ? '' : verdict.why).toContain(why);
    });

  it('refuses the same user id of another workspace', async () => {
    const { gate } = aBench();
    const { verdict } = await gate.check({ team: 'T2', user: 'U0MAYA' }, 'quarantine', about);
    expect(verdict.allowed).toBe(false);
  });

  it('writes to the log what it could not look up, so that an operator sees why everybody is refused', async () => {
    const { chat, gate, log } = aBench();
    chat.groups.delete('S0RESPOND');
    await gate.check(MAYA, 'quarantine', about);
    expect(log.lines.map(({ message }) => message)).toContain(
      'could not read a user group, so nobody is in it',
    );
  });
});

describe('the gate on Slack', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['a member of the group', 'U0MAYA001', true],
    ['a colleague who is not in it', 'U0SAM0001', false],
    ['an admin of the workspace who is not in it', 'U0OPS0001', false],
    ['a guest', 'U0GUEST01', false],
    ['somebody of another workspace', 'U0OTTO001', false],
    ['a deleted account', 'U0GONE001', false],
    ['a bot', 'U0CIBOT01', false],
    ['nobody Slack knows', 'U0NOBODY1', false],
  ];
  for (const [sentence, user, allowed] of cases)
    it(`${allowed ? 'lets in' : 'refuses'} ${sentence}`, async () => {
      const lab = await aSlackLab(virtualClock(), { pace: 0 });
      const everyone = cases.map(([, id]) => id).filter((id) => !['U0SAM0001', 'U0OPS0001'].includes(id));
      await lab.sim.control.group({ id: 'S0SECOPS1', users: everyone });
      const scope = { labels: undefined, channels: undefined, actions: undefined };
      const roles = { ...someRoles, responder: [{ members: [{ group: 'S0SECOPS1' }], ...scope }] };
      const gate = aGate({ chat: lab.chat, roles, log: fakeLog() });
      const { verdict } = await gate.check({ team: 'T0SIM0001', user }, 'quarantine', about);
      expect(verdict.allowed).toBe(allowed);
    });
});
