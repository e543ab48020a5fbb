import { describe, expect, it } from 'vitest';
import type { PceEvent } from '../../src/core/event.ts';
import { plain } from '../../src/core/text.ts';
import { policyProvisioned } from '../../src/rules/policy-provisioned.ts';
import { anEstate, anEvent, byUser, noticeOf, saw } from '../support/builders.ts';
import { recorded } from '../support/fixture.ts';
import { aContext, told, watching } from '../support/rules.ts';

const provisioned = (
  affected: unknown,
  { by = 'maya', objects = {} }: { by?: string; objects?: object } = {},
): PceEvent =>
  anEvent({
    event_type: 'sec_policy.create',
    created_by: byUser(by),
    resource_changes: [
      {
        resource: { sec_policy: { href: '/orgs/1/sec_policy/7', version: 7, modified_objects: objects } },
        changes: { workloads_affected: { before: null, after: affected } },
        change_type: 'create',
      },
    ],
  });

const context = aContext({ automation: ['scheduler*'] });
const automated = { by: 'scheduler@example.com' };
const denies = {
  objects: { deny_rules: { '/orgs/1/sec_policy/draft/rule_sets/1/deny_rules/2': { action: 'deleted' } } },
};

const CASES: readonly [string, PceEvent, number, readonly string[]][] = [
  ['69 affected is above 50', recorded('policy', 'policy-25-2'), 0, ['warning policy version 539']],
  [
    '50 affected is enough, in the other shape',
    recorded('policy', 'policy-total'),
    1_000,
    ['warning policy version 540'],
  ],
  ['49 affected of many is ordinary', provisioned(49), 1_000, []],
  ['20 % of the managed ones, and at least 10', provisioned(10), 50, ['warning policy version 7']],
  ['20 % of a handful is ordinary', provisioned(9), 45, []],
  ['half of the managed ones is an error', provisioned(50), 100, ['error policy version 7']],
  [
    'no number before 19.3: unknown, told as info',
    recorded('policy', 'policy-18-2'),
    100,
    ['info policy version 12'],
  ],
  [
    'a deny rule is touched: whatever the number',
    provisioned(1, denies),
    1_000,
    ['warning policy version 7'],
  ],
  ['restored: always', anEvent({ event_type: 'sec_policy.restore' }), 1_000, ['warning policy']],
  [
    'restored, told by the notification alone',
    anEvent({ event_type: 'sec_policy.create', notifications: [noticeOf('sec_policy.restore')] }),
    1_000,
    ['warning policy'],
  ],
  ['automation provisions many every night', provisioned(69, automated), 1_000, []],
  [
    'automation that reaches a fifth of all is told',
    provisioned(200, automated),
    1_000,
    ['warning policy version 7'],
  ],
  [
    'automation that touches a deny rule is told',
    provisioned(1, { ...automated, ...denies }),
    1_000,
    ['warning policy version 7'],
  ],
  ['refused: nothing went live', recorded('policy', 'policy-denied'), 100, []],
  ['a draft changes nothing yet', anEvent({ event_type: 'rule_set.update' }), 100, []],
];

describe('policy-provisioned', () => {
  it.each(CASES)('%s', (_, event, managed, expected) => {
    const { findings } = watching(policyProvisioned, { context }).see(
      saw([event], { estate: anEstate([], managed) }),
    );
    expect(told(findings)).toEqual(expected);
  });

  it('says version, who, message, rulesets and how many of how many', () => {
    const [finding] = watching(policyProvisioned).see(
      saw([recorded('policy', 'policy-25-2')], { estate: anEstate([], 276) }),
    ).findings;
    expect(plain(finding?.story ?? [])).toBe(
      'maya@example.com provisioned policy version 539 at 00:03 UTC, affecting 69 workloads, 25 % of the 276 managed ones. Message: Weekly change. Rulesets: CoreServices | VMware.',
    );
    expect(finding).toMatchObject({
      subject: { kind: 'policy', href: '/orgs/1/sec_policy/539' },
      title: 'Policy provisioned to 69 workloads',
    });
  });

  it('says no part of the managed ones where machines without a VEN are affected too', () => {
    const [finding] = watching(policyProvisioned).see(
      saw([provisioned(69)], { estate: anEstate([], 54) }),
    ).findings;
    expect(plain(finding?.story ?? [])).toContain('affecting 69 workloads (54 are managed).');
  });

  it('follows an open draft alert whatever the number, and names it', () => {
    const drafts = [
      { href: '/orgs/1/sec_policy/active/rule_sets/1', name: 'rule set Core by maya' },
      { href: '/orgs/1/sec_policy/active/rule_sets/2', name: 'rule set Other by tom' },
    ];
    const objects = {
      rulesets: { '/orgs/1/sec_policy/draft/rule_sets/1': { action: 'modified', name: 'Core' } },
    };
    const [finding] = watching(policyProvisioned).see({
      ...saw([provisioned(1, { objects })], { estate: anEstate([], 1_000) }),
      drafts,
    }).findings;
    expect(plain(finding?.story ?? [])).toContain(
      'It settles what was told of the draft: rule set Core by maya.',
    );
  });

  it('takes the thresholds of the configuration', () => {
    const rule = watching(policyProvisioned, { options: { hosts: 10 } });
    expect(told(rule.see(saw([provisioned(10)])).findings)).toEqual(['warning policy version 7']);
  });

  it('refuses an option it does not know', () => {
    expect(() => watching(policyProvisioned, { options: { host: 10 } })).toThrow(/host/);
  });
});
