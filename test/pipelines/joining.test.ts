import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../src/adapters/store/memory.ts';
import { createGate } from '../../src/pipelines/gate.ts';
import { createJoining } from '../../src/pipelines/joining.ts';
import { createMemberships } from '../../src/pipelines/memberships.ts';
import { someRoles } from '../support/asking.ts';
import { buttonsOf, problemsOf, shown } from '../support/blocks.ts';
import { labels, MINUTE } from '../support/builders.ts';
import { aChannel, aProfile, fakeAudit, fakeChat, fakeClock, fakeLog } from '../support/fakes.ts';

const person = (user: string) => ({ team: 'T1', user });
const about = { targets: [labels('env=prod')], channel: 'C0SOC' };

/** Maya was a responder when the group was first read; eve joins a minute later. Ana approves, and so does eve's second account. */
const aBench = async () => {
  const clock = fakeClock();
  const chat = fakeChat(clock);
  const [audit, log, store] = [fakeAudit(), fakeLog(), openMemoryStore()];
  for (const user of ['U0MAYA', 'U0ANA', 'U0BOB']) chat.people.set(user, aProfile(user));
  for (const user of ['U0EVE', 'U0EVE2']) chat.people.set(user, aProfile(user, { email: 'eve@example.com' }));
  chat.channels.set('C0ANN', aChannel('C0ANN'));
  chat.groups.set('S0ANALYST', []);
  chat.groups.set('S0RESPOND', ['U0MAYA']);
  const roles = { ...someRoles, approver: [person('U0ANA'), person('U0EVE'), person('U0EVE2')] };
  const again = () => {
    const memberships = createMemberships({ chat, store, audit, clock, log, holdMs: 60 * MINUTE });
    const gate = createGate({ chat, roles, memberships, log });
    return {
      gate,
      joining: createJoining({
        chat,
        store,
        audit,
        clock,
        log,
        memberships,
        gate,
        roles,
        holdMs: 60 * MINUTE,
        channel: 'C0ANN',
        fallback: 'C0SOC',
      }),
    };
  };
  const bench = again();
  await bench.joining.look();
  await clock.advance(MINUTE);
  chat.groups.set('S0RESPOND', ['U0MAYA', 'U0EVE']);
  const said: string[] = [];
  return {
    ...bench,
    again,
    clock,
    chat,
    audit,
    said,
    may: async (user: string, gate = bench.gate): Promise<true | string> => {
      const { verdict } = await gate.check(person(user), 'quarantine', about);
      return verdict.allowed || verdict.why;
    },
    letIn: (user: string, id = 'S0RESPOND|U0EVE') =>
      bench.joining.letIn({
        id,
        person: person(user),
        channel: 'C0ANN',
        say: async (_, plain) => void said.push(plain),
      }),
  };
};

describe('who joins a user group', () => {
  it('has its role after an hour, not before; who was in it when it was first read has it at once', async () => {
    const { may, clock } = await aBench();
    expect(await may('U0MAYA')).toBe(true);
    expect(await may('U0EVE')).toContain('you joined the user group that may do this a short while ago');
    await clock.advance(60 * MINUTE - 1);
    expect(await may('U0EVE')).not.toBe(true);
    await clock.advance(1);
    expect(await may('U0EVE')).toBe(true);
  });

  it('waits through a restart, and anew when he left in between', async () => {
    const { may, again, chat, clock, gate } = await aBench();
    await may('U0EVE');
    await clock.advance(30 * MINUTE);
    expect(await may('U0EVE', again().gate)).not.toBe(true);
    chat.groups.set('S0RESPOND', ['U0MAYA']);
    expect(await may('U0EVE', gate)).toBe('it needs the role responder, which you do not have');
    chat.groups.set('S0RESPOND', ['U0MAYA', 'U0EVE']);
    await clock.advance(31 * MINUTE);
    expect(await may('U0EVE')).not.toBe(true);
  });

  it('waits though he joined while the bot was away', async () => {
    const { may, again } = await aBench();
    expect(await may('U0EVE', again().gate)).not.toBe(true);
  });

  it('is said once, with a button, and the message tells how it ended', async () => {
    const { joining, chat, clock, audit } = await aBench();
    await joining.look();
    await joining.look();
    expect(chat.posts).toHaveLength(1);
    const [post] = chat.posts;
    expect(problemsOf(post?.message ?? { text: '', blocks: [] })).toEqual([]);
    expect(post?.message.text).toBe('1 person joined user group S0RESPOND');
    expect(buttonsOf(post?.message ?? { text: '', blocks: [] })).toMatchObject([
      { action: 'let-in', value: 'S0RESPOND|U0EVE' },
    ]);
    expect(audit.entries.map(({ why }) => why)).toEqual([
      'user group S0ANALYST was read for the first time: who is in it has its role',
      'user group S0RESPOND was read for the first time: who is in it has its role',
      'joined user group S0RESPOND; its role holds from 11:01 UTC on',
    ]);
    expect(audit.entries.at(-1)?.groups).toEqual({
      S0RESPOND: { U0MAYA: null, U0EVE: expect.stringContaining('T11:01:00.000Z') },
    });
    await clock.advance(61 * MINUTE);
    await joining.look();
    expect(shown(chat.posts[0]?.message ?? { text: '', blocks: [] })).toContain(
      'Nobody of them waits any more.',
    );
  });

  it('has it at once when somebody of the approver list lets him in', async () => {
    const { joining, letIn, may, said, audit } = await aBench();
    await joining.look();
    await letIn('U0ANA');
    expect([said, await may('U0EVE')]).toEqual([['Let in'], true]);
    expect(audit.entries.at(-1)).toMatchObject({
      action: 'let in',
      verdict: 'done',
      actor: person('U0ANA'),
      groups: { S0RESPOND: { U0MAYA: null, U0EVE: null } },
    });
  });

  it.each([
    ['who is no approver', 'U0MAYA', "You can't let u0eve in"],
    ['himself', 'U0EVE', "You can't let u0eve in"],
    ['himself by his second account', 'U0EVE2', "You can't let u0eve in"],
  ])('is not let in by %s, and that is in the audit log', async (_, user, answer) => {
    const { joining, letIn, may, said, audit } = await aBench();
    await joining.look();
    await letIn(user);
    expect([said, await may('U0EVE')]).toEqual([[answer], expect.stringContaining('short while ago')]);
    expect(audit.entries.at(-1)).toMatchObject({ action: 'let in', verdict: 'refused' });
  });

  it('cannot be let in when he is not in the group, waits no more, or the button is forged', async () => {
    const { letIn, said } = await aBench();
    for (const id of ['S0RESPOND|U0MAYA', 'S0RESPOND|__proto__', 'S0NONE|U0EVE', ''])
      await letIn('U0ANA', id);
    expect(said).toEqual(Array.from({ length: 4 }, () => 'Nobody waits'));
  });
});
