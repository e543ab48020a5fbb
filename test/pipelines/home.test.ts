import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../src/adapters/store/memory.ts';
import { parseCustomRule } from '../../src/config/custom-text.ts';
import type { Override } from '../../src/core/override.ts';
import type { Home } from '../../src/core/ports.ts';
import { DEFAULT_CONTEXT } from '../../src/core/rule-context.ts';
import { createHome } from '../../src/pipelines/home.ts';
import { createRulebook } from '../../src/pipelines/rulebook.ts';
import { rules } from '../../src/rules/index.ts';
import { anAlert, someRoles } from '../support/asking.ts';
import { problemsOf, shown } from '../support/blocks.ts';
import { T0 } from '../support/builders.ts';
import { aProfile, fakeAudit, fakeChat, fakeClock, fakeLog } from '../support/fakes.ts';
import { aGate } from '../support/gate.ts';

const OPS = { team: 'T1', user: 'U0OPS' };
const change = (parts: Partial<Override> = {}): Override => ({
  id: 'change-1',
  rule: 'ven-offline',
  set: { enabled: false },
  by: OPS,
  byName: 'ops',
  at: T0,
  state: 'active',
  ...parts,
});

/** ops is an admin, maya a responder, vic a full member without a role. */
const aHome = async (overrides: readonly Override[] = []) => {
  const clock = fakeClock();
  const chat = fakeChat(clock);
  const audit = fakeAudit();
  const log = fakeLog();
  const store = openMemoryStore();
  const told: string[] = [];
  for (const user of ['U0OPS', 'U0MAYA', 'U0VIC']) chat.people.set(user, aProfile(user));
  chat.groups.set('S0ANALYST', []);
  chat.groups.set('S0RESPOND', ['U0MAYA']);
  await store.commit([
    { type: 'alert-fired', alert: anAlert({ count: 37 }) },
    ...overrides.map((override) => ({ type: 'override-set' as const, override })),
  ]);
  const rulebook = await createRulebook({
    base: () => ({
      rules,
      settings: { csrf: { enabled: false, severity: undefined, options: {} } },
      context: DEFAULT_CONTEXT,
    }),
    read: (source, taken) => {
      const parsed = parseCustomRule(source, taken);
      return parsed.ok ? parsed.rule : undefined;
    },
    store,
    log,
    tell: (text) => void told.push(text),
  });
  const gate = aGate({ chat, roles: { ...someRoles, admin: [OPS] }, log });
  const show = createHome({ rulebook, store, gate, audit, chat, clock, boards: { home: async () => [] } });
  const look = async (user: string): Promise<Home | undefined> => {
    await show({ team: 'T1', user });
    return chat.homes.get(user);
  };
  return {
    rulebook,
    store,
    audit,
    told,
    read: async (user: string) => {
      const home = await look(user);
      const message = { text: 'home', blocks: home?.blocks ?? [] };
      // What a message may hold at most is not the limit of a Home tab.
      expect(problemsOf(message).filter((one) => !/characters of JSON$/.test(one))).toEqual([]);
      return { text: shown(message), json: JSON.stringify(home) };
    },
  };
};

describe('the Home tab', () => {
  it('lists every rule, and names who says what holds of it', async () => {
    const { read } = await aHome([change()]);
    const { text, json } = await read('U0OPS');
    for (const { id } of rules) expect(text).toContain(id);
    expect(text).toMatch(/csrf[^\n]*off[^\n]*by the file/);
    expect(text).toMatch(/ven-offline[^\n]*off[^\n]*by @U0OPS in Slack/);
    expect(text).toMatch(
      /firewall-tampering[^\n]*on, error[^\n]*\n[^\n]*\n[^\n]*×37 on 1 · 36 in quiet periods/,
    );
    expect(json).toContain('tune:csrf');
  });

  it('offers nothing to change to who may only look', async () => {
    const { json } = await (await aHome()).read('U0MAYA');
    expect(json).toContain('csrf');
    expect(json).not.toContain('overflow');
  });

  it('is one sentence for somebody who is not named, and the look is audited', async () => {
    const { read, audit } = await aHome();
    const { text, json } = await read('U0VIC');
    expect(text).toContain("You can't see the alert rules");
    expect(json).not.toContain('csrf');
    expect(audit.entries).toMatchObject([{ action: 'rules', verdict: 'refused', actor: { user: 'U0VIC' } }]);
  });
});

describe('changes made in Slack', () => {
  it.each([
    ['switches a rule off that the file leaves on', { rule: 'ven-offline', set: { enabled: false } }, false],
    ['switches a rule on that the file has off', { rule: 'csrf', set: { enabled: true } }, true],
    [
      'waits for an approver, so the file holds',
      { rule: 'ven-offline', set: { enabled: false }, state: 'asked' as const },
      true,
    ],
  ])('%s', async (_, parts, runs) => {
    const { rulebook } = await aHome([change(parts)]);
    expect(rulebook.running.rules.has(parts.rule)).toBe(runs);
  });

  it('hold from the refresh on, for who holds the rules already', async () => {
    const { rulebook, store } = await aHome();
    const { running } = rulebook;
    await store.commit([{ type: 'override-set', override: change() }]);
    await rulebook.refresh();
    expect(running.rules.has('ven-offline')).toBe(false);
    await store.commit([{ type: 'override-ended', id: 'change-1', at: T0 }]);
    await rulebook.refresh();
    expect(running.rules.has('ven-offline')).toBe(true);
  });

  it('a newer one of the same rule ends the older', async () => {
    const { store } = await aHome([change(), change({ id: 'change-2', set: { severity: 'info' } })]);
    expect((await store.overrides()).map(({ id, state }) => [id, state])).toEqual([
      ['change-1', 'ended'],
      ['change-2', 'active'],
    ]);
  });

  it('that no longer fit are left out, and that is said', async () => {
    const { rulebook, told, read } = await aHome([change({ set: { options: { goodbye_minutes: 'soon' } } })]);
    expect(rulebook.running.rules.has('ven-offline')).toBe(true);
    expect(told).toEqual([expect.stringContaining('no longer fits')]);
    expect((await read('U0OPS')).text).toMatch(/ven-offline[^\n]*no longer fits/);
  });
});
