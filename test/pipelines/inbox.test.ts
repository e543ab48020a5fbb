import { describe, expect, it } from 'vitest';
import type { Alert, Incident } from '../../src/core/alert.ts';
import type { Handling, Inbound, Message } from '../../src/core/ports.ts';
import { createActing } from '../../src/pipelines/acting.ts';
import { createInbox, type InboxDeps } from '../../src/pipelines/inbox.ts';
import type { Submission } from '../../src/pipelines/response-draft.ts';
import type { Opening } from '../../src/pipelines/response-form.ts';
import { pickHost } from '../../src/views/pick-host.ts';
import { anAlert, someRoles } from '../support/asking.ts';
import { buttonsOf, problemsOf, shown } from '../support/blocks.ts';
import { anIncident, aSubject, aWorkload, HOUR, MINUTE, T0 } from '../support/builders.ts';
import { aChannel, aProfile, fakeAudit, fakeChat, fakeInventory, fakeLog } from '../support/fakes.ts';
import { aGate } from '../support/gate.ts';
import { anAlerting, aSlackLab, brittleStore, eventPce, virtualClock } from './support.ts';

type Click = Extract<Inbound, { kind: 'click' }>;

const MAYA = { team: 'T1', user: 'U0MAYA' };
const VIC = { team: 'T1', user: 'U0VIC' };
const hosts = ['web-01', 'web-02', 'db-01'].map((name) =>
  aWorkload({ name, labels: name === 'db-01' ? 'app=erp env=dev' : 'app=shop env=prod' }),
);

const alertOf = (name: string, parts: Partial<Alert> = {}): Alert =>
  anAlert({
    id: `id-${name}`,
    fingerprint: `prod-east|firewall-tampering|${name}`,
    subject: aSubject(name),
    title: `Firewall tampering on ${name}`,
    ...parts,
  });

/** An inbox over two alerts in one incident and one in another. */
const aBench = async (differs: Partial<InboxDeps> & { readonly roles?: typeof someRoles } = {}) => {
  const clock = virtualClock();
  const store = brittleStore();
  const { alerting } = anAlerting({ clock, hosts, store, pce: eventPce(clock, hosts) });
  const chat = fakeChat(clock);
  for (const user of ['U0MAYA', 'U0JO', 'U0VIC']) chat.people.set(user, aProfile(user));
  chat.groups.set('S0RESPOND', ['U0MAYA', 'U0JO']);
  chat.groups.set('S0ANALYST', []);
  chat.channels.set('C0SOC', aChannel('C0SOC'));
  const audit = fakeAudit();
  const log = fakeLog();
  const asked: { text: string; responseUrl: string }[] = [];
  const opened: Opening[] = [];
  const submitted: Submission[] = [];
  const alerts = ['web-01', 'web-02', 'db-01'].map((name) => alertOf(name));
  const incidentOf = (id: string, all: readonly Alert[]): Incident =>
    anIncident({ id, key: id, channel: 'C0SOC', alerts: all.map(({ fingerprint }) => fingerprint) });
  await store.commit([
    ...alerts.map((alert) => ({ type: 'alert-fired' as const, alert })),
    { type: 'incident-opened', incident: incidentOf('web', alerts.slice(0, 2)) },
    { type: 'incident-opened', incident: incidentOf('db', alerts.slice(2)) },
  ]);
  const { roles = someRoles, ...deps } = differs;
  const announced: Message[] = [];
  const homes: string[] = [];
  const looked: string[] = [];
  const chosen: string[] = [];
  const welcomed: string[] = [];
  let drafts = 0;
  const intake = createInbox({
    questions: { stop: (id, person) => id === 'question-1' && person.user === MAYA.user },
    welcome: async (channel) => void welcomed.push(channel),
    ask: async ({ text, responseUrl }) => void asked.push({ text, responseUrl }),
    responding: {
      open: async (opening) => void opened.push(opening),
      submit: (submission): Handling => {
        submitted.push(submission);
        return {};
      },
      explain: async () => ({ text: '', blocks: [] }),
      alone: {
        open: async ({ id, triggerId }) => void chosen.push(`alone ${id} ${triggerId}`),
        submit: () => ({}),
        reviewed: async ({ id }) => void chosen.push(`reviewed ${id}`),
      },
      decide: async () => undefined,
      tend: async () => undefined,
      review: async () => undefined,
      keepAsIs: async () => undefined,
      resume: async () => {},
      watch: async () => {},
      compare: async () => {},
    },
    ...createActing({
      alertings: new Map([['prod-east', alerting]]),
      inventories: new Map([['prod-east', fakeInventory('prod-east', hosts)]]),
      store,
      gate: aGate({ chat, roles, log }),
      audit,
      clock,
      ids: { next: () => `draft-${++drafts}` },
      announce: (_key, line) => void announced.push(line),
    }),
    joining: {
      look: async () => void looked.push('groups'),
      letIn: async ({ id }) => void chosen.push(id),
    },
    home: async (user) => void homes.push(user),
    rules: {
      choose: async (choice) => void chosen.push(choice),
      begin: async () => undefined,
      write: () => ({}),
      fill: () => ({}),
      save: () => ({}),
      decide: async (id) => void chosen.push(id),
    },
    forms: { take: () => ({ handling: {} }) },
    store,
    chat,
    clock,
    log,
    ...deps,
  });
  let serial = 0;
  const click = (action: string, value: string, parts: Partial<Click> = {}): Click => {
    serial += 1;
    return {
      kind: 'click',
      id: `click-${serial}`,
      person: MAYA,
      channel: 'C0SOC',
      message: { ts: '1.1', thread: null, ours: true },
      viewId: null,
      action,
      value,
      triggerId: `t${serial}`,
      responseUrl: `https://hooks.example.com/${serial}`,
      ...parts,
    };
  };
  /** What the adapter does with a click; @returns what the clicker reads. */
  const press = async (...args: Parameters<typeof click>): Promise<string> => {
    const before = chat.answers.length;
    const handling = intake.inbox(click(...args));
    await handling.before?.();
    await handling.work?.();
    const said: Message[] = chat.answers.slice(before).map(({ message }) => message);
    for (const message of said) expect(problemsOf(message)).toEqual([]);
    return said.map(shown).join('\n');
  };
  const acknowledgedBy = async (): Promise<(string | undefined)[]> =>
    (await store.alerts(alerts.map(({ fingerprint }) => fingerprint))).map(
      ({ acknowledged }) =>
        acknowledged && ('user' in acknowledged.by ? acknowledged.by.user : acknowledged.by.name),
    );
  return {
    intake,
    welcomed,
    press,
    click,
    store,
    chat,
    audit,
    log,
    asked,
    opened,
    submitted,
    clock,
    acknowledgedBy,
  };
};

describe('Stop below a question', () => {
  it.each([
    ['of its own asker: he reads it in his answer', 'question-1', {}, ''],
    ['of somebody else', 'question-1', { person: VIC }, 'There is nothing to stop'],
    ['of one that has its answer', 'question-2', {}, 'There is nothing to stop'],
  ] as const)('%s', async (_, id, parts, says) => {
    const { press } = await aBench();
    const said = await press('stop-question', id, parts);
    expect(said.startsWith(says)).toBe(true);
    expect(says === '' ? said : '').toBe('');
  });
});

describe('a click that means nothing any more', () => {
  const cases: readonly (readonly [string, string, string, Partial<Click>, string])[] = [
    [
      'on a message that is not ours',
      'acknowledge',
      'id-web-01',
      { message: { ts: '1.1', thread: null, ours: false } },
      'This button does not belong to a message of this bot. Nothing was done.',
    ],
    [
      'on a quarantine button of a message that is not ours',
      'quarantine',
      'id-web-01',
      { message: { ts: '1.1', thread: null, ours: false } },
      'does not belong to a message of this bot',
    ],
    ['of an unknown action', 'explode', 'id-web-01', {}, "I don't know this button. Nothing was done."],
    ['of an unknown choice under More', 'more', 'explode:id-web-01', {}, "I don't know this button"],
    ['of a choice without a value', 'more', 'snooze', {}, 'This button is no longer valid'],
    ['with an id nobody knows', 'acknowledge', 'id-gone', {}, 'This button is no longer valid'],
    ['with an incident nobody knows', 'acknowledge', 'incident:gone', {}, 'This button is no longer valid'],
    [
      'of a quarantine with an id nobody knows',
      'quarantine',
      'id-gone',
      {},
      'This button is no longer valid',
    ],
    ['with no value', 'quarantine', '', {}, 'This button is no longer valid'],
    ['with a name of Object', 'acknowledge', '__proto__', {}, 'This button is no longer valid'],
  ];
  for (const [sentence, action, value, parts, says] of cases)
    it(`is explained, and does nothing: ${sentence}`, async () => {
      const bench = await aBench();
      expect(await bench.press(action, value, parts)).toContain(says);
      expect(await bench.acknowledgedBy()).toEqual([undefined, undefined, undefined]);
      expect(bench.opened).toEqual([]);
      expect(bench.asked).toEqual([]);
    });

  it('is told in the channel, to the clicker alone, where there is no response_url', async () => {
    const bench = await aBench();
    await bench.press('explode', 'id-web-01', { responseUrl: null });
    expect(bench.chat.answers.map(({ to }) => to)).toEqual(['C0SOC']);
  });
});

describe('acknowledge', () => {
  it('marks the alert of the button, and no other of its message', async () => {
    const bench = await aBench();
    expect(await bench.press('acknowledge', 'id-web-01')).toBe('');
    expect(await bench.acknowledgedBy()).toEqual(['U0MAYA', undefined, undefined]);
    expect(bench.audit.entries).toMatchObject([
      { action: 'acknowledge', verdict: 'done', alert: 'id-web-01' },
    ]);
  });

  it('marks all of an incident', async () => {
    const bench = await aBench();
    await bench.press('acknowledge', 'incident:web');
    expect(await bench.acknowledgedBy()).toEqual(['U0MAYA', 'U0MAYA', undefined]);
  });

  it('has the message shown anew', async () => {
    const bench = await aBench();
    await bench.press('acknowledge', 'id-web-01');
    expect((await bench.store.incident('web'))?.revision).toBe(1);
    expect((await bench.store.incident('db'))?.revision).toBe(0);
  });

  it('is refused to somebody without the right, who reads why; that is audited', async () => {
    const bench = await aBench();
    const said = await bench.press('acknowledge', 'id-web-01', { person: VIC });
    expect(said).toContain(
      'You can\'t acknowledge "Firewall tampering on web-01": it needs the role responder',
    );
    expect(said).toContain('Nothing was changed; this attempt is in the audit log.');
    expect(await bench.acknowledgedBy()).toEqual([undefined, undefined, undefined]);
    expect(bench.audit.entries).toMatchObject([{ actor: VIC, action: 'acknowledge', verdict: 'refused' }]);
  });

  it('is refused for a whole incident when one host of it is outside of the label scope', async () => {
    const bench = await aBench({
      roles: {
        ...someRoles,
        responder: [{ members: [MAYA], labels: 'env=dev', channels: undefined, actions: undefined }],
      },
    });
    expect(await bench.press('acknowledge', 'incident:web')).toContain('covers env=dev');
    expect(await bench.press('acknowledge', 'incident:db')).toBe('');
    expect(await bench.acknowledgedBy()).toEqual([undefined, undefined, 'U0MAYA']);
  });

  it('says who did it before, and when; the first stays', async () => {
    const bench = await aBench();
    await bench.press('acknowledge', 'id-web-01');
    await bench.clock.advance(MINUTE);
    expect(await bench.press('acknowledge', 'id-web-01', { person: { team: 'T1', user: 'U0JO' } })).toBe(
      'Already acknowledged by @U0MAYA at 10:00 UTC.',
    );
    expect(await bench.acknowledgedBy()).toEqual(['U0MAYA', undefined, undefined]);
  });

  it('by two people within the same moment: one is first, and the other is told who', async () => {
    const bench = await aBench();
    const jo = { person: { team: 'T1', user: 'U0JO' } };
    const both = await Promise.all([
      bench.press('acknowledge', 'id-web-01'),
      bench.press('acknowledge', 'id-web-01', jo),
    ]);
    expect((await bench.acknowledgedBy())[0]).toBe('U0MAYA');
    expect(both.join('')).toContain('Already acknowledged by @U0MAYA');
  });

  it('of an incident of which one is acknowledged marks the others', async () => {
    const bench = await aBench();
    await bench.press('acknowledge', 'id-web-01');
    await bench.press('acknowledge', 'incident:web', { person: { team: 'T1', user: 'U0JO' } });
    expect(await bench.acknowledgedBy()).toEqual(['U0MAYA', 'U0JO', undefined]);
  });
});

describe('the More menu', () => {
  it('snoozes the alert of the message for an hour, says until when, and nothing else is snoozed', async () => {
    const bench = await aBench();
    expect(await bench.press('more', 'snooze:id-web-01')).toContain('*Snoozed* until 11:00 UTC');
    const alerts = await bench.store.firing();
    expect(alerts.map(({ snoozed }) => snoozed?.until)).toEqual([T0 + HOUR, undefined, undefined]);
  });

  it('snoozes every alert of an incident', async () => {
    const bench = await aBench();
    await bench.press('more', 'snooze:incident:web');
    expect((await bench.store.firing()).map(({ snoozed }) => snoozed?.by.user)).toEqual([
      'U0MAYA',
      'U0MAYA',
      undefined,
    ]);
  });

  it('does not snooze for somebody without the right', async () => {
    const bench = await aBench();
    expect(await bench.press('more', 'snooze:id-web-01', { person: VIC })).toContain("You can't snooze");
    expect((await bench.store.firing()).every(({ snoozed }) => snoozed === undefined)).toBe(true);
  });

  it('answers why, and investigates a host by its href, as the commands do', async () => {
    const bench = await aBench();
    await bench.press('more', 'why:id-web-01');
    await bench.press('more', 'investigate:id-web-01');
    expect(bench.asked).toEqual([
      { text: 'why id-web-01', responseUrl: 'https://hooks.example.com/1' },
      {
        text: expect.stringMatching(/^investigate \/orgs\/1\/workloads\/\S+ --pce prod-east$/),
        responseUrl: 'https://hooks.example.com/2',
      },
    ]);
  });

  for (const name of ['web-01 --share', '--share', '*', 'a b', 'env=prod', 'x\ny', ''])
    it(`never makes options, patterns or further words out of the name ${JSON.stringify(name)}`, async () => {
      const bench = await aBench();
      await bench.store.commit([
        {
          type: 'alert-fired',
          alert: alertOf('odd', { subject: { kind: 'user', href: null, name }, workloads: [] }),
        },
      ]);
      expect(await bench.press('more', 'investigate:id-odd')).toContain('is not about a host I know');
      expect(bench.asked).toEqual([]);
    });
});

describe('a response', () => {
  it('is done with its click when the form stands: a restart does not take it up beside what was sent in', async () => {
    const bench = await aBench();
    const pressed = bench.click('quarantine', 'id-web-01');
    await bench.intake.inbox(pressed).work?.();
    // As it is while its peers are still counted.
    await bench.store.commit([{ type: 'task-accepted', task: { id: pressed.id, at: T0, inbound: pressed } }]);
    await bench.opened[0]?.shown?.();
    expect(await bench.store.tasks()).toEqual([]);
  });

  it('opens the form for the one host of an alert', async () => {
    const bench = await aBench();
    await bench.press('quarantine', 'id-web-01');
    expect(bench.opened).toMatchObject([
      {
        action: 'quarantine',
        pce: 'prod-east',
        hrefs: [aSubject('web-01').href],
        person: MAYA,
        channel: 'C0SOC',
        triggerId: 't1',
        alert: { id: 'id-web-01' },
      },
    ]);
  });

  it('opens the form for a host that a card names', async () => {
    const bench = await aBench();
    await bench.press('release', 'prod-east|/orgs/1/workloads/abc');
    expect(bench.opened).toMatchObject([
      { action: 'release', pce: 'prod-east', hrefs: ['/orgs/1/workloads/abc'], alert: null },
    ]);
  });

  for (const value of [
    'prod-east|/orgs/1/labels/../workloads/1',
    'prod-east|http://evil',
    '|/orgs/1/workloads/1',
  ])
    it(`opens nothing for ${value}`, async () => {
      const bench = await aBench();
      expect(await bench.press('quarantine', value)).toContain('no longer valid');
      expect(bench.opened).toEqual([]);
    });

  it('asks which host is meant where a message is about several: a button each, told apart within its block', async () => {
    const bench = await aBench();
    expect(await bench.press('quarantine', 'incident:web')).toContain(
      'Which host do you want to quarantine?',
    );
    expect(bench.opened).toEqual([]);
    const choice = bench.chat.answers.at(-1)?.message ?? { text: '', blocks: [] };
    expect(buttonsOf(choice)).toEqual([
      { action: 'quarantine', value: 'id-web-01', text: 'web-01' },
      { action: 'quarantine', value: 'id-web-02', text: 'web-02' },
    ]);
    await bench.press('quarantine', 'id-web-02');
    expect(bench.opened.map(({ hrefs }) => hrefs)).toEqual([[aSubject('web-02').href]]);
  });

  it('does not ask where only one of several alerts has a host', async () => {
    const bench = await aBench();
    await bench.press('quarantine', 'incident:db');
    expect(bench.opened).toHaveLength(1);
  });

  it('hands a form over as it was sent', async () => {
    const bench = await aBench();
    const submission = (callbackId: string): Handling =>
      bench.intake.inbox({
        kind: 'submission',
        id: 's1',
        person: MAYA,
        triggerId: 't1',
        viewId: 'V1',
        callbackId,
        privateMetadata: 'draft-1',
        values: { reason: 'x' },
      });
    submission('respond');
    expect(bench.submitted).toEqual([
      { draft: 'draft-1', person: MAYA, viewId: 'V1', values: { reason: 'x' } },
    ]);
    expect(JSON.stringify(submission('something-old'))).toContain('Nothing was done');
    expect(bench.submitted).toHaveLength(1);
  });
});

describe('what was acknowledged to Slack', () => {
  it('fault 30: is durable before, and carried out after a restart if it was not', async () => {
    const bench = await aBench();
    const handling = bench.intake.inbox(bench.click('acknowledge', 'id-web-01'));
    await handling.before?.();
    expect(await bench.acknowledgedBy()).toEqual([undefined, undefined, undefined]);
    await bench.intake.resume();
    expect((await bench.acknowledgedBy())[0]).toBe('U0MAYA');
    expect(await bench.store.tasks()).toEqual([]);
  });

  it('is not carried out half an hour later: nobody waits for it any more', async () => {
    const bench = await aBench();
    await bench.intake.inbox(bench.click('acknowledge', 'id-web-01')).before?.();
    await bench.clock.advance(31 * MINUTE);
    await bench.intake.resume();
    expect((await bench.acknowledgedBy())[0]).toBeUndefined();
    expect(await bench.store.tasks()).toEqual([]);
    expect(bench.chat.answers.map(({ to, message }) => [to, shown(message)])).toEqual([
      ['C0SOC', expect.stringContaining('I was restarted before I had finished')],
    ]);
  });

  it('is told to who asked when it fails after the restart, and is not tried for ever', async () => {
    const bench = await aBench({
      ask: async () => {
        throw new Error('the PCE is away');
      },
    });
    await bench.intake.inbox(bench.click('why', 'id-web-01')).before?.();
    await bench.intake.inbox(bench.click('more', 'why:id-web-01')).before?.();
    await bench.intake.resume();
    expect(await bench.store.tasks()).toEqual([]);
    expect(bench.chat.answers.map(({ to }) => to)).toEqual(['C0SOC', 'C0SOC']);
  });

  for (const [type, body, seen] of [
    ['app_uninstalled', {}, ['app_uninstalled']],
    ['tokens_revoked', { tokens: { oauth: [], bot: ['U0BOT'] } }, ['tokens_revoked']],
    ['tokens_revoked', { tokens: { oauth: ['U0MAYA'], bot: [] } }, []],
    ['user_change', {}, []],
  ] as const)
    it(`${type} ${JSON.stringify(body)}: ${seen.length === 0 ? 'is none of ours' : 'is known as the end of all messages'}`, async () => {
      const revoked: string[] = [];
      const bench = await aBench({ revoked: (event) => void revoked.push(event) });
      bench.intake.inbox({ kind: 'event', id: 'e1', type, self: false, body });
      expect(revoked).toEqual(seen);
    });

  it('is not acknowledged when it cannot be made durable', async () => {
    const bench = await aBench();
    bench.store.broken = true;
    await expect(bench.intake.inbox(bench.click('acknowledge', 'id-web-01')).before?.()).rejects.toThrow(
      'ENOSPC',
    );
  });

  it('a shortcut on any message asks about the hosts in it, durably; words of it are never options', async () => {
    const bench = await aBench();
    const handling = bench.intake.inbox({
      kind: 'shortcut',
      id: 'trigger-9',
      person: MAYA,
      channel: 'C0SOC',
      callbackId: 'hosts_here',
      message: {
        ts: '1700000000.000100',
        thread: null,
        text: 'web-01 --share quarantine 192.0.2.10 env=prod *',
      },
      triggerId: 'trigger-9',
      responseUrl: 'https://hooks.example.com/9',
    });
    await handling.before?.();
    expect(await bench.store.tasks()).toHaveLength(1);
    await handling.work?.();
    expect(bench.asked).toEqual([
      {
        text: 'find web-01 192.0.2.10 --message 1700000000.000100',
        responseUrl: 'https://hooks.example.com/9',
      },
    ]);
  });

  it('a shortcut of a name nobody knows is acknowledged and nothing else', async () => {
    const bench = await aBench();
    expect(
      bench.intake.inbox({
        kind: 'shortcut',
        id: 't',
        person: MAYA,
        channel: 'C0SOC',
        callbackId: 'other',
        message: { ts: '1.2', thread: null, text: 'web-01' },
        triggerId: 't',
        responseUrl: '',
      }),
    ).toEqual({});
  });

  it('introduces itself where it was invited, not where somebody else came', async () => {
    const bench = await aBench();
    const joined = {
      kind: 'event',
      id: 'e',
      type: 'member_joined_channel',
      body: { channel: 'C0NEW' },
    } as const;
    await bench.intake.inbox({ ...joined, self: true }).work?.();
    await bench.intake.inbox({ ...joined, self: false }).work?.();
    expect(bench.welcomed).toEqual(['C0NEW']);
  });

  it('of Slack’s own events nothing is made', async () => {
    const bench = await aBench();
    expect(
      bench.intake.inbox({ kind: 'event', id: 'e', type: 'user_change', self: false, body: {} }),
    ).toEqual({});
  });
});

it('a person finds the host of several in Slack: the question, its buttons and the answer', async () => {
  const clicks: Click[] = [];
  const lab = await aSlackLab(virtualClock(), {
    pace: 0,
    handle: (inbound) => {
      if (inbound.kind === 'click') clicks.push(inbound);
      return {};
    },
  });
  await lab.slack.start();
  const choice = pickHost('quarantine', [alertOf('web-01'), alertOf('web-02')]);
  await lab.chat.ephemeral({ channel: 'C0SOC0001', user: 'U0MAYA001' }, choice);
  const [question] = lab.ephemerals();
  const [, second] = (question?.blocks ?? []).filter(({ accessory }) => accessory !== undefined);
  await lab.sim.control.click({
    user: 'U0MAYA001',
    channel: 'C0SOC0001',
    ts: question?.ts,
    action_id: 'quarantine',
    block_id: (second as { block_id?: string } | undefined)?.block_id,
  });
  expect(clicks).toMatchObject([
    { action: 'quarantine', value: 'id-web-02', person: { user: 'U0MAYA001' }, channel: 'C0SOC0001' },
  ]);
  expect(clicks[0]).not.toMatchObject({ message: { ours: false } });
});

describe('a message whose link was lost', () => {
  const aLost = async (key = 'web.first.0') => {
    const bench = await aBench();
    const ts = await bench.chat.post({ channel: 'C0SOC', key }, { text: 'root', blocks: [] });
    const press = (parts: Partial<Click> = {}) =>
      bench.press('acknowledge', 'id-web-01', { message: { ts, thread: null, ours: true }, ...parts });
    return { ...bench, ts, press, root: async () => (await bench.store.incident('web'))?.root };
  };

  it('is linked again by a click on it, and shown anew', async () => {
    const bench = await aLost();
    await bench.press();
    expect(await bench.root()).toEqual({ channel: 'C0SOC', ts: bench.ts });
    expect((await bench.store.incidentsToEdit()).map(({ id }) => id)).toEqual(['web']);
  });

  it('is linked again by a click on a line of its thread', async () => {
    const bench = await aLost();
    await bench.press({ message: { ts: '99.1', thread: bench.ts, ours: true } });
    expect(await bench.root()).toEqual({ channel: 'C0SOC', ts: bench.ts });
  });

  it('is not taken from a message that carries no key of the incident: an answer only one person sees', async () => {
    const bench = await aLost('db.first.0');
    await bench.press();
    expect(await bench.root()).toBeUndefined();
  });

  it('keeps the place it has: an older copy changes nothing', async () => {
    const bench = await aLost();
    const root = { channel: 'C0OTHER', ts: '5.5' };
    await bench.store.commit([{ type: 'incident-linked', id: 'web', ...root }]);
    await bench.press();
    expect(await bench.root()).toEqual(root);
  });
});
