import { describe, expect, it } from 'vitest';
import { dict } from '../../src/core/foreign.ts';
import type { Label } from '../../src/core/label.ts';
import { namingOf } from '../../src/core/naming.ts';
import { parsePolicy } from '../../src/core/policy.ts';

const SEVERE: Label = { href: '/orgs/1/labels/9', key: 'Quarantine', value: 'Severe' };
const label = { label: { href: SEVERE.href } };
const everything = { actors: 'ams' };
const group = (version: string, id: number) => ({
  label_group: { href: `/orgs/1/sec_policy/${version}/label_groups/${id}` },
});

/** Group 1 holds the label, group 2 holds group 1, group 3 holds another label. */
const GROUPS = [
  {
    href: '/orgs/1/sec_policy/active/label_groups/2',
    key: 'Quarantine',
    labels: [],
    sub_groups: [group('active', 1).label_group],
  },
  {
    href: '/orgs/1/sec_policy/active/label_groups/1',
    key: 'Quarantine',
    labels: [{ href: SEVERE.href }],
    sub_groups: [],
  },
  {
    href: '/orgs/1/sec_policy/active/label_groups/3',
    key: 'Quarantine',
    labels: [{ href: '/orgs/1/labels/90' }],
    sub_groups: [],
  },
];

const deny = (differs: object): object => ({
  enabled: true,
  override: true,
  consumers: [everything],
  ...differs,
});

/** [what the policy holds, its rule sets, inbound, outbound] */
const POLICIES: readonly (readonly [string, readonly object[], readonly string[], readonly string[]])[] = [
  ['nothing', [], [], []],
  ['a rule set of a release before deny rules', [{ name: 'Q', enabled: true, rules: [] }], [], []],
  [
    'the label as destination and as source, in two rule sets',
    [
      { name: 'In', enabled: true, deny_rules: [deny({ providers: [label] })] },
      { name: 'Out', enabled: true, deny_rules: [deny({ providers: [everything], consumers: [label] })] },
    ],
    ['In'],
    ['Out'],
  ],
  [
    'a group of groups that holds it, named by its draft href',
    [{ name: 'In', deny_rules: [deny({ providers: [group('draft', 2)] })] }],
    ['In'],
    [],
  ],
  [
    'a group that holds another label',
    [{ name: 'In', deny_rules: [deny({ providers: [group('active', 3)] })] }],
    [],
    [],
  ],
  [
    'an ordinary deny rule, which allow rules win over',
    [{ name: 'In', deny_rules: [deny({ providers: [label], override: false })] }],
    [],
    [],
  ],
  ['a disabled rule', [{ name: 'In', deny_rules: [deny({ providers: [label], enabled: false })] }], [], []],
  [
    'a disabled rule set',
    [{ name: 'In', enabled: false, deny_rules: [deny({ providers: [label] })] }],
    [],
    [],
  ],
  [
    'the label as an exclusion',
    [{ name: 'In', deny_rules: [deny({ providers: [{ ...label, exclusion: true }] })] }],
    [],
    [],
  ],
];

describe('what the active policy denies to a label', () => {
  it.each(POLICIES)('with %s', (_, ruleSets, deniedIn, deniedOut) => {
    const policy = parsePolicy(
      {
        ruleSets: ruleSets.map(dict),
        boundaries: [],
        services: [],
        ipLists: [],
        labelGroups: GROUPS.map(dict),
      },
      (href) => (href === SEVERE.href ? SEVERE : undefined),
    );
    expect(namingOf(policy, SEVERE.href)).toMatchObject({ deniedIn, deniedOut });
  });
});
