import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../src/adapters/store/memory.ts';
import { readRules } from '../../src/config/rules.ts';
import type { PceEvent } from '../../src/core/event.ts';
import type { Handling, Message } from '../../src/core/ports.ts';
import { DEFAULT_CONTEXT } from '../../src/core/rule-context.ts';
import { slackChangeWords } from '../../src/core/slack-changes.ts';
import { createHome } from '../../src/pipelines/home.ts';
import { createRuleChanges } from '../../src/pipelines/rule-changes.ts';
import { createRulebook } from '../../src/pipelines/rulebook.ts';
import { rules } from '../../src/rules/index.ts';
import { someRoles } from '../support/asking.ts';
import { buttonsOf, shown } from '../support/blocks.ts';
import { anEvent, aWorkload, byVen, HOUR, T0 } from '../support/builders.ts';
import {
  aProfile,
  fakeAudit,
  fakeChat,
  fakeClock,
  fakeInventory,
  fakeLog,
  fakePce,
} from '../support/fakes.ts';
import { aGate } from '../support/gate.ts';

const OPS = { team: 'T1', user: 'U0OPS' };
const ANA = { team: 'T1', user: 'U0ANA' };
const VIC = { team: 'T1', user: 'U0VIC' };
const hosts = ['web-01', 'web-02'].map((name) => aWorkload({ name }));

/** ops is an admin and an approver, ana an approver; two hosts were tampered with yesterday. */
const aDesk = async () => {
  const clock = fakeClock();
  const chat = fakeChat(clock);
  const audit = fakeAudit();
  const log = fakeLog();
  const store = openMemoryStore();
  const events: PceEvent[] = hosts.map((host) =>
    anEvent({ at: T0 - 24 * HOUR, event_type: 'agent.tampering', created_by: byVen(host) }),
  );
  const pce = {
    ...fakePce('prod-east', hosts),
    events: async (from: number, to: number) => ({
      events: events.filter(({ at }) => at > from && at <= to),
      rejected: [],
      pceNow: to,
      completeFrom: undefined,
    }),
  };
  for (const user of ['U0OPS', 'U0ANA', 'U0VIC']) chat.people.set(user, aProfile(user));
  chat.groups.set('S0ANALYST', []);
  chat.groups.set('S0RESPOND', []);
  const base = () => ({ rules, settings: {}, context: DEFAULT_CONTEXT });
  const rulebook = await createRulebook({ base, store, log, tell: () => undefined });
  const gate = aGate({ chat, roles: { ...someRoles, admin: [OPS], approver: [OPS, ANA] }, log });
  const announced: Message[] = [];
  let serial = 0;
  const changes = createRuleChanges({
    base,
    rulebook,
    desks: [{ pce, inventory: fakeInventory('prod-east', hosts) }],
    showHome: createHome({ rulebook, store, gate, audit, chat, clock, boards: { home: async () => [] } }),
    store,
    gate,
    audit,
    chat,
    clock,
    ids: { next: () => `id-${++serial}` },
    flaws: (rule, written) =>
      readRules({ [rule]: written }, rules).flaws.map(({ path, message }) => ({
        path: path.slice(2).join('.'),
        message,
      })),
    announce: (_key, line) => void announced.push(line),
  });
  const top = () => chat.views[chat.views.length - 1];
  const run = async (handling: Handling): Promise<Handling['ack']> => {
    await handling.before?.();
    await handling.work?.();
    return handling.ack;
  };
  const sent = (values: Readonly<Record<string, string>> = {}, person = OPS) => ({
    draft: String((top() as unknown as { private_metadata?: string }).private_metadata),
    person,
    viewId: `V${chat.views.length}`,
    values,
  });
  return {
    clock,
    store,
    audit,
    announced,
    changes,
    rulebook,
    run,
    sent,
    choose: (choice: string, person = OPS) => changes.choose(choice, { person, triggerId: 't' }),
    view: () => shown({ text: '', blocks: top()?.blocks ?? [] }),
    save: async (person = OPS) => run(changes.save(sent({}, person))),
    decide: async (agrees: boolean, person: typeof OPS) => {
      const [button] = buttonsOf(announced[announced.length - 1] as Message);
      const said: string[] = [];
      const doer = {
        person,
        channel: 'C0SOC',
        show: async (answer: Message) => void said.push(shown(answer)),
      };
      await changes.decide(button?.value ?? '', agrees, doer);
      return said.join();
    },
  };
};

describe('a rule that found nothing', () => {
  it('is switched off by an admin alone, announced, audited, and off from then on', async () => {
    const desk = await aDesk();
    await desk.choose('disable:ven-clone');
    expect(desk.view()).toContain('would have fired not once');
    expect(desk.rulebook.running.rules.has('ven-clone')).toBe(true);
    await desk.save();
    expect(desk.rulebook.running.rules.has('ven-clone')).toBe(false);
    expect(desk.announced.map(shown)).toEqual([
      expect.stringContaining('*Rule changed* by u0ops: *ven-clone* off'),
    ]);
    expect(desk.audit.entries.map(({ action, verdict }) => `${action} ${verdict}`)).toContain(
      'change-rule allowed',
    );
    await desk.choose('reset:ven-clone');
    await desk.save();
    expect(desk.rulebook.running.rules.has('ven-clone')).toBe(true);
    expect((await desk.store.overrides()).every(({ state }) => state === 'ended')).toBe(true);
  });
});

describe('a rule whose change hides more than it shows', () => {
  it('waits for another person, who may agree', async () => {
    const desk = await aDesk();
    await desk.choose('disable:firewall-tampering');
    expect(desk.view()).toContain('as it is now, fired 2 times on 2 hosts');
    await desk.save();
    expect(desk.rulebook.running.rules.has('firewall-tampering')).toBe(true);
    expect((await desk.rulebook.changes()).map(slackChangeWords)).toEqual([
      'firewall-tampering: off, changed in Slack by u0ops (waits for an approver, the file holds)',
    ]);
    expect(await desk.decide(true, OPS)).toContain('Another person has to agree');
    expect(await desk.decide(true, VIC)).toContain("You can't approve rule");
    await desk.decide(true, ANA);
    expect(desk.rulebook.running.rules.has('firewall-tampering')).toBe(false);
    expect((await desk.rulebook.changes()).map(({ state }) => state)).toEqual(['holds']);
  });

  it('stays as it is when an approver refuses, or nobody answers for a day', async () => {
    const desk = await aDesk();
    for (const end of ['refused', 'late'] as const) {
      await desk.choose('disable:firewall-tampering');
      await desk.save();
      if (end === 'late') await desk.clock.advance(25 * HOUR);
      const said = await desk.decide(end === 'late', ANA);
      expect(said).toContain(end === 'late' ? 'has lapsed' : '');
      expect(desk.rulebook.running.rules.has('firewall-tampering')).toBe(true);
    }
  });

  it('is asked for when the rule is critical by default, whatever the trial says', async () => {
    const desk = await aDesk();
    await desk.choose('disable:csrf');
    expect(desk.view()).toContain('critical by default');
  });
});

describe('tuning', () => {
  it('says what is wrong under its field, and saves only what differs from the file', async () => {
    const desk = await aDesk();
    await desk.choose('tune:ven-clone');
    expect(await desk.run(desk.changes.fill(desk.sent({ severity: 'own', per_hour: 'many' })))).toEqual({
      errors: { per_hour: 'must be a number' },
    });
    await desk.run(desk.changes.fill(desk.sent({ severity: 'error', per_hour: '8' })));
    expect(desk.view()).toContain('severity its own → error, per_hour default → 8');
    await desk.save();
    expect(await desk.store.overrides()).toMatchObject([
      { rule: 'ven-clone', state: 'active', set: { severity: 'error', options: { per_hour: 8 } } },
    ]);
    expect(desk.rulebook.running.rules.get('ven-clone')?.severity).toBe('error');
  });

  it('to what holds already changes nothing', async () => {
    const desk = await aDesk();
    await desk.choose('tune:ven-clone');
    await desk.run(desk.changes.fill(desk.sent({ severity: 'own', per_hour: '5' })));
    expect(desk.view()).toContain('Nothing was changed');
  });
});

describe('who may not', () => {
  it('is refused at the menu, and it is audited', async () => {
    const desk = await aDesk();
    await desk.choose('disable:ven-clone', VIC);
    expect(desk.view()).toContain("You can't change rule ven-clone");
    expect(desk.audit.entries).toMatchObject([{ action: 'change-rule', verdict: 'refused' }]);
  });

  it('cannot send in what somebody else has open, nor what was sent in before', async () => {
    const desk = await aDesk();
    await desk.choose('disable:ven-clone');
    const open = desk.sent();
    for (const handling of [
      desk.changes.save({ ...open, person: VIC }),
      desk.changes.save({ ...open, draft: 'forged' }),
    ])
      expect(JSON.stringify(handling)).toContain('no longer valid');
    await desk.run(desk.changes.save(open));
    expect(JSON.stringify(desk.changes.save(open))).toContain('no longer valid');
  });
});
