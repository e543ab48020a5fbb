import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PceEvent } from '../../src/core/event.ts';
import type { Dict } from '../../src/core/foreign.ts';
import { plain } from '../../src/core/text.ts';
import type { Workload } from '../../src/core/workload.ts';
import { labelChanged } from '../../src/rules/label-changed.ts';
import {
  anEstate,
  anEvent,
  aWorkload,
  byUser,
  changeOf,
  labels,
  MINUTE,
  saw,
  T0,
} from '../support/builders.ts';
import { recorded } from '../support/fixture.ts';
import { aContext, told, watching } from '../support/rules.ts';

const web = aWorkload({ hostname: 'web-01', labels: 'app=shop env=dev' });
const relabelled = (
  host: Workload,
  created: string,
  deleted: string,
  more: Dict & { at?: number } = {},
): PceEvent =>
  anEvent({
    event_type: 'workloads.set_labels',
    created_by: byUser('maya'),
    resource_changes: [changeOf(host, { labels: { created: labels(created), deleted: labels(deleted) } })],
    ...more,
  });
const aboutObject = (event_type: string, resource: Dict, changes: Dict): PceEvent =>
  anEvent({
    event_type,
    created_by: byUser('maya'),
    resource_changes: [{ resource, changes, change_type: 'update' }],
  });

const watchful = aContext({
  highValue: ['role=dc*', 'env=prod role=db'],
  watch: ['app=erp'],
  automation: ['cmdb'],
  quarantine: { strategy: 'deny', labels: { Quarantine: 'Severe' } },
  pces: [
    {
      url: 'https://pce.example.com',
      read: { key: 'api_1f2ff7664e9c3a663', secret: 'x' },
      write: { key: 'api_feedbeef', secret: 'x' },
      traffic: undefined,
    },
  ],
});
const byCmdb = { created_by: byUser('cmdb') };
const ownAction = { action: { info: { api_key_id: 'feedbeef' }, api_method: 'PUT', http_status_code: 204 } };

const DEFAULTS: readonly [string, readonly PceEvent[], readonly string[]][] = [
  [
    '19.1: eight hosts from dev to prod are eight subjects',
    [recorded('labels', 'labels-19-1')],
    [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `warning web-0${n}.example.com`),
  ],
  [
    '25.2: prod to dev crosses the border too',
    [recorded('labels', 'labels-25-2')],
    ['warning web-01.example.com'],
  ],
  [
    'relabelled twice is two findings',
    [relabelled(web, 'env=prod', 'env=dev'), relabelled(web, 'env=dev', 'env=prod', { at: T0 + MINUTE })],
    ['warning web-01', 'warning web-01'],
  ],
  ['a removed env=prod crosses', [relabelled(web, '', 'env=prod')], ['warning web-01']],
  [
    'renaming prod moves every host that carries it',
    [recorded('labels', 'rename-25-2')],
    ['warning env=prod'],
  ],
  ['26.2: another app in the same zone is ordinary', [recorded('labels', 'labels-26-2')], []],
  ['dev to test stays outside', [relabelled(web, 'env=test', 'env=dev')], []],
  ['prod to prod-eu stays inside', [relabelled(web, 'env=prod-eu', 'env=prod')], []],
  ['another attribute changed, labels null (18.2.3)', [recorded('labels', 'interfaces-25-2')], []],
  ['refused', [relabelled(web, 'env=prod', 'env=dev', { status: 'failure' })], []],
  ['a new host that is simply in prod crosses nothing', [recorded('labels', 'activate-26-2')], []],
  ['labels put back in one event change nothing', [relabelled(web, 'env=prod', 'env=prod')], []],
];

type Row = readonly [string, readonly PceEvent[], readonly string[]];
const WATCHED: readonly Row[] = [
  [
    'a new host arrives with a high-value label',
    [recorded('labels', 'activate-26-2')],
    ['warning db-07.example.com'],
  ],
  ...(['workload.create', 'workload.undelete'] as const).map(
    (type): Row => [
      `${type}: it arrives with a watched label`,
      [
        aboutObject(
          type,
          { workload: { href: '/orgs/1/workloads/7', hostname: 'db-07', labels: labels('app=erp') } },
          {},
        ),
      ],
      ['warning db-07'],
    ],
  ),
  ['a watched app gained', [recorded('labels', 'labels-26-2')], ['warning web-01.example.com']],
  ['one domain controller role for another', [relabelled(web, 'role=dc2', 'role=dc1')], ['warning web-01']],
  [
    'the rest of the set completes a selector',
    [relabelled(aWorkload({ hostname: 'web-02', labels: 'env=prod' }), 'role=db', '')],
    ['warning web-02'],
  ],
  ['the rest of the set does not', [relabelled(web, 'role=db', '')], []],
  ['the quarantine key, by someone else', [relabelled(web, 'Quarantine=Severe', '')], ['warning web-01']],
  ['the bot itself quarantines', [relabelled(web, 'Quarantine=Severe', '', ownAction)], []],
  [
    'automation moves a host between zones: routine',
    [relabelled(web, 'env=prod', 'env=dev', byCmdb)],
    ['digest web-01'],
  ],
  [
    'automation gives a high-value label: not routine',
    [relabelled(web, 'role=dc1', '', byCmdb)],
    ['warning web-01'],
  ],
  [
    'automation touches the quarantine key: not routine',
    [relabelled(web, '', 'Quarantine=Severe', byCmdb)],
    ['warning web-01'],
  ],
  [
    'a label group takes a watched label',
    [
      aboutObject(
        'label_group.update',
        { label_group: { href: '/orgs/1/sec_policy/draft/label_groups/1', name: 'Core' } },
        { labels: { created: labels('role=dc1') } },
      ),
    ],
    ['warning label group Core'],
  ],
  [
    'a pairing profile, in the other shape',
    [
      aboutObject(
        'pairing_profile.update',
        { pairing_profile: { href: '/orgs/1/pairing_profiles/1', name: 'Servers' } },
        { labels: { before: labels('app=shop'), after: labels('app=erp') } },
      ),
    ],
    ['warning pairing profile Servers'],
  ],
  ['a pairing key is made', [aboutObject('pairing_profile.create_pairing_key', {}, {})], []],
  [
    'a watched label is deleted',
    [aboutObject('label.delete', { label: { href: '/orgs/1/labels/1', key: 'app', value: 'erp' } }, {})],
    ['warning app=erp'],
  ],
];

describe('label-changed', () => {
  it.each(DEFAULTS)('with the defaults: %s', (_, events, expected) => {
    expect(told(watching(labelChanged).see(saw(events)).findings)).toEqual(expected);
  });

  it.each(WATCHED)('with what is configured: %s', (_, events, expected) => {
    const { findings } = watching(labelChanged, { context: watchful }).see(saw(events));
    expect(
      findings.map(({ digest, severity, subject }) => `${digest ? 'digest' : severity} ${subject.name}`),
    ).toEqual(expected);
  });

  it('says who, what was before and after, and what that means', () => {
    const [finding] = watching(labelChanged).see(
      saw([relabelled(web, 'env=prod loc=fra', 'env=dev')]),
    ).findings;
    expect(plain(finding?.story ?? [])).toBe(
      'maya changed the labels of web-01 at 10:00 UTC: env=dev → env=prod, + loc=fra. Crossed from other to prod*.',
    );
    expect(finding?.workloads).toEqual([web.href]);
  });

  const PROD = { href: '/orgs/1/labels/10', key: 'env', value: 'prod' };
  const many = anEstate(
    Array.from({ length: 42 }, (_, i) =>
      aWorkload({ hostname: `h-${i}`, labels: i < 30 ? [PROD] : labels('env=dev') }),
    ),
  );
  const CARRIED: readonly [string, PceEvent, number, string][] = [
    [
      'a renamed label moves every host',
      recorded('labels', 'rename-25-2'),
      30,
      'env=prod → env=test. Crossed from prod* to other. It moves every host that carries it: 30 hosts (h-0, h-1, h-2, h-3, h-4 and 25 more).',
    ],
    [
      'a deleted label that nobody carries',
      aboutObject('label.delete', { label: { href: '/orgs/1/labels/11', key: 'env', value: 'prod' } }, {}),
      0,
      'It moves every host that carries it: none that I know.',
    ],
    [
      'a label group takes prod in',
      aboutObject(
        'label_group.update',
        { label_group: { href: '/orgs/1/sec_policy/draft/label_groups/1', name: 'Core' } },
        { labels: { created: [PROD] } },
      ),
      0,
      'Rules written for the group hold for other hosts now. That label is on 30 hosts (h-0, h-1, h-2, h-3, h-4 and 25 more).',
    ],
    [
      'a profile of container workloads, by assignment',
      aboutObject(
        'container_workload_profile.update',
        {
          container_workload_profile: {
            href: '/orgs/1/container_clusters/1/container_workload_profiles/1',
            name: 'Pods',
          },
        },
        { labels: { created: [{ key: 'env', assignment: { href: PROD.href } }] } },
      ),
      0,
      '+ env=prod. Crossed from other to prod*. Hosts that pair with it from now on get these labels.',
    ],
  ];
  it.each(CARRIED)('%s', (_, event, concerned, words) => {
    const { findings } = watching(labelChanged).see(saw([event], { estate: many }));
    expect(findings.map(({ story }) => plain(story)).join()).toContain(words);
    expect(findings[0]?.workloads).toHaveLength(concerned);
  });

  it('takes the rest of the set from the inventory when the event does not tell it', () => {
    const host = aWorkload({ hostname: 'db-01', labels: 'env=prod' });
    const event = relabelled({ ...host, labels: [] }, 'role=db', '');
    const { findings } = watching(labelChanged, { context: watchful }).see(
      saw([event], { estate: anEstate([host]) }),
    );
    expect(told(findings)).toEqual(['warning db-01']);
  });

  describe('many hosts', () => {
    const hosts = (n: number, from = 0): Workload[] =>
      Array.from({ length: n }, (_, i) => aWorkload({ hostname: `h-${from + i}` }));
    const change = { labels: { created: labels('env=prod'), deleted: labels('env=dev') } };
    const bulk = (some: readonly Workload[], at = T0, by = 'maya'): PceEvent =>
      anEvent({
        at,
        event_type: 'workloads.bulk_update',
        created_by: byUser(by),
        resource_changes: some.map((one) => changeOf(one, change)),
      });

    it('20 in one event are 20 findings', () => {
      expect(watching(labelChanged).see(saw([bulk(hosts(20))])).findings).toHaveLength(20);
    });

    it('21 in one event are one, with counts and list', () => {
      const { findings } = watching(labelChanged).see(saw([bulk(hosts(21))]));
      expect(findings).toMatchObject([
        { subject: { kind: 'user', name: 'maya' }, title: 'Labels of 21 hosts changed by maya' },
      ]);
      expect(findings[0]?.workloads).toHaveLength(21);
      expect(plain(findings[0]?.story ?? [])).toContain(
        'env=dev → env=prod (21). Crossed from other to prod* (21). Hosts: h-0, h-1,',
      );
    });

    it('one by one by one actor within 10 minutes: from the 21st on they are told together', () => {
      const rule = watching(labelChanged);
      const early = rule.see(saw([bulk(hosts(15))]));
      const later = rule.see(saw([bulk(hosts(10, 15), T0 + 9 * MINUTE)]));
      expect(early.findings).toHaveLength(15);
      expect(later.findings.map(({ title }) => title)).toEqual(['Labels of 10 hosts changed by maya']);
    });

    it('by two actors, or over more than 10 minutes, they stay single', () => {
      const rule = watching(labelChanged);
      rule.see(saw([bulk(hosts(15))]));
      expect(rule.see(saw([bulk(hosts(15, 15), T0 + MINUTE, 'sam')])).findings).toHaveLength(15);
      expect(rule.see(saw([bulk(hosts(15, 30), T0 + 11 * MINUTE)])).findings).toHaveLength(15);
    });

    it('forgets what can no longer matter', () => {
      const rule = watching(labelChanged);
      rule.see(saw([bulk(hosts(15))]));
      rule.see(saw([bulk(hosts(1), T0 + 60 * MINUTE, 'sam')]));
      expect(Object.keys(rule.memory() as object)).toEqual(['sam']);
    });
  });

  it('finds the same and remembers the same in whatever order the events of a poll are handed out', () => {
    const events = [
      ...Array.from({ length: 6 }, (_, i) =>
        relabelled(aWorkload({ hostname: `h-${i}` }), 'env=prod', 'env=dev', { at: T0 + i * 1_000 }),
      ),
      relabelled(web, 'env=prod', 'env=dev', { created_by: byUser('sam') }),
    ];
    const outcome = (order: readonly PceEvent[]): unknown => {
      const rule = watching(labelChanged, { options: { bulk_hosts: 5 } });
      return [rule.see(saw(order)).findings, rule.memory()];
    };
    const expected = outcome(events);
    fc.assert(
      fc.property(fc.shuffledSubarray(events, { minLength: events.length }), (order) => {
        expect(outcome(order)).toEqual(expected);
      }),
    );
  });
});
