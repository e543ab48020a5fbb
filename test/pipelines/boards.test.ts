import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../src/adapters/store/memory.ts';
import { openMemorySeries } from '../../src/adapters/store/series.ts';
import type { Message } from '../../src/core/ports.ts';
import { createBoards } from '../../src/pipelines/boards.ts';
import { createHome } from '../../src/pipelines/home.ts';
import { anAlert, someHosts, someRoles } from '../support/asking.ts';
import { problemsOf, shown } from '../support/blocks.ts';
import { HOUR, MINUTE, T0 } from '../support/builders.ts';
import {
  aChannel,
  aProfile,
  fakeAudit,
  fakeChat,
  fakeClock,
  fakeInventory,
  fakeLog,
  fakePce,
} from '../support/fakes.ts';
import { aGate } from '../support/gate.ts';

/** maya is a responder, ana an analyst, vic a full member without a role; gus is a guest. */
const aBench = async () => {
  const clock = fakeClock();
  const chat = fakeChat(clock);
  const log = fakeLog();
  const store = openMemoryStore();
  const said: { key: string; channel: string | undefined; message: Message }[] = [];
  const told: string[] = [];
  for (const user of ['U0MAYA', 'U0ANA', 'U0VIC']) chat.people.set(user, aProfile(user));
  chat.people.set('U0GUS', aProfile('U0GUS', { fullMember: false, why: 'guests may not' }));
  chat.groups.set('S0ANALYST', ['U0ANA']);
  chat.groups.set('S0RESPOND', ['U0MAYA']);
  chat.channels.set('C0SOC', aChannel('C0SOC'));
  chat.channels.set('C0OUT', aChannel('C0OUT', { external: true }));
  const pce = fakePce('prod-east', someHosts);
  const gate = aGate({ chat, roles: someRoles, log });
  const boards = createBoards({
    deps: {
      desks: [{ pce, inventory: fakeInventory('prod-east', someHosts) }],
      store,
      series: openMemorySeries(),
      chat,
      clock,
    },
    gate,
    log,
    troubles: {
      say: (key, message, channel) => void said.push({ key, channel, message }),
      tell: (trouble) => void told.push(trouble),
    },
  });
  const home = createHome({
    rulebook: { states: () => [] },
    store,
    gate,
    audit: fakeAudit(),
    chat,
    clock,
    boards,
  });
  return { clock, chat, store, pce, boards, home, said, told };
};

describe('boards on the Home tab', () => {
  const read = async (user: string) => {
    const { home, chat, pce } = await aBench();
    await home({ team: 'T1', user });
    const blocks = chat.homes.get(user)?.blocks ?? [];
    return { text: shown({ text: 'home', blocks }), types: blocks.map(({ type }) => type), pce };
  };

  it('an analyst sees all three, and no traffic is asked for', async () => {
    const { text, pce } = await read('U0ANA');
    for (const title of ['Security operations', 'PCE operations', 'Workload operations'])
      expect(text).toContain(title);
    expect(pce.queries).toEqual([]);
  });

  it('a viewer sees those without traffic, and a sentence instead of the rules', async () => {
    const { text } = await read('U0VIC');
    expect(text).not.toContain('Security operations');
    expect(text).toMatch(/Managed +4/);
    expect(text).toContain('alert rules');
  });

  it('a guest sees no board', async () => {
    expect((await read('U0GUS')).text).not.toContain('operations');
  });

  it('has no table block: a Home tab takes none', async () => {
    expect((await read('U0ANA')).types).not.toContain('table');
  });

  it('does not wait for a PCE that is slow', async () => {
    const { home, chat, clock, pce } = await aBench();
    pce.waits = new Promise(() => {});
    const shownHome = home({ team: 'T1', user: 'U0VIC' });
    for (let i = 0; i < 20; i += 1) await clock.advance(3_000);
    await shownHome;
    expect(shown({ text: '', blocks: chat.homes.get('U0VIC')?.blocks ?? [] })).toContain(
      '/illumio board pce',
    );
  });
});

describe('a board that stands in a channel', () => {
  const pinned = { board: 'workloads', channel: 'C0SOC', everyMs: 15 * MINUTE } as const;

  it('is one message, posted once and then edited', async () => {
    const { boards, chat, clock } = await aBench();
    await boards.pinned(pinned);
    expect(chat.posts.length).toBe(1);
    expect(problemsOf(chat.posts[0]?.message ?? { text: '', blocks: [] })).toEqual([]);
    const before = chat.posts[0]?.message;
    await clock.advance(15 * MINUTE);
    await boards.pinned(pinned);
    expect(chat.posts.length).toBe(1);
    expect(chat.posts[0]?.message).not.toEqual(before);
  });

  it('is still the same message after 40 days of edits', async () => {
    const { boards, chat, clock, store } = await aBench();
    for (let day = 0; day < 40; day += 1) {
      await boards.pinned(pinned);
      await clock.advance(24 * HOUR);
      await store.commit([{ type: 'pruned', at: clock.now() }]);
    }
    expect(chat.posts.length).toBe(1);
  });

  it('is held back, and that is told, where another organisation reads', async () => {
    const { boards, chat, told } = await aBench();
    await boards.pinned({ ...pinned, channel: 'C0OUT' });
    expect(chat.posts).toEqual([]);
    expect(told.join()).toContain('shared with another organisation');
  });
});

describe('a digest', () => {
  it('says what is open, taken and hidden, blind spots and noise, under the key of its minute', async () => {
    const { boards, store, said } = await aBench();
    await store.commit([
      { type: 'alert-fired', alert: anAlert({ id: 'a1', count: 4, severity: 'error' }) },
      {
        type: 'alert-fired',
        alert: anAlert({
          id: 'a2',
          rule: 'ven-offline',
          acknowledged: { by: { team: 'T1', user: 'U0MAYA' }, at: T0 },
        }),
      },
    ]);
    await boards.digest('C0SOC');
    const [one] = said;
    const text = shown(one?.message ?? { text: '', blocks: [] });
    expect(one?.key).toBe('digest.C0SOC.2026-11-22T10:00');
    expect(problemsOf(one?.message ?? { text: '', blocks: [] })).toEqual([]);
    expect(text).toContain('Open: 1');
    expect(text).toContain('Acknowledged: 1');
    expect(text).toMatch(/ven-offline.*u0maya/);
    expect(text).toContain('In quarantine: 0');
    expect(text).toContain('Silences: 0');
    expect(text).toMatch(/firewall-tampering +4 +1 subject/);
    expect(text).toContain('Blind spots · prod-east');
  });

  it('is held back where another organisation reads', async () => {
    const { boards, said } = await aBench();
    await boards.digest('C0OUT');
    expect(said).toEqual([]);
  });
});
