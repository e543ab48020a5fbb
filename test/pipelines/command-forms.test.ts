import { describe, expect, it } from 'vitest';
import { investigateForm, quarantineForm, silenceForm } from '../../src/commands/forms.ts';
import type { CommandForm } from '../../src/core/command-form.ts';
import type { Inbound, Modal } from '../../src/core/ports.ts';
import type { Roles } from '../../src/core/settings.ts';
import type { Workload } from '../../src/core/workload.ts';
import { createCommandForms } from '../../src/pipelines/command-forms.ts';
import { rules } from '../../src/rules/index.ts';
import { someHosts, someRoles } from '../support/asking.ts';
import { problemsIn } from '../support/blocks.ts';
import { aWorkload } from '../support/builders.ts';
import { aProfile, fakeChat, fakeClock, fakeInventory, fakeLog, fakePce } from '../support/fakes.ts';
import { aGate } from '../support/gate.ts';

type Asked = Extract<Inbound, { kind: 'command' }>;

const MAYA = { team: 'T1', user: 'U0MAYA' };
const VIC = { team: 'T1', user: 'U0VIC' };

/** Only hosts with env=dev may be seen. */
const onlyDev: Roles = {
  ...someRoles,
  viewer: [
    {
      members: [{ user: VIC.user, team: VIC.team }],
      labels: 'env=dev',
      channels: undefined,
      actions: undefined,
    },
  ],
};

/** Forms on fakes, one of them open. `type` gives the texts that are offered. */
const aForm = async (
  form: CommandForm,
  options: {
    readonly pces?: Readonly<Record<string, readonly Workload[]>>;
    readonly roles?: Roles;
    readonly by?: Asked['person'];
    readonly chosen?: readonly Workload[];
  } = {},
) => {
  const { pces = { 'prod-east': someHosts }, roles = someRoles, by = MAYA } = options;
  const clock = fakeClock();
  const chat = fakeChat(clock);
  for (const { user } of [MAYA, VIC]) chat.people.set(user, aProfile(user));
  const desks = Object.entries(pces).map(([name, rows]) => ({
    pce: fakePce(name, rows),
    inventory: fakeInventory(name, rows),
  }));
  const forms = createCommandForms({
    desks,
    catalog: { rules },
    gate: aGate({ chat, roles, log: fakeLog() }),
    chat,
    clock,
    ids: { next: () => 'draft-1' },
  });
  await forms.open(
    {
      kind: 'command',
      id: 'c1',
      person: by,
      channel: 'C0SOC',
      text: form.command,
      triggerId: 't1',
      responseUrl: 'https://hooks.example.com/1',
    },
    {
      kind: 'form',
      form,
      chosen: (options.chosen ?? []).map((workload) => ({ pce: 'prod-east', workload })),
    },
  );
  const view = chat.views.at(-1) as Modal;
  const offer = (action: string, typed: string, person = by) =>
    forms.offer({ person, callbackId: 'command-form', privateMetadata: 'draft-1', action, typed });
  const type = async (action: string, typed: string, person = by): Promise<string[]> =>
    (await offer(action, typed, person)).map(({ text }) => text);
  const send = (values: Readonly<Record<string, string>>, person = by) =>
    forms.take({
      kind: 'submission',
      id: 's1',
      person,
      triggerId: 't2',
      viewId: 'V1',
      callbackId: 'command-form',
      privateMetadata: 'draft-1',
      values,
    });
  /** The values of what is offered under these texts. */
  const ref = async (action: string, typed: string): Promise<string> => {
    const [first] = await offer(action, typed);
    return first?.value ?? '';
  };
  const comesTo = (values: Readonly<Record<string, string>>): string | object => {
    const taken = send(values);
    return 'asked' in taken ? taken.asked.text : (taken.handling.ack ?? {});
  };
  return { clock, chat, desks, view, offer, type, send, ref, comesTo };
};

const hrefOf = (name: string): string => someHosts.find((one) => one.name === name)?.href ?? '';

describe.each([quarantineForm, investigateForm, silenceForm])('the form of $command', (form) => {
  it('fits what Slack takes of a modal', async () => {
    const { view } = await aForm(form, { chosen: someHosts.slice(0, 2) });
    expect(problemsIn(view.blocks)).toEqual([]);
  });
});

describe('what is offered', () => {
  it.each<[string, string, string, readonly string[]]>([
    ['names that begin with it stand first', 'host', 'web', ['web-01', 'web-02', 'web-07']],
    ['a part of a name is enough', 'host', '-01', ['web-01', 'db-01']],
    ['capitals do not matter', 'host', 'DB', ['db-01']],
    ['an address finds its host', 'host', '192.0.2.11', ['web-02']],
    ['an IPv6 address too', 'host', '2001:db8::5', ['db-01']],
    ['* is a character like any other', 'host', 'web*', []],
    ['a machine without a VEN can be looked at', 'host', 'print', ['printer-1']],
    ['but not be acted on', 'hosts', 'print', []],
  ])('%s', async (_why, field, typed, names) => {
    const { type } = await aForm(investigateForm);
    expect((await type(field, typed)).map((text) => text.split(' · ')[0])).toEqual(names);
  });

  it('a host with its labels, and its PCE where there are several', async () => {
    const one = await aForm(quarantineForm);
    expect(await one.type('hosts', 'web-01')).toEqual(['web-01 · app=shop env=prod role=web']);
    const two = await aForm(quarantineForm, { pces: { 'prod-east': someHosts, 'prod-west': someHosts } });
    expect(await two.type('hosts', 'web-01')).toEqual([
      'web-01 · prod-east · app=shop env=prod role=web',
      'web-01 · prod-west · app=shop env=prod role=web',
    ]);
  });

  it('labels by key and by value, the same of two PCEs once', async () => {
    const { type } = await aForm(investigateForm, {
      pces: { 'prod-east': someHosts, 'prod-west': someHosts },
    });
    expect(await type('labels', 'env=')).toEqual(['env=prod', 'env=dev']);
    expect(await type('labels', 'prod')).toEqual(['env=prod']);
  });

  it('no label that a search could not say', async () => {
    const rows = [
      aWorkload({ name: 'a', labels: 'env=prod,test' }),
      aWorkload({ name: 'b', labels: 'env=prod' }),
    ];
    const { type } = await aForm(investigateForm, { pces: { 'prod-east': rows } });
    expect(await type('labels', 'prod')).toEqual(['env=prod']);
  });

  it('rules by a part of their id', async () => {
    const { type } = await aForm(silenceForm);
    expect(await type('rule', 'tampering')).toContain('firewall-tampering');
  });

  it('at most 100 of many hosts, each within 75 characters', async () => {
    const many = Array.from({ length: 300 }, (_, n) =>
      aWorkload({ name: `${'long-name-'.repeat(9)}${n}`, hostname: `h${n}`, labels: 'env=prod' }),
    );
    const { offer } = await aForm(investigateForm, { pces: { 'a-very-long-name-of-a-pce': many } });
    const choices = await offer('host', 'long');
    expect(choices).toHaveLength(100);
    for (const { text, value } of choices) {
      expect(text.length).toBeLessThanOrEqual(75);
      expect(value.length).toBeLessThanOrEqual(75);
    }
  });

  it('only hosts the person may see, also where the first hundred are not his', async () => {
    const rows = [
      ...Array.from({ length: 250 }, (_, n) => aWorkload({ name: `web-${n}`, labels: 'env=prod' })),
      aWorkload({ name: 'web-dev', labels: 'env=dev' }),
    ];
    const { type } = await aForm(investigateForm, { pces: { 'prod-east': rows }, roles: onlyDev, by: VIC });
    expect(await type('host', 'web')).toEqual(['web-dev · env=dev']);
  });

  it('nothing to somebody else who sends the same draft, to a guest, and after 30 min', async () => {
    const bench = await aForm(investigateForm);
    expect(await bench.type('host', 'web', VIC)).toEqual([]);
    bench.chat.people.set(MAYA.user, aProfile(MAYA.user, { fullMember: false, why: 'a guest' }));
    expect(await bench.type('host', 'web')).toEqual([]);
    bench.chat.people.set(MAYA.user, aProfile(MAYA.user));
    await bench.clock.advance(30 * 60_000 + 1);
    expect(await bench.type('host', 'web')).toEqual([]);
  });

  it('without asking a PCE for anything', async () => {
    const { desks, type } = await aForm(investigateForm);
    await type('host', 'web');
    await type('labels', 'prod');
    expect(desks.flatMap(({ pce }) => pce.asked)).toEqual([]);
  });
});

describe('what a form comes to', () => {
  it('several hosts are quarantined together, by href and with their PCE', async () => {
    const { ref, comesTo } = await aForm(quarantineForm);
    const hosts = [await ref('hosts', 'web-01'), await ref('hosts', 'web-02')].join(',');
    expect(comesTo({ hosts })).toBe(`quarantine ${hrefOf('web-01')} ${hrefOf('web-02')} --pce prod-east`);
  });

  it('a host, or all with some labels, is investigated', async () => {
    const one = await aForm(investigateForm);
    expect(one.comesTo({ host: await one.ref('host', 'web-01'), since: '7d' })).toBe(
      `investigate ${hrefOf('web-01')} --pce prod-east --since 7d`,
    );
    const set = await aForm(investigateForm);
    const labels = [await set.ref('labels', 'env=prod'), await set.ref('labels', 'role=web')].join(',');
    expect(set.comesTo({ labels, since: '24h' })).toBe('investigate env=prod role=web --since 24h');
  });

  it('a silence says what it hides, how long and why', async () => {
    const { ref, comesTo } = await aForm(silenceForm);
    expect(
      comesTo({
        host: await ref('host', 'web-01'),
        rule: 'ven-offline',
        lasts: '2h',
        reason: 'patching  web-01',
      }),
    ).toBe('silence host=web-01 pce=prod-east rule=ven-offline for 2h because patching  web-01');
  });

  it.each<[string, CommandForm, Record<string, string>, string]>([
    ['no host', quarantineForm, {}, 'hosts'],
    ['a host that is gone', quarantineForm, { hosts: '0|/orgs/1/workloads/gone' }, 'hosts'],
    ['a value that is none', quarantineForm, { hosts: 'web-01' }, 'hosts'],
    ['a PCE there is not', quarantineForm, { hosts: `7|${hrefOf('web-01')}` }, 'hosts'],
    ['neither host nor labels', investigateForm, { since: '1h' }, 'host'],
    ['nothing to hide', silenceForm, { lasts: '2h', reason: 'x' }, 'host'],
    ['no reason', silenceForm, { rule: 'ven-offline', lasts: '2h', reason: ' ' }, 'reason'],
  ])('%s is said beside its field, and the form stays open', async (_what, form, values, field) => {
    const { comesTo } = await aForm(form);
    expect(comesTo(values)).toEqual({ errors: { [field]: expect.stringMatching(/\w/) } });
    expect(comesTo(values)).toEqual({ errors: { [field]: expect.stringMatching(/\w/) } });
  });

  it('hosts of two PCEs cannot be acted on together', async () => {
    const { offer, comesTo } = await aForm(quarantineForm, {
      pces: { 'prod-east': someHosts, 'prod-west': someHosts },
    });
    const hosts = (await offer('hosts', 'web-01')).map(({ value }) => value).join(',');
    expect(comesTo({ hosts })).toEqual({
      errors: { hosts: 'These are on prod-east and prod-west. Choose hosts of one PCE.' },
    });
  });

  it('is answered where the command was given, and counts once', async () => {
    const { ref, send } = await aForm(investigateForm);
    const values = { host: await ref('host', 'web-01'), since: '24h' };
    expect(send(values, VIC)).toMatchObject({ handling: { ack: { update: { type: 'modal' } } } });
    expect(send(values)).toMatchObject({
      asked: {
        kind: 'command',
        id: 's1',
        person: MAYA,
        channel: 'C0SOC',
        triggerId: 't2',
        responseUrl: 'https://hooks.example.com/1',
      },
    });
    expect(send(values)).toMatchObject({ handling: { ack: { update: { type: 'modal' } } } });
  });

  it('a name that would mean others in a silence is refused there', async () => {
    const rows = [aWorkload({ name: 'print server', labels: 'env=prod' })];
    const { ref, comesTo } = await aForm(silenceForm, { pces: { 'prod-east': rows } });
    expect(comesTo({ host: await ref('host', 'print'), lasts: '2h', reason: 'x' })).toEqual({
      errors: { host: expect.stringContaining('print server') },
    });
  });
});
