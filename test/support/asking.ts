import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { actions } from '../../src/actions/index.ts';
import { openMemoryStore } from '../../src/adapters/store/memory.ts';
import { openMemorySeries } from '../../src/adapters/store/series.ts';
import { analyses } from '../../src/analytics/index.ts';
import { commands } from '../../src/commands/index.ts';
import type { Alert } from '../../src/core/alert.ts';
import type { BotStatus } from '../../src/core/command.ts';
import type { Inbound, Message } from '../../src/core/ports.ts';
import type { Roles, Settings } from '../../src/core/settings.ts';
import type { Workload } from '../../src/core/workload.ts';
import { createActing } from '../../src/pipelines/acting.ts';
import { createAsking } from '../../src/pipelines/asking.ts';
import type { MayI } from '../../src/pipelines/explain.ts';
import { createQuestions } from '../../src/pipelines/questions.ts';
import { rules } from '../../src/rules/index.ts';
import { problemsOf, shown } from './blocks.ts';
import { aFinding, aWorkload, T0 } from './builders.ts';
import {
  aChannel,
  aProfile,
  fakeAudit,
  fakeChat,
  fakeClock,
  fakeInventory,
  fakeLog,
  fakePce,
  fakeTrail,
} from './fakes.ts';
import { aGate } from './gate.ts';

type Asked = Extract<Inbound, { kind: 'command' }>;

/** Where addresses of the Internet are in these tests. */
const COUNTRIES: Readonly<Record<string, string>> = { '8.8.8.8': 'US', '9.9.9.9': 'CH' };

/** An alert about web-01 that fires since T0, or whatever is said. */
export const anAlert = (parts: Partial<Alert> = {}): Alert => {
  const { subject, severity, title, story, workloads, suggests, event } = aFinding(
    parts.subject === undefined ? {} : { subject: parts.subject },
  );
  const id = parts.id ?? 'alert0000001';
  return {
    id,
    fingerprint: `prod-east|firewall-tampering|${id}`,
    pce: 'prod-east',
    rule: 'firewall-tampering',
    life: 'burst',
    subject,
    state: 'firing',
    severity,
    title,
    story,
    workloads,
    suggests,
    event,
    count: 1,
    firstAt: T0,
    lastAt: T0,
    begunAt: T0,
    highValue: false,
    quiet: { until: T0, stepMs: 3_600_000 },
    ...parts,
  };
};

/** Everybody may look; analysts are group S0ANALYST, responders group S0RESPOND. */
export const someRoles: Roles = {
  viewer: undefined,
  analyst: [
    { members: [{ group: 'S0ANALYST' }], labels: undefined, channels: undefined, actions: undefined },
  ],
  responder: [
    { members: [{ group: 'S0RESPOND' }], labels: undefined, channels: undefined, actions: undefined },
  ],
  approver: [],
  admin: [],
};

/** The estate most tests ask about: three web hosts, a database, and one machine without a VEN. */
export const someHosts: readonly Workload[] = [
  aWorkload({
    name: 'web-01',
    hostname: 'web-01.example.com',
    labels: 'app=shop env=prod role=web',
    interfaces: [{ name: 'eth0', address: '192.0.2.10' }],
  }),
  aWorkload({
    name: 'web-02',
    labels: 'app=shop env=prod role=web',
    interfaces: [{ name: 'eth0', address: '192.0.2.11' }],
  }),
  aWorkload({ name: 'web-07', labels: 'app=shop env=dev role=web', online: false, interfaces: [] }),
  aWorkload({
    name: 'db-01',
    labels: 'app=shop env=prod role=db',
    interfaces: [{ name: '', address: '2001:db8::5' }],
  }),
  aWorkload({
    name: 'printer-1',
    managed: false,
    labels: '',
    interfaces: [{ name: '', address: '198.51.100.7' }],
  }),
];

export interface BenchOptions {
  readonly pces?: Readonly<Record<string, readonly Workload[]>>;
  readonly settings?: Partial<Pick<Settings, 'quarantine' | 'channels' | 'roles' | 'routes'>>;
  /** False = the inventory has not been read yet. */
  readonly read?: boolean;
}

/**
 * A bot that can be asked, on fakes: maya is a responder, ana an analyst, vic may only look, gus is a guest.
 * `ask` gives what the asker reads, all answers to this command in order; every message is checked against Slack's limits.
 */
export const aBench = (options: BenchOptions = {}) => {
  const clock = fakeClock();
  const chat = fakeChat(clock);
  const audit = fakeAudit();
  const log = fakeLog();
  const store = openMemoryStore();
  const series = openMemorySeries();
  const trail = fakeTrail();
  const pces = Object.entries(options.pces ?? { 'prod-east': someHosts }).map(([name, rows]) => ({
    pce: fakePce(name, rows),
    inventory:
      options.read === false ? { ...fakeInventory(name, []), readAt: undefined } : fakeInventory(name, rows),
  }));
  for (const user of ['U0MAYA', 'U0ANA', 'U0VIC']) chat.people.set(user, aProfile(user));
  chat.people.set('U0GUS', aProfile('U0GUS', { fullMember: false, why: 'this is a guest account' }));
  chat.groups.set('S0ANALYST', ['U0ANA']);
  chat.groups.set('S0RESPOND', ['U0MAYA']);
  for (const [id, name] of [
    ['C0SOC', 'soc-alerts'],
    ['C0TEAM', 'team'],
    ['C0ELSE', 'elsewhere'],
  ] as const)
    chat.channels.set(id, aChannel(id, { name }));

  const settings = {
    roles: someRoles,
    quarantine: { strategy: 'deny', labels: { Quarantine: 'Severe' } },
    channels: {
      fallthrough: 'C0SOC',
      fallback: 'C0SOC',
      admin: 'C0SOC',
      announce: undefined,
      share: ['C0TEAM'],
    },
    routes: [],
    watchGroups: ['env'],
    pces: [],
    ...options.settings,
  } as unknown as Settings;
  const status: BotStatus = {
    version: '0.1.0',
    startedAt: T0 - 7_200_000,
    ready: true,
    slack: { connections: 2, wanted: 2 },
    pces: [
      {
        name: 'prod-east',
        cursor: T0 - 20_000,
        lastPollAt: T0 - 12_000,
        eventsSeen: 48_211,
        rejected: 0,
        trouble: undefined,
        callsPerMinute: 8.4,
        inventory: { workloads: 5, managed: 4, readAt: T0 - 40_000 },
      },
    ],
    queue: { waiting: 0, oldestAt: undefined, dead: 0 },
  };
  const explained: MayI[] = [];
  const opened: { action: string; pce: string; hrefs: readonly string[]; wanted?: string }[] = [];
  /** Forms that asked what a command is about, and the hosts that stood in them. */
  const forms: { command: string; chosen: readonly string[] }[] = [];
  const gate = aGate({ chat, roles: settings.roles, log });
  const announced: Message[] = [];
  /** Nodes of a PCE that a person said were removed. */
  const gone: string[] = [];
  let ids = 0;
  const acting = createActing({
    alertings: new Map(
      pces.map(({ pce }) => [
        pce.name,
        {
          tend: async (alerts, step) => {
            await store.commit(alerts.flatMap((alert) => step(alert) ?? []));
            return alerts;
          },
          removed: async (node) => void gone.push(node),
        },
      ]),
    ),
    inventories: new Map(pces.map(({ pce, inventory }) => [pce.name, inventory])),
    store,
    gate,
    audit,
    clock,
    ids: { next: () => `id-${++ids}` },
    announce: (_key, line) => void announced.push(line),
  });
  const questions = createQuestions({ desks: pces, clock, watchGroups: ['env'] });
  const ask = createAsking({
    questions,
    deps: {
      desks: pces,
      store,
      series,
      trail,
      chat,
      clock,
      settings,
      status: async () => status,
      sha256: (content) => createHash('sha256').update(content).digest('hex'),
      geo: { country: (address) => COUNTRIES[address], outlines: () => [] },
      catalog: { rules, commands, actions, analyses },
    },
    renderer: {
      png: async (svg) => (svg.startsWith('<svg ') ? new Uint8Array([137, 80, 78, 71]) : undefined),
    },
    gate,
    audit,
    log,
    act: acting.act,
    announce: () => undefined,
    explain: async (question) => {
      explained.push(question);
      return { text: 'explained', blocks: [] };
    },
    openForm: async (_inbound, { form, chosen = [] }) =>
      void forms.push({ command: form.command, chosen: chosen.map(({ workload }) => workload.name) }),
    openResponse: async (_inbound, { kind: _kind, ...reply }) => {
      opened.push(reply);
    },
  });
  let serial = 0;
  const inbound = (text: string, parts: Partial<Asked> = {}): Asked => {
    serial += 1;
    return {
      kind: 'command',
      id: `command-${serial}`,
      person: { team: 'T1', user: 'U0MAYA' },
      channel: 'C0SOC',
      text,
      triggerId: `trigger-${serial}`,
      responseUrl: `https://hooks.example.com/${serial}`,
      ...parts,
    };
  };
  const messages = async (text: string, user = 'U0MAYA', channel = 'C0SOC'): Promise<Message[]> => {
    const before = chat.answers.length;
    await ask(inbound(text, { person: { team: 'T1', user }, channel }));
    const said = chat.answers.slice(before).map(({ message }) => message);
    for (const message of said) expect(problemsOf(message)).toEqual([]);
    return said;
  };
  return {
    clock,
    chat,
    audit,
    log,
    store,
    series,
    trail,
    pces,
    pce: (pces[0] as (typeof pces)[number]).pce,
    opened,
    forms,
    explained,
    announced,
    gone,
    act: acting.act,
    questions,
    inbound,
    run: ask,
    messages,
    ask: async (text: string, user?: string, channel?: string): Promise<string> =>
      (await messages(text, user, channel)).map(shown).join('\n'),
  };
};
