import { describe, expect, it } from 'vitest';
import type { PceEvent } from '../../src/core/event.ts';
import { type NamingRule, rulesNaming } from '../../src/core/naming-rules.ts';
import type { QuarantinedHost } from '../../src/core/quarantined.ts';
import type { Observation } from '../../src/core/rule.ts';
import { plain } from '../../src/core/text.ts';
import type { Workload } from '../../src/core/workload.ts';
import { quarantineDrift } from '../../src/rules/quarantine-drift.ts';
import {
  aLabel,
  anEstate,
  anEvent,
  aWorkload,
  byUser,
  byVen,
  changeOf,
  HOUR,
  labels,
  MINUTE,
  noticeOf,
  T0,
} from '../support/builders.ts';
import { aContext, told, watching } from '../support/rules.ts';

const DAY = 24 * HOUR;
const at10 = [{ name: 'eth0', address: '192.0.2.10' }];
const at20 = [{ name: 'eth0', address: '192.0.2.20' }];

const web = aWorkload({
  hostname: 'web-01',
  labels: 'app=shop env=prod Quarantine=Severe',
  interfaces: at10,
});
const db = aWorkload({ hostname: 'db-01', labels: 'app=shop env=prod', interfaces: at20 });
const held: QuarantinedHost = {
  href: web.href,
  name: 'web-01',
  addresses: ['192.0.2.10'],
  labels: labels('Quarantine=Severe'),
  mode: 'full',
  at: T0 - HOUR,
  by: 'Maya',
};
const RULES: readonly NamingRule[] = [
  { href: '/deny/1', name: 'Quarantine', says: 'nothing in' },
  { href: '/deny/2', name: 'Quarantine', says: 'nothing out' },
];

interface Poll {
  readonly quarantined?: readonly QuarantinedHost[];
  readonly estate?: ReturnType<typeof anEstate>;
}
const poll = (
  events: readonly PceEvent[],
  { quarantined = [held], estate = anEstate([web, db]) }: Poll = {},
): Observation => ({ kind: 'events', pce: 'prod-east', now: T0, estate, events, quarantined });

const look = (
  host: Workload | null | undefined,
  {
    now = T0,
    quarantined = [held],
    naming = RULES,
  }: {
    readonly now?: number;
    readonly quarantined?: readonly QuarantinedHost[];
    readonly naming?: readonly NamingRule[] | undefined;
  } = {},
): Observation => ({
  kind: 'quarantine',
  pce: 'prod-east',
  now,
  estate: anEstate(),
  quarantined,
  hosts: new Map(host === undefined ? [] : [[web.href, host]]),
  naming,
});

const relabel = (removed: string, added = ''): PceEvent =>
  anEvent({
    event_type: 'workload.update',
    created_by: byUser(),
    resource_changes: [changeOf(web, { labels: { deleted: labels(removed), created: labels(added) } })],
  });
const lower = (before: string, after: string): PceEvent =>
  anEvent({
    event_type: 'workload.update',
    created_by: byUser(),
    resource_changes: [changeOf(web, { enforcement_mode: { before, after } })],
  });

const EVENTS: readonly [string, PceEvent, readonly string[]][] = [
  ['the quarantine label taken off by a person', relabel('Quarantine=Severe'), ['error web-01']],
  ['another value of the quarantine key', relabel('Quarantine=Severe', 'Quarantine=Mild'), ['error web-01']],
  ['the quarantine label put back by a person', relabel('', 'Quarantine=Severe'), []],
  ['another label of it', relabel('env=prod', 'env=dev'), ['warning web-01']],
  ['its mode lowered', lower('full', 'visibility_only'), ['error web-01']],
  ['its mode raised', lower('selective', 'full'), []],
  ['its VEN suspended', anEvent({ event_type: 'agent.suspend', created_by: byVen(web) }), ['error web-01']],
  [
    'unpaired',
    anEvent({ event_type: 'agents.unpair', created_by: byUser(), resource_changes: [changeOf(web)] }),
    ['error web-01'],
  ],
  [
    'an attempt that was refused',
    anEvent({ event_type: 'agent.suspend', status: 'failure', created_by: byVen(web) }),
    [],
  ],
  [
    'before the quarantine',
    anEvent({ at: T0 - 2 * HOUR, event_type: 'agent.suspend', created_by: byVen(web) }),
    [],
  ],
  ['another host', anEvent({ event_type: 'agent.suspend', created_by: byVen(db) }), []],
];

describe('a change of a quarantined host', () => {
  it.each(EVENTS)('%s', (_, event, expected) => {
    expect(told(watching(quarantineDrift).see(poll([event])).findings)).toEqual(expected);
  });

  it('says who did what, and since when and for whom the host is in quarantine', () => {
    const [finding] = watching(quarantineDrift).see(poll([relabel('Quarantine=Severe')])).findings;
    expect(finding?.title).toBe('Quarantined host was relabelled: web-01');
    expect(plain(finding?.story ?? [])).toBe(
      'maya@example.com changed its quarantine label: − Quarantine=Severe at 10:00 UTC. In quarantine since 09:00 UTC, asked for by Maya.',
    );
    expect(finding?.suggests).toEqual(['quarantine']);
  });

  it('of our own key is no drift', () => {
    const context = aContext({
      pces: [
        {
          url: 'https://pce.example.com',
          read: { key: 'api_1', secret: 's' },
          write: { key: 'api_2', secret: 's' },
          traffic: undefined,
        },
      ],
    });
    const ours = anEvent({
      event_type: 'workload.update',
      created_by: byUser('api_2'),
      resource_changes: [changeOf(web, { labels: { deleted: labels('Quarantine=Severe'), created: [] } })],
    });
    expect(watching(quarantineDrift, { context }).see(poll([ours])).findings).toEqual([]);
  });

  it('means nothing while nothing is in quarantine', () => {
    const seen = watching(quarantineDrift).see(poll([relabel('Quarantine=Severe')], { quarantined: [] }));
    expect(seen.findings).toEqual([]);
  });
});

const twin = aWorkload({ hostname: 'web-01', href: '/orgs/1/workloads/twin', interfaces: at20 });
const moved = aWorkload({ hostname: 'fresh-01', href: '/orgs/1/workloads/moved', interfaces: at10 });
const other = aWorkload({ hostname: 'fresh-02', href: '/orgs/1/workloads/other', interfaces: at20 });
const activated = (host: Workload, at = T0): PceEvent =>
  anEvent({ at, event_type: 'agent.activate', created_by: byVen(host), resource_changes: [changeOf(host)] });
const created = (host: Workload): PceEvent =>
  anEvent({ event_type: 'workload.create', created_by: byUser(), resource_changes: [changeOf(host)] });
const lost = (host: Workload, address?: string): PceEvent =>
  anEvent({
    event_type: 'lost_agent.found',
    created_by: byVen(host),
    ...(address === undefined ? {} : { action: { src_ip: address } }),
  });

const ESCAPES: readonly [string, PceEvent, readonly string[]][] = [
  ['a VEN paired anew on the same name', activated(twin), ['critical web-01']],
  ['a VEN paired with its address', activated(moved), ['critical fresh-01']],
  ['a workload made by hand with its name', created(twin), ['critical web-01']],
  ['a lost VEN with its name', lost(twin), ['critical web-01']],
  ['its own VEN, found after its workload was deleted', lost(web), ['critical web-01']],
  [
    'a clone of it',
    anEvent({ event_type: 'agent.clone_detected', created_by: byVen(web) }),
    ['critical web-01'],
  ],
  [
    'a clone of it, told as a notification',
    anEvent({
      event_type: 'agent.update',
      created_by: byVen(web),
      notifications: [noticeOf('agent.clone_detected')],
    }),
    ['critical web-01'],
  ],
  ['after six days', activated(twin, held.at + 6 * DAY), ['critical web-01']],
  ['after more than seven days', activated(twin, held.at + 7 * DAY + 1), []],
  ['before the quarantine', activated(twin, held.at - MINUTE), []],
  ['a machine with another name and address', activated(other), []],
  ['the host itself activating again', activated(web), []],
];

describe('the escape', () => {
  const estate = anEstate([web, db, twin, moved, other]);

  it.each(ESCAPES)('%s', (_, event, expected) => {
    expect(told(watching(quarantineDrift).see(poll([event], { estate })).findings)).toEqual(expected);
  });

  it('is told once and offers to quarantine the new machine', () => {
    const [finding] = watching(quarantineDrift).see(poll([activated(moved)], { estate })).findings;
    expect(finding).toMatchObject({
      title: 'Escape from quarantine: fresh-01 has the address of web-01',
      workloads: [moved.href],
      suggests: ['quarantine'],
      life: 'once',
    });
  });

  it('of a machine the inventory does not hold is seen by where its VEN called from', () => {
    const unknown = aWorkload({ hostname: 'fresh-03', href: '/orgs/1/workloads/unknown' });
    const event = lost(unknown, '192.0.2.10');
    expect(told(watching(quarantineDrift).see(poll([event])).findings)).toEqual(['critical fresh-03']);
  });

  it('is none when the new machine is in quarantine too', () => {
    const both = [held, { ...held, href: twin.href }];
    expect(
      watching(quarantineDrift).see(poll([activated(twin)], { estate, quarantined: both })).findings,
    ).toEqual([]);
  });
});

const LOOKS: readonly [string, Workload | null | undefined, readonly string[]][] = [
  ['as it was', web, []],
  ['not readable', undefined, []],
  ['deleted', null, ['The PCE no longer has it.']],
  ['unpaired', { ...web, managed: false }, ['Its VEN was unpaired: nothing enforces the quarantine.']],
  [
    'without the label',
    aWorkload({ ...web, labels: 'app=shop env=prod' }),
    ['It no longer carries Quarantine=Severe.'],
  ],
  ['another label changed', aWorkload({ ...web, labels: 'env=dev Quarantine=Severe' }), []],
  [
    'suspended',
    aWorkload({ ...web, ven: { status: 'suspended' } }),
    ['Its VEN is suspended: it enforces nothing.'],
  ],
  [
    'a lower mode',
    aWorkload({ ...web, mode: 'selective' }),
    ['Its enforcement went from full to selective.'],
  ],
  ['an unknown mode', aWorkload({ ...web, mode: undefined }), []],
  ['heard 15 min ago', aWorkload({ ...web, ven: { heartbeatAt: T0 - 15 * MINUTE } }), []],
  [
    'heard 16 min ago',
    aWorkload({ ...web, ven: { heartbeatAt: T0 - 16 * MINUTE } }),
    ['Its VEN was not heard for 16 minutes: whether it still enforces the quarantine is not known.'],
  ],
];

describe('a look at a quarantined host', () => {
  it.each(LOOKS)('%s', (_, host, expected) => {
    const { findings } = watching(quarantineDrift).see(look(host));
    expect(findings.map(({ severity }) => severity)).toEqual(expected.map(() => 'error'));
    expect(findings.map(({ story }) => plain(story).split(' In quarantine since')[0])).toEqual(expected);
  });

  it('tells the same drift once, and a second one again', () => {
    const rule = watching(quarantineDrift);
    const bare = aWorkload({ ...web, labels: 'app=shop' });
    expect(rule.see(look(bare)).findings).toHaveLength(1);
    expect(rule.see(look(bare, { now: T0 + 5 * MINUTE })).findings).toEqual([]);
    expect(rule.see(look({ ...bare, mode: 'idle' }, { now: T0 + 6 * MINUTE })).findings).toHaveLength(1);
  });

  it('does not tell again what an event told with its author, and ends it when the host is as it was', () => {
    const rule = watching(quarantineDrift);
    rule.see(poll([relabel('Quarantine=Severe')]));
    expect(rule.see(look(aWorkload({ ...web, labels: 'app=shop' }))).findings).toEqual([]);
    expect(rule.see(look(undefined)).cleared).toEqual([]);
    expect(rule.see(look(web)).cleared).toMatchObject([
      { subject: { name: 'web-01' }, why: 'in quarantine as it was' },
    ]);
    expect(rule.see(look(web)).cleared).toEqual([]);
  });

  it('ends with the release', () => {
    const rule = watching(quarantineDrift);
    rule.see(look(null));
    const after = rule.see(look(undefined, { quarantined: [] }));
    expect(after.cleared).toMatchObject([{ subject: { name: 'web-01' }, why: 'no longer in quarantine' }]);
  });
});

describe('the rules that name the label', () => {
  const CHANGES: readonly [string, readonly NamingRule[], string | undefined][] = [
    ['as they were, in another order', [...RULES].reverse(), undefined],
    ['one removed', RULES.slice(1), 'one removed from Quarantine'],
    [
      'one changed',
      [{ ...(RULES[0] as NamingRule), says: 'all in' }, ...RULES.slice(1)],
      'one changed in Quarantine',
    ],
    ['one added', [...RULES, { href: '/allow/9', name: 'Shop', says: 'all' }], 'one added to Shop'],
  ];
  it.each(CHANGES)('%s', (_, after, expected) => {
    const rule = watching(quarantineDrift);
    expect(rule.see(look(web)).findings).toEqual([]);
    const stories = rule.see(look(web, { naming: after })).findings.map(({ story }) => plain(story));
    expect(stories).toEqual(
      expected === undefined
        ? []
        : [
            `The provisioned rules that name Quarantine=Severe are no longer those they were at the last look: ${expected}. They are what isolates web-01.`,
          ],
    );
    expect(rule.see(look(web, { naming: after })).findings).toEqual([]);
  });

  it('are compared with the last look that could read them, and not across a time without quarantines', () => {
    const rule = watching(quarantineDrift);
    rule.see(look(web));
    expect(rule.see({ ...look(web), naming: undefined } as Observation).findings).toEqual([]);
    expect(rule.see(look(web, { naming: [] })).findings).toHaveLength(1);
    rule.see(look(undefined, { quarantined: [] }));
    expect(rule.see(look(web)).findings).toEqual([]);
  });

  it('are found by label on either side, in the scope and as an exception', () => {
    const none = { all: [], except: [] };
    const side = { everyWorkload: false, labels: none, workloads: [], lists: [], unread: [] };
    const rule = {
      kind: 'deny',
      scopes: [],
      scopeUnread: false,
      unscopedConsumers: false,
      services: [],
    } as const;
    const q = aLabel('Quarantine=Severe');
    const names = { all: [[q.href]], except: [] };
    const rules = [
      { ...rule, href: 'p', name: 'provider', providers: { ...side, labels: names }, consumers: side },
      { ...rule, href: 'c', name: 'consumer', providers: side, consumers: { ...side, labels: names } },
      { ...rule, href: 's', name: 'scope', scopes: [names], providers: side, consumers: side },
      {
        ...rule,
        href: 'x',
        name: 'except',
        providers: { ...side, labels: { all: [], except: [q.href] } },
        consumers: side,
      },
      { ...rule, href: 'o', name: 'other', providers: side, consumers: side },
    ];
    expect(rulesNaming({ rules }, [q]).map(({ href }) => href)).toEqual(['p', 'c', 's', 'x']);
  });
});
