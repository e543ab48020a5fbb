import { describe, expect, it } from 'vitest';
import type { Label } from '../../../src/core/label.ts';
import { failureOf } from './support/failure.ts';
import { aFake, sendJson } from './support/fake.ts';
import { aLab, anAdapter } from './support/pce.ts';

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
    labels: [],
    sub_groups: [group('active', 1).label_group],
  },
  { href: '/orgs/1/sec_policy/active/label_groups/1', labels: [{ href: SEVERE.href }], sub_groups: [] },
  {
    href: '/orgs/1/sec_policy/active/label_groups/3',
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
  it.each(POLICIES)('with %s', async (_, ruleSets, inbound, outbound) => {
    const fake = await aFake((request, response) =>
      sendJson(response, request.url?.includes('label_groups') ? GROUPS : ruleSets),
    );
    expect(await anAdapter(fake.url).denials([SEVERE])).toEqual([{ label: SEVERE, inbound, outbound }]);
  });

  it('is what the simulated PCE’s rule set "Quarantine" denies', async () => {
    const { pce } = await aLab();
    const severe = await pce.findLabel('Quarantine', 'Severe');
    const mild = await pce.findLabel('Quarantine', 'Mild');
    expect(await pce.denials([severe, mild].filter((one) => one !== undefined))).toMatchObject([
      { label: { value: 'Severe' }, inbound: ['Quarantine'], outbound: ['Quarantine'] },
      { label: { value: 'Mild' }, inbound: [], outbound: [] },
    ]);
  });

  it('is not known when policy may not be read', async () => {
    const { pce, sim } = await aLab();
    sim.control.fault({ path: '/sec_policy/', kind: 'status', status: 403 });
    expect(await failureOf(pce.denials([SEVERE]))).toMatchObject({ code: 'forbidden' });
  });
});

describe('doctor’s other looks', () => {
  it.each([
    ['ahead', 90_000, 90_000],
    ['behind', -90_000, -90_000],
    ['the same', 0, 0],
  ])('sees a clock that is %s, within half a second', async (_, advance, ahead) => {
    const { pce, sim } = await aLab();
    sim.control.clock({ advance_ms: advance });
    const { aheadMs } = await pce.contact();
    expect(Math.abs((aheadMs ?? Number.NaN) - ahead)).toBeLessThanOrEqual(500);
  });

  it('reaches a PCE without a healthy core, and none behind a maintenance page', async () => {
    const { pce, sim } = await aLab();
    sim.control.fault({ path: '/node_available', kind: 'status', status: 404, times: 1 });
    await pce.contact();
    sim.control.fault({ path: '/node_available', kind: 'html', times: 1 });
    expect(await failureOf(pce.contact())).toMatchObject({ code: 'bad-answer' });
  });

  it('tries a traffic query with the traffic key, and takes it away', async () => {
    const { pce, sim } = await aLab();
    await pce.tryTraffic();
    const path = '/traffic_flows/async_queries';
    const calls = sim.control.state().requests.filter((request) => request.path.includes(path));
    // A query that still runs can only be deleted once it is cancelled.
    expect(calls.map(({ method }) => method)).toEqual(['POST', 'DELETE', 'PUT', 'DELETE']);
    expect(await pce.deleteStaleQueries()).toBe(0);
    sim.control.fault({ path, method: 'POST', kind: 'status', status: 403 });
    expect(await failureOf(pce.tryTraffic())).toMatchObject({ code: 'forbidden' });
  });

  it('sees whether there are events as old as that', async () => {
    const { pce, clock } = await aLab();
    expect(await pce.hasEventBefore(clock.now())).toBe(true);
    expect(await pce.hasEventBefore(clock.now() - 86_400_000)).toBe(false);
  });
});
