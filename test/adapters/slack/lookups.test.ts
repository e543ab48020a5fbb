import { describe, expect, it } from 'vitest';
import type { Person } from '../../../src/core/alert.ts';
import { aBench, CHANNEL, fakeClock, MAYA, stateOf, until } from './support.ts';

const T = MAYA.team;
const callsOf = (sim: Parameters<typeof stateOf>[0], method: string): number =>
  stateOf(sim).calls.filter((call) => call.method === method).length;

describe('profile', () => {
  it.each<[Person, boolean, string | undefined, string]>([
    [{ team: T, user: 'U0MAYA001' }, true, undefined, 'a member'],
    [{ team: T, user: 'U0GUEST01' }, false, 'guest', 'a guest'],
    [{ team: 'T0OTHER01', user: 'U0OTTO001' }, false, 'another workspace', 'an outsider in a shared channel'],
    [{ team: T, user: 'U0OTTO001' }, false, 'another workspace', 'an outsider whose payload claims our team'],
    [
      { team: 'T0OTHER01', user: 'U0MAYA001' },
      false,
      'another workspace',
      'our member’s id under another team',
    ],
    [{ team: T, user: 'U0GONE001' }, false, 'deactivated', 'a deleted account'],
    [{ team: T, user: 'U0CIBOT01' }, false, 'bot', 'a bot'],
    [{ team: T, user: 'U0NOBODY1' }, false, 'does not know', 'nobody'],
  ])('%j: full member %s (%s): %s', async (person, fullMember, why) => {
    const { slack } = await aBench();
    const profile = await slack.chat.profile(person);
    expect([profile.fullMember, profile.person]).toEqual([fullMember, person]);
    if (why === undefined) expect(profile.why).toBeUndefined();
    else expect(profile.why).toContain(why);
  });

  it('asks again after a minute, and never remembers a failure', async () => {
    const clock = fakeClock();
    const { sim, slack } = await aBench({ deps: { clock } });
    await sim.control.faults({ method: 'users.info', kind: 'status', status: 500, times: 1 });
    await expect(slack.chat.profile(MAYA)).rejects.toMatchObject({ code: 'unavailable' });
    await slack.chat.profile(MAYA);
    await slack.chat.profile(MAYA);
    expect(callsOf(sim, 'users.info')).toBe(2);
    await clock.advance(60_000);
    await slack.chat.profile(MAYA);
    expect(callsOf(sim, 'users.info')).toBe(3);
  });

  it('sees at once that somebody was made a guest', async () => {
    const { sim, slack, inbounds } = await aBench();
    await slack.start();
    expect((await slack.chat.profile(MAYA)).fullMember).toBe(true);
    await sim.control.user({ id: MAYA.user, is_restricted: true });
    await until(() => inbounds.length > 0);
    expect((await slack.chat.profile(MAYA)).fullMember).toBe(false);
  });
});

describe('groupMembers', () => {
  it('lists a group, keeps it for a minute, and drops it when its members change', async () => {
    const { sim, slack, inbounds } = await aBench();
    await slack.start();
    expect(await slack.chat.groupMembers('S0SECOPS1')).toEqual(['U0MAYA001', 'U0JO00001']);
    await slack.chat.groupMembers('S0SECOPS1');
    expect(callsOf(sim, 'usergroups.users.list')).toBe(1);
    await sim.control.group({ id: 'S0SECOPS1', users: ['U0JO00001'] });
    await until(() => inbounds.length > 0);
    expect(await slack.chat.groupMembers('S0SECOPS1')).toEqual(['U0JO00001']);
  });

  it('has nobody in a disabled group and rejects an unknown one', async () => {
    const { sim, slack } = await aBench();
    await sim.control.group({ id: 'S0SECOPS1', disabled: true });
    expect(await slack.chat.groupMembers('S0SECOPS1')).toEqual([]);
    await expect(slack.chat.groupMembers('S0NOSUCH1')).rejects.toMatchObject({ code: 'refused' });
  });

  it('is as it was read last for 5 min while Slack does not answer, and nobody is in it afterwards', async () => {
    const clock = fakeClock();
    const { sim, slack } = await aBench({ deps: { clock } });
    const members = await slack.chat.groupMembers('S0SECOPS1');
    await sim.control.faults({ method: 'usergroups.users.list', kind: 'status', status: 503 });
    for (const minutes of [1, 1, 1, 1]) {
      await clock.advance(minutes * 60_000);
      expect(await slack.chat.groupMembers('S0SECOPS1')).toEqual(members);
    }
    await clock.advance(60_000);
    await expect(slack.chat.groupMembers('S0SECOPS1')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('fault 31: is not as it was read last once an event said that somebody left', async () => {
    const { sim, slack, inbounds } = await aBench();
    await slack.start();
    await slack.chat.groupMembers('S0SECOPS1');
    await sim.control.faults({ method: 'usergroups.users.list', kind: 'status', status: 503 });
    await sim.control.group({ id: 'S0SECOPS1', users: ['U0JO00001'] });
    await until(() => inbounds.length > 0);
    await expect(slack.chat.groupMembers('S0SECOPS1')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('shares one call between those who ask at once', async () => {
    const { sim, slack } = await aBench();
    await Promise.all(Array.from({ length: 20 }, () => slack.chat.groupMembers('S0LEADS01')));
    expect(callsOf(sim, 'usergroups.users.list')).toBe(1);
  });
});

describe('channel', () => {
  it.each([
    [CHANNEL, { name: 'soc-alerts', member: true, archived: false, external: false }],
    ['C0NOTMEM1', { name: 'random', member: false, archived: false, external: false }],
    ['C0ARCHIV1', { name: 'old-incidents', member: true, archived: true, external: false }],
    ['C0SHARED1', { name: 'shared-vendor', member: true, archived: false, external: true }],
  ])('%s is %j', async (id, info) => {
    const { slack } = await aBench();
    expect(await slack.chat.channel(id)).toEqual({ id, ...info });
  });

  it('is asked for once an hour, and again when it is shared', async () => {
    const { sim, slack, inbounds } = await aBench();
    await slack.start();
    await slack.chat.channel(CHANNEL);
    expect((await slack.chat.channel(CHANNEL)).external).toBe(false);
    expect(callsOf(sim, 'conversations.info')).toBe(1);
    await sim.control.channel({ id: CHANNEL, shared: true });
    await until(() => inbounds.length > 0);
    expect((await slack.chat.channel(CHANNEL)).external).toBe(true);
  });
});
