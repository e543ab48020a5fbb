import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PceEvent } from '../../src/core/event.ts';
import { plain } from '../../src/core/text.ts';
import type { Workload } from '../../src/core/workload.ts';
import { venOffline } from '../../src/rules/ven-offline.ts';
import {
  anEstate,
  anEvent,
  aWorkload,
  byVen,
  changeOf,
  HOUR,
  MINUTE,
  noticeOf,
  saw,
  T0,
} from '../support/builders.ts';
import { recorded } from '../support/fixture.ts';
import { aContext, told, watching } from '../support/rules.ts';

const web = aWorkload({ hostname: 'web-01', labels: 'app=shop env=prod' });
const spot = aWorkload({ hostname: 'spot-01', labels: 'role=ci' });
const laptop = aWorkload({ hostname: 'laptop-01', ven: { kind: 'endpoint' } });
const estate = anEstate([web, spot, laptop]);
const context = aContext({ ephemeral: ['role=ci'] });

const offline = (at = T0, host = web, type = 'system_task.agent_offline_check'): PceEvent =>
  anEvent({
    at,
    event_type: type,
    resource_changes: [changeOf(host, { online: { before: true, after: false } })],
  });
const online = (at: number, host = web): PceEvent =>
  anEvent({
    at,
    event_type: 'workload.online',
    status: null,
    created_by: byVen(host),
    notifications: [
      noticeOf('workload.online', { workload: { href: host.href, hostname: host.hostname, labels: [] } }),
    ],
  });
const goodbye = (at = T0, host = web): PceEvent =>
  anEvent({ at, event_type: 'agent.goodbye', created_by: byVen(host) });

const CASES: readonly [string, readonly PceEvent[], readonly string[]][] = [
  [
    '18.2: eight hosts in one event are eight subjects',
    [recorded('presence', 'offline-18-2')],
    [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `warning web-0${n}.example.com`),
  ],
  [
    '19.1: the check with action null',
    [recorded('presence', 'offline-19-1')],
    ['warning web-01.example.com'],
  ],
  [
    'the notification after a goodbye, in whatever event',
    [recorded('presence', 'after-goodbye-25-2')],
    ['warning web-01.example.com'],
  ],
  [
    'the notification without info: the maker of the event is the host',
    [
      anEvent({
        event_type: 'agent.goodbye',
        created_by: byVen(web),
        notifications: [noticeOf('workload.offline_after_ven_goodbye')],
      }),
    ],
    ['warning web-01'],
  ],
  [
    'an endpoint comes and goes: a line of a digest',
    [offline(T0, laptop, 'system_task.endpoint_offline_check')],
    ['info laptop-01'],
  ],
  ['an ephemeral host is not alerted', [offline(T0, spot)], []],
  ['an orderly shutdown alone is not told at once', [recorded('presence', 'goodbye-25-2')], []],
  [
    'a check that lists a host as back is not about it',
    [
      anEvent({
        event_type: 'system_task.agent_offline_check',
        resource_changes: [changeOf(web, { online: { before: false, after: true } })],
      }),
    ],
    [],
  ],
  ['missed heartbeats are another rule', [recorded('presence', 'missed-18-2')], []],
  ['back online', [recorded('presence', 'online-18-2')], []],
];

describe('ven-offline', () => {
  it.each(CASES)('%s', (_, events, expected) => {
    const { findings } = watching(venOffline, { context }).see(saw(events, { estate }));
    expect(told(findings)).toEqual(expected);
  });

  it('says when it was last heard only if the inventory read that after it went', () => {
    const story = (host: Workload): string =>
      plain(
        watching(venOffline).see(saw([offline()], { estate: anEstate([host]) })).findings[0]?.story ?? [],
      );
    const heartbeatAt = T0 - HOUR;
    expect(story({ ...web, online: false, ven: aWorkload({ ven: { heartbeatAt } }).ven })).toBe(
      'Last heard 09:00 UTC, removed from policy 10:00 UTC.',
    );
    expect(story(web)).toBe('The PCE no longer hears from it and removed it from policy at 10:00 UTC.');
  });

  it('is cleared by workload.online', () => {
    const rule = watching(venOffline);
    rule.see(saw([offline()], { estate }));
    const { cleared } = rule.see(saw([online(T0 + 5 * MINUTE)], { estate }));
    expect(cleared).toEqual([
      {
        subject: { kind: 'workload', href: web.href, name: 'web-01' },
        at: T0 + 5 * MINUTE,
        why: 'back online',
      },
    ]);
  });

  it('is not cleared by a workload.online that is older than the last offline', () => {
    const rule = watching(venOffline);
    rule.see(saw([offline(T0)], { estate }));
    expect(rule.see(saw([online(T0 - MINUTE)], { estate })).cleared).toEqual([]);
    expect(rule.see(saw([online(T0 - MINUTE)], { estate, now: T0 + 3 * HOUR })).cleared).toEqual([]);
  });

  it('tells and clears a host whose offline is recorded after its online', () => {
    const rule = watching(venOffline);
    rule.see(saw([online(T0 + 5 * MINUTE)], { estate }));
    const late = rule.see(saw([offline(T0)], { estate, now: T0 + 6 * MINUTE }));
    expect(told(late.findings)).toEqual(['warning web-01']);
    expect(late.cleared).toMatchObject([{ at: T0 + 5 * MINUTE, why: 'back online' }]);
  });

  it('is cleared by the state sweep with the word that fits, and not by a state nobody knows', () => {
    const hosts = new Map<string, Workload | null>([
      ['/orgs/1/workloads/back', aWorkload({ href: '/orgs/1/workloads/back', name: 'back' })],
      ['/orgs/1/workloads/gone', null],
      [
        '/orgs/1/workloads/unpaired',
        aWorkload({ href: '/orgs/1/workloads/unpaired', name: 'unpaired', managed: false }),
      ],
      ['/orgs/1/workloads/off', aWorkload({ href: '/orgs/1/workloads/off', name: 'off', online: false })],
      [
        '/orgs/1/workloads/unsaid',
        aWorkload({ href: '/orgs/1/workloads/unsaid', name: 'unsaid', online: undefined }),
      ],
    ]);
    const { cleared } = watching(venOffline).see({
      kind: 'sweep',
      pce: 'east',
      now: T0,
      estate,
      hosts,
      suspended: [],
    });
    expect(cleared.map(({ subject, why }) => `${subject.name}: ${why}`)).toEqual([
      'back: back online',
      'gone: no longer in the PCE',
      'unpaired: unpaired',
    ]);
  });

  describe('after agent.goodbye', () => {
    const wake = (now: number, hosts: ReadonlyMap<string, Workload | null>) =>
      ({ kind: 'wake', pce: 'east', now, estate, hosts }) as const;
    const due = T0 + 30 * MINUTE;
    const leaving = () => {
      const rule = watching(venOffline);
      rule.see(saw([goodbye()], { estate }));
      return rule;
    };

    it('asks for the host 30 minutes later, not before', () => {
      const rule = leaving();
      expect(rule.wakeAt()).toBe(due);
      expect(rule.reads(due - 1)).toEqual([]);
      expect(rule.reads(due)).toEqual([web.href]);
    });

    it.each([
      ['still offline', { ...web, online: false }, ['warning web-01']],
      ['back by then', { ...web, online: true }, []],
      ['no longer in the PCE', null, []],
      ['unpaired since', { ...web, managed: false, online: false }, []],
    ])('%s', (_, host, expected) => {
      const rule = leaving();
      expect(told(rule.see(wake(due, new Map([[web.href, host]]))).findings)).toEqual(expected);
      expect(rule.wakeAt()).toBeNull();
    });

    it('asks again every five minutes while the host cannot be read, and then says so', () => {
      const rule = leaving();
      expect(rule.see(wake(due, new Map())).findings).toEqual([]);
      expect(rule.wakeAt()).toBe(due + 5 * MINUTE);
      const [finding] = rule.see(wake(due + 30 * MINUTE, new Map())).findings;
      expect(finding).toMatchObject({ at: T0, severity: 'warning' });
      expect(plain(finding?.story ?? [])).toContain('its state could not be read');
    });

    it.each([
      ['a workload.online after it', online(T0 + 10 * MINUTE)],
      ["the PCE's own check, which tells", offline(T0 + 20 * MINUTE)],
    ])('does not ask after %s', (_, event) => {
      const rule = leaving();
      rule.see(saw([event], { estate }));
      expect(rule.wakeAt()).toBeNull();
    });

    it('does not ask when the online came first and the goodbye late', () => {
      const rule = watching(venOffline);
      rule.see(saw([online(T0 + 10 * MINUTE)], { estate }));
      rule.see(saw([goodbye()], { estate }));
      expect(rule.wakeAt()).toBeNull();
    });
  });

  it('comes to the same memory and firing hosts in whatever order and portions the events arrive', () => {
    const events = [
      offline(T0),
      online(T0 + 1),
      offline(T0 + 2),
      goodbye(T0 + 3, laptop),
      offline(T0 + 4, spot),
      online(T0 + 5, spot),
    ];
    const outcome = (order: readonly PceEvent[], cuts: number): unknown => {
      const rule = watching(venOffline);
      const firing = new Set<string>();
      let count = 0;
      for (let at = 0; at < order.length; at += cuts) {
        const { findings, cleared } = rule.see(saw(order.slice(at, at + cuts), { estate, now: T0 + 10 }));
        for (const { subject } of findings) firing.add(subject.name);
        for (const { subject } of cleared) firing.delete(subject.name);
        count += findings.length;
      }
      const memory = rule.memory() as { standing: object; leaving: object };
      return {
        firing: [...firing],
        count,
        standing: Object.entries(memory.standing).sort(),
        leaving: memory.leaving,
      };
    };
    const expected = outcome(events, events.length);
    expect(expected).toMatchObject({ firing: ['web-01'], count: 3 });
    fc.assert(
      fc.property(
        fc.shuffledSubarray(events, { minLength: events.length }),
        fc.integer({ min: 1, max: 6 }),
        (order, cuts) => {
          expect(outcome(order, cuts)).toEqual(expected);
        },
      ),
    );
  });

  describe('many at once', () => {
    const fleet = (count: number, parts: (n: number) => Parameters<typeof aWorkload>[0] = () => ({})) =>
      Array.from({ length: count }, (_, n) =>
        aWorkload({
          hostname: `app-${n}`,
          labels: n % 2 === 0 ? 'app=erp env=prod loc=fra' : 'app=crm env=prod loc=fra',
          ...parts(n),
        }),
      );
    const check = (hosts: readonly Workload[], at = T0, member = 'pce.example.com'): PceEvent =>
      anEvent({
        at,
        pce_fqdn: member,
        event_type: 'system_task.agent_offline_check',
        resource_changes: hosts.map((host) => changeOf(host, { online: { before: true, after: false } })),
      });
    const gathers = (findings: ReturnType<ReturnType<typeof watching>['see']>['findings']) =>
      findings.filter((one) => one.gathers === true);

    const ROWS: readonly [string, number, readonly PceEvent[], readonly string[]][] = [
      ['19 hosts are 19 stories', 100, [check(fleet(19))], []],
      ['20 hosts are also one', 100, [check(fleet(20))], ['error env=prod loc=fra: 20 VENs went offline']],
      ['20 of 1,000 are fewer than 5 %', 1_000, [check(fleet(20))], []],
      ['50 of 1,000 are 5 %', 1_000, [check(fleet(50))], ['error env=prod loc=fra: 50 VENs went offline']],
      [
        'in two checks 14 min apart',
        100,
        [check(fleet(22).slice(0, 11)), check(fleet(22).slice(11), T0 + 14 * MINUTE)],
        ['error env=prod loc=fra: 22 VENs went offline within 14 min'],
      ],
      [
        'in two checks 16 min apart',
        100,
        [check(fleet(22).slice(0, 11)), check(fleet(22).slice(11), T0 + 16 * MINUTE)],
        [],
      ],
    ];
    it.each(ROWS)('%s', (_, managed, events, expected) => {
      const { findings } = watching(venOffline).see(saw(events, { estate: anEstate(fleet(50), managed) }));
      expect(gathers(findings).map(({ severity, title }) => `${severity} ${title}`)).toEqual(expected);
    });

    it('endpoints and hosts that come and go make no outage', () => {
      const laptops = fleet(20, () => ({ ven: { kind: 'endpoint' } }));
      const spots = fleet(20, () => ({ labels: 'role=ci' }));
      for (const hosts of [laptops, spots]) {
        const { findings } = watching(venOffline, { context }).see(
          saw([check(hosts)], { estate: anEstate(hosts) }),
        );
        expect(gathers(findings)).toEqual([]);
      }
    });

    it('names the network where no label is shared, and the member PCE where there are several', () => {
      const hosts = fleet(20, (n) => ({
        labels: '',
        interfaces: [{ name: 'eth0', address: `192.0.2.${n}` }],
      }));
      const bare = fleet(20, () => ({ labels: '', interfaces: [] }));
      const title = (of: readonly Workload[], events: readonly PceEvent[]): string | undefined =>
        gathers(watching(venOffline).see(saw(events, { estate: anEstate(of) })).findings)[0]?.title;
      expect(title(hosts, [check(hosts)])).toBe('192.0.2.0/24: 20 VENs went offline');
      expect(title(bare, [check(bare)])).toBe('20 VENs went offline');
      const rule = watching(venOffline);
      rule.see(saw([check([web], T0 - HOUR, 'pce-1.example.com')], { estate: anEstate(bare) }));
      const { findings } = rule.see(saw([check(bare, T0, 'pce-2.example.com')], { estate: anEstate(bare) }));
      expect(gathers(findings)[0]?.title).toBe('pce-2.example.com: 20 VENs went offline');
    });

    it('is over when the last of them is back, by events and by the sweep', () => {
      const hosts = fleet(20);
      const rule = watching(venOffline);
      rule.see(saw([check(hosts)], { estate: anEstate(hosts) }));
      const back = saw(
        hosts.slice(0, 19).map((host) => online(T0 + MINUTE, host)),
        { estate: anEstate(hosts) },
      );
      expect(rule.see(back).cleared.filter(({ subject }) => subject.kind === 'pce')).toEqual([]);
      const swept = rule.see({
        kind: 'sweep',
        pce: 'prod-east',
        now: T0 + 10 * MINUTE,
        estate,
        hosts: new Map(hosts.slice(19).map((host) => [host.href, host])),
        suspended: [],
      });
      expect(swept.cleared).toContainEqual({
        subject: { kind: 'pce', href: null, name: 'prod-east' },
        at: T0 + 10 * MINUTE,
        why: 'all are back or gone',
      });
    });
  });
});
