import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../src/adapters/store/memory.ts';
import { parseCustomRule } from '../../src/config/custom-text.ts';
import { readRules } from '../../src/config/rules.ts';
import { customRule } from '../../src/core/custom/custom-rule.ts';
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
import { anEvent, aWorkload, byVen, HOUR, saw, T0 } from '../support/builders.ts';
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
import { CHANNELS } from './support.ts';

const OPS = { team: 'T1', user: 'U0OPS' };
const ANA = { team: 'T1', user: 'U0ANA' };
const VIC = { team: 'T1', user: 'U0VIC' };
const tampering = anEvent({
  event_type: 'agent.tampering',
  created_by: byVen(aWorkload({ name: 'web-01' })),
});
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
  const troubles: string[] = [];
  const bookOf = (from: typeof base) =>
    createRulebook({
      base: from,
      store,
      log,
      tell: (trouble) => void troubles.push(trouble),
      read: (source, taken) => {
        const parsed = parseCustomRule(source, taken);
        return parsed.ok ? parsed.rule : undefined;
      },
    });
  const rulebook = await bookOf(base);
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
    settings: { routes: [], channels: CHANNELS },
    parse: parseCustomRule,
    flaws: (rule, written) =>
      readRules(
        { [rule]: written },
        rulebook.states().map((one) => one.rule),
      ).flaws.map(({ path, message }) => ({
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
    troubles,
    bookOf,
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

describe('a rule that is written in Slack', () => {
  const TAMPERED = { id: 'tampered', title: 'Tampered', event: 'agent.tampering' };
  const begin = async (desk: Awaited<ReturnType<typeof aDesk>>, person = OPS): Promise<void> =>
    desk.changes.begin({ person, triggerId: 't' });

  it('is tried, saved, runs from then on, and is deleted again', async () => {
    const desk = await aDesk();
    await begin(desk);
    await desk.run(desk.changes.write(desk.sent({ ...TAMPERED, severity: 'error' })));
    expect(desk.view()).toContain('*tampered*: a new rule');
    expect(desk.view()).toContain('In the last 7 days it would have fired 2 times on 2 hosts.');
    expect(desk.rulebook.running.rules.has('tampered')).toBe(false);
    await desk.save();
    const found = desk.rulebook.running.run(saw([tampering]), new Map());
    expect(found.findings.map(({ rule, finding }) => `${rule.id} ${finding.severity}`)).toContain(
      'tampered error',
    );
    expect(desk.announced.map(shown).join()).toContain('*Rule written* by u0ops: *tampered* a new rule');
    expect((await desk.rulebook.changes()).map(slackChangeWords)).toEqual([
      'tampered: written in Slack, changed in Slack by u0ops (in force)',
    ]);

    await desk.choose('tune:tampered');
    await desk.run(desk.changes.fill(desk.sent({ severity: 'info', channel: CHANNELS.admin })));
    await desk.save();
    await desk.decide(true, ANA);
    expect(desk.rulebook.channels()).toEqual(new Map([['tampered', CHANNELS.admin]]));
    expect(desk.rulebook.running.rules.get('tampered')?.severity).toBe('info');

    await desk.choose('reset:tampered');
    expect(desk.view()).toContain('*tampered*: deleted');
    await desk.save();
    await desk.decide(true, ANA);
    expect(desk.rulebook.running.rules.has('tampered')).toBe(false);
  });

  it.each<[string, Record<string, string>, Record<string, unknown>]>([
    ['no id', { title: 'x', event: 'user.*' }, { id: expect.stringContaining('short name') }],
    [
      'an id that is taken',
      { ...TAMPERED, id: 'csrf' },
      { id: expect.stringContaining('id of a rule already') },
    ],
    [
      'a type nobody sends',
      { ...TAMPERED, event: 'agent.tamperin' },
      { event: expect.stringContaining('agent.tampering') },
    ],
    [
      'no type',
      { id: 'mine', title: 'Mine' },
      { id: expect.stringContaining('neither event nor notification') },
    ],
    ['a field without a value', { ...TAMPERED, field: 'actor' }, { is: 'say what the field has to be' }],
    ['an expression that is none', { ...TAMPERED, field: 'status', is: '/(a/' }, { is: expect.any(String) }],
    [
      'a count without a window',
      { ...TAMPERED, count: '5' },
      { within: expect.stringContaining('within which time') },
    ],
    [
      'a count that is no number',
      { ...TAMPERED, count: 'five', within: '10m' },
      { count: expect.any(String) },
    ],
    [
      'a window that is no duration',
      { ...TAMPERED, count: '5', within: 'soon' },
      { within: expect.any(String) },
    ],
    ['both ways at once', { ...TAMPERED, yaml: 'id: x' }, { yaml: expect.stringContaining('not both') }],
    [
      'YAML with two mistakes, each with its line',
      { yaml: 'id: mine\ntitle: Mine\nevent: agent.tampering\nseverity: loud\nlife: for-ever' },
      { yaml: expect.stringMatching(/^line 4: severity .*line 5: life /) },
    ],
    ['YAML that is none', { yaml: 'id: [' }, { yaml: expect.stringMatching(/^line 1: /) }],
  ])('says under its field what is wrong: %s', async (_, values, errors) => {
    const desk = await aDesk();
    await begin(desk);
    expect(desk.changes.write(desk.sent(values)).ack).toEqual({ errors });
  });

  it('may be richer than the fields: as it would stand in the file', async () => {
    const desk = await aDesk();
    await begin(desk);
    const yaml =
      'id: many\ntitle: Many\nevent: agent.tampering\ncount: {at_least: 2, within: 1h, by: actor, distinct: host}';
    await desk.run(desk.changes.write(desk.sent({ yaml })));
    await desk.save();
    expect(desk.rulebook.running.rules.has('many')).toBe(true);
  });

  it('is for an admin only', async () => {
    const desk = await aDesk();
    await begin(desk, VIC);
    expect(desk.view()).toContain("You can't change rule a new rule");
    await begin(desk);
    expect(desk.changes.write(desk.sent(TAMPERED, VIC)).ack).toMatchObject({
      update: { title: { text: 'Expired' } },
    });
  });

  it('survives a restart, and gives way aloud to a rule of that id in the file', async () => {
    const desk = await aDesk();
    await begin(desk);
    await desk.run(desk.changes.write(desk.sent(TAMPERED)));
    await desk.save();
    const again = await desk.bookOf(() => ({ rules, settings: {}, context: DEFAULT_CONTEXT }));
    expect(again.running.rules.has('tampered')).toBe(true);
    const own = parseCustomRule('id: tampered\ntitle: Ours\nevent: user.login', []);
    if (!own.ok) throw new Error('no rule');
    await desk.bookOf(() => ({
      rules: [...rules, customRule(own.rule)],
      settings: {},
      context: DEFAULT_CONTEXT,
    }));
    expect(desk.troubles).toEqual([
      'The rule tampered, which u0ops wrote in Slack, is not run: the configuration file has a rule of that id now.',
    ]);
  });
});

describe('the channel of a rule', () => {
  it('is one of those the configuration speaks in', async () => {
    const desk = await aDesk();
    await desk.choose('tune:ven-clone');
    expect(desk.changes.fill(desk.sent({ channel: 'C0STRANGE' })).ack).toEqual({
      errors: { channel: expect.stringContaining('no longer speaks in this channel') },
    });
    await desk.run(desk.changes.fill(desk.sent({ channel: CHANNELS.admin })));
    expect(desk.view()).toContain('channel as routed → C0PCEADM1');
    await desk.save();
    expect(desk.rulebook.channels().get('ven-clone')).toBe(CHANNELS.admin);
    await desk.choose('tune:ven-clone');
    await desk.run(desk.changes.fill(desk.sent({ channel: 'routed' })));
    await desk.save();
    expect(desk.rulebook.channels().size).toBe(0);
  });
});
