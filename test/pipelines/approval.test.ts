import { describe, expect, it } from 'vitest';
import { someRoles } from '../support/asking.ts';
import { MINUTE } from '../support/builders.ts';
import { aProfile } from '../support/fakes.ts';
import { guardBy } from '../support/responding.ts';
import { aBench, type Bench, done, JO, MAYA, OLD, QUARANTINED, stateOf } from './responding-bench.ts';

const ANN = { team: 'T1', user: 'U0ANN' };
const BEN = { team: 'T1', user: 'U0BEN' };
/** The second account of the responder. */
const MAYA2 = { team: 'T1', user: 'U0MAYA2' };

/** web-01 is what `kind` says; Ann and Ben stand on the approver list, and so does a second account of Maya's. */
const aDesk = async (kind: 'high-value' | 'protected', approvers = [ANN, BEN, MAYA2]) => {
  const roles = { ...someRoles, approver: [...approvers] };
  const bench = await aBench({
    guard: guardBy({
      protected: kind === 'protected' ? ['role=web'] : [],
      highValue: kind === 'high-value' ? ['role=web'] : [],
    }),
    gateRoles: roles,
  });
  for (const { user } of [ANN, BEN]) bench.chat.people.set(user, aProfile(user));
  bench.chat.people.set('U0MAYA', aProfile('U0MAYA', { email: 'maya@example.com' }));
  bench.chat.people.set('U0MAYA2', aProfile('U0MAYA2', { email: 'Maya@Example.com' }));
  return bench;
};

const press = async (
  bench: Bench,
  person: typeof ANN,
  verb: 'approve' | 'deny' = 'approve',
  responding = bench.responding,
): Promise<string> => {
  const [row] = await bench.responses('web-01');
  const said: string[] = [];
  await responding.decide(verb, {
    id: row?.id ?? '',
    person,
    channel: 'C0ANN',
    say: async ({ mrkdwn }) => void said.push(mrkdwn),
  });
  return said.join();
};

const card = (bench: Bench): string => JSON.stringify(bench.chat.posts.map(({ message }) => message));

describe('a request that needs a second person', () => {
  it('writes nothing, asks the approver list, says why and until when', async () => {
    const bench = await aDesk('high-value');
    expect(await bench.respond('web-01')).toContain('nothing was done yet');
    expect(await stateOf(bench)).toEqual(['waiting']);
    expect(bench.puts()).toBe(0);
    expect(card(bench)).toContain('web-01 is a high-value host.');
    expect(card(bench)).toContain('<@U0ANN>');
    expect(bench.chat.posts).toHaveLength(1);
  });

  it('runs once when somebody of the list approves, and says who did', async () => {
    const bench = await aDesk('high-value');
    await bench.respond('web-01');
    expect(await press(bench, ANN)).toBe('');
    expect(bench.labels('web-01')).toBe(QUARANTINED);
    expect(await stateOf(bench)).toEqual(['done']);
    expect(card(bench)).toContain('approved by u0ann');
    expect(card(bench)).not.toContain('"action_id":"approve"');
    expect((await bench.records()).at(-1)).toMatchObject({ verdict: 'done', approver: 'u0ann' });
  });

  it.each([
    ['the requester himself', MAYA, 'it needs the role approver'],
    ['a second account of the requester', MAYA2, 'you asked for it yourself'],
    ['a responder who is not on the list', JO, 'it needs the role approver'],
  ])('is not approved by %s: told why, audited', async (_, person, why) => {
    const bench = await aDesk('high-value');
    await bench.respond('web-01');
    expect(await press(bench, person)).toContain(why);
    expect(await stateOf(bench)).toEqual(['waiting']);
    expect(bench.puts()).toBe(0);
    expect((await bench.audit()).at(-1)).toMatch(/^quarantine approve refused: /);
  });

  it('fault 28: two people press in the same moment, one click wins and the other is told who', async () => {
    const bench = await aDesk('high-value');
    await bench.respond('web-01');
    const said = await Promise.all([press(bench, ANN), press(bench, BEN, 'deny')]);
    expect(said.filter((one) => one === '')).toHaveLength(1);
    expect(said.join()).toMatch(/approved by u0ann at \d\d:\d\d UTC|it was denied/);
    expect(bench.puts()).toBe(1);
  });

  it('fault 28: a button pressed again after a restart and days later does nothing', async () => {
    const bench = await aDesk('high-value');
    await bench.respond('web-01');
    await press(bench, ANN);
    bench.clock.advance(8 * 24 * 60 * MINUTE);
    expect(await press(bench, BEN, 'deny', bench.again())).toContain('approved by u0ann');
    expect(bench.puts()).toBe(1);
  });

  it('denied: nothing is written, and nobody can approve it afterwards', async () => {
    const bench = await aDesk('high-value');
    await bench.respond('web-01');
    await press(bench, ANN, 'deny');
    expect(await stateOf(bench)).toEqual(['denied']);
    expect(await press(bench, BEN)).toContain('it was denied');
    expect(bench.puts()).toBe(0);
  });

  it('lapses after 15 min, aloud, and cannot be approved then', async () => {
    const bench = await aDesk('high-value');
    await bench.respond('web-01');
    bench.clock.advance(15 * MINUTE - 1);
    await bench.responding.tend();
    expect(await stateOf(bench)).toEqual(['waiting']);
    bench.clock.advance(1);
    expect(await press(bench, ANN)).toContain('lapsed');
    await bench.responding.tend();
    expect(await stateOf(bench)).toEqual(['lapsed']);
    expect(bench.announced.join()).toContain('nobody of the approver list answered');
    expect(bench.labels('web-01')).toBe(OLD);
  });

  it('fault 35: labels changed between request and approval: shown, no write', async () => {
    const bench = await aDesk('high-value');
    await bench.respond('web-01');
    bench.relabel('web-01', { app: 'shop', env: 'dev', loc: 'fra', role: 'web' });
    await press(bench, ANN);
    expect(await stateOf(bench)).toEqual(['stopped']);
    expect(bench.puts()).toBe(0);
    expect(card(bench)).toContain('Labels changed since you opened this');
  });

  it('fault 31: the requester lost his role, or it cannot be looked up, between click and approval: no write', async () => {
    for (const lose of [
      (bench: Bench) => void bench.chat.groups.set('S0RESPOND', []),
      (bench: Bench) => void bench.chat.groups.delete('S0RESPOND'),
    ]) {
      const bench = await aDesk('high-value');
      await bench.respond('web-01');
      lose(bench);
      await press(bench, ANN);
      expect(await stateOf(bench)).toEqual(['stopped']);
      expect(bench.puts()).toBe(0);
      expect((await bench.audit()).at(-1)).toMatch(/quarantine stopped: You may not do this any more/);
    }
  });

  it('is carried out after a stop between the approval and the PUT, once', async () => {
    const bench = await aDesk('high-value');
    await bench.respond('web-01');
    const [row] = await bench.responses('web-01');
    const vote = { by: ANN, name: 'ann', at: bench.clock.now() };
    await bench.store.commit([{ type: 'response-voted', id: row?.id ?? '', vote }]);
    await bench.again().resume();
    await bench.again().resume();
    expect(bench.labels('web-01')).toBe(QUARANTINED);
    expect(bench.puts()).toBe(1);
  });

  it('is released only with a second person again, whoever asks', async () => {
    const bench = await aDesk('high-value');
    await bench.respond('web-01');
    await press(bench, ANN);
    expect(await bench.respond('web-01', 'release')).toContain('Its quarantine needed a second person.');
    expect(bench.labels('web-01')).toBe(QUARANTINED);
  });
});

describe('a protected host', () => {
  it('takes two different people of the approver list', async () => {
    const bench = await aDesk('protected');
    await bench.respond('web-01');
    await press(bench, ANN);
    expect(await stateOf(bench)).toEqual(['waiting']);
    expect(await press(bench, ANN)).toContain('you have approved it already');
    expect(bench.puts()).toBe(0);
    await press(bench, BEN);
    expect(bench.labels('web-01')).toBe(QUARANTINED);
  });

  it('takes one more where an approver himself asks', async () => {
    const bench = await aDesk('protected', [MAYA, ANN]);
    await bench.respond('web-01');
    await press(bench, ANN);
    expect(bench.labels('web-01')).toBe(QUARANTINED);
  });
});

describe('a release by the one who quarantined', () => {
  it('needs a second person within 30 min and none afterwards', async () => {
    const bench = await aBench();
    await bench.respond('web-01');
    const soon = await bench.open('web-01', { action: 'release', soon: true });
    await done(bench.submit(soon));
    expect(await stateOf(bench)).toEqual(['done', 'waiting']);
    expect(await bench.respond('web-01', 'release')).toContain(`Labels read back: ${OLD}`);
  });

  it('needs none from somebody else', async () => {
    const bench = await aBench();
    await bench.respond('web-01');
    const draft = await bench.open('web-01', { action: 'release', soon: true, person: JO });
    await done(bench.submit(draft, undefined, JO));
    expect(bench.labels('web-01')).toBe(OLD);
  });
});
