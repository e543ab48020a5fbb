import { describe, expect, it } from 'vitest';
import type { Look } from '../../../src/core/draft/broad.ts';
import { changeOf, objectOf } from '../../../src/core/draft/change.ts';
import { judge } from '../../../src/core/draft/judge.ts';
import { populationOf } from '../../../src/core/draft/population.ts';
import { type Dict, dict } from '../../../src/core/foreign.ts';
import { aLabel, anEstate, aWorkload } from '../../support/builders.ts';
import { aContext } from '../../support/rules.ts';

const many = (n: number, labels: string) =>
  Array.from({ length: n }, (_, i) => aWorkload({ name: `${labels} ${i}`, labels }));

/** 300 managed hosts: a fifth is 60. */
const ESTATE = anEstate([
  ...many(70, 'app=shop env=prod role=web'),
  ...many(10, 'app=shop env=prod role=db'),
  ...many(80, 'app=erp env=prod role=web'),
  ...many(48, 'app=erp env=stage role=web'),
  ...many(90, 'app=hr env=dev role=web'),
  ...many(2, 'app=core env=prod role=dc'),
]);
const SEVERE = aLabel('Quarantine=Severe');
const LOOK: Look = {
  population: populationOf(ESTATE),
  workload: ESTATE.workload,
  label: (href) => (href === SEVERE.href ? SEVERE : ESTATE.label(href)),
  context: aContext({
    highValue: ['role=dc'],
    quarantine: { strategy: 'deny', labels: { Quarantine: 'Severe' } } as never,
  }),
  limits: { hosts: 50, percent: 20, ports: 1_000, addresses: 65_536 },
};

const POLICY = '/orgs/1/sec_policy/draft';
const label = (text: string) => ({ label: { href: aLabel(text).href } });
const but = (text: string) => ({ ...label(text), exclusion: true });
const scope = (text: string) => text.split(' ').map(label);
const group = { label_group: { href: `${POLICY}/label_groups/1` } };
const ams = { actors: 'ams' };
const any = { ip_list: { href: `${POLICY}/ip_lists/1` } };
const partners = { ip_list: { href: `${POLICY}/ip_lists/2` } };
const port = (n: number, to?: number) => ({
  port: n,
  proto: 6,
  ...(to === undefined ? {} : { to_port: to }),
});
const NOTHING: readonly unknown[] = [];

const rule = (parts: Dict = {}): Dict => ({
  href: `${POLICY}/rule_sets/1/sec_rules/2`,
  enabled: true,
  providers: [ams],
  consumers: [ams],
  ingress_services: [port(443)],
  ...parts,
});
const ruleSet = (parts: Dict = {}): Dict => ({
  href: `${POLICY}/rule_sets/1`,
  name: 'Shop',
  enabled: true,
  scopes: [scope('app=shop env=prod')],
  rules: [rule()],
  ...parts,
});
const withRule = (parts: Dict, of: Dict = {}): Dict => ruleSet({ ...of, rules: [rule(parts)] });
const everywhere = { scopes: [[]] };
const webToDb = { providers: [label('role=db')], consumers: [label('role=web')] };
const withDeny = (parts: Dict | undefined): Dict =>
  ruleSet({
    ...everywhere,
    rules: NOTHING,
    deny_rules:
      parts === undefined
        ? NOTHING
        : [
            rule({
              href: `${POLICY}/rule_sets/1/deny_rules/3`,
              providers: [label('app=shop')],
              consumers: [label('app=hr')],
              ...parts,
            }),
          ],
  });

const ipList = (name: string, id: number, ...ranges: readonly string[]): Dict => ({
  href: `${POLICY}/ip_lists/${id}`,
  name,
  ip_ranges: ranges.map((from_ip) => ({ from_ip })),
});
const labelGroup = (...values: readonly string[]): Dict => ({
  href: `${POLICY}/label_groups/1`,
  name: 'Some environments',
  key: 'env',
  labels: values.map((value) => ({ href: aLabel(`env=${value}`).href })),
});
const service = (...ports: readonly Dict[]): Dict => ({
  href: `${POLICY}/services/1`,
  name: 'Web',
  service_ports: ports,
});

const ACTIVE = {
  ruleSets: [] as readonly Dict[],
  boundaries: [] as readonly Dict[],
  services: [service(port(443))],
  ipLists: [ipList('Any', 1, '0.0.0.0/0', '::/0'), ipList('Partners', 2, '203.0.113.0/24')],
  labelGroups: [labelGroup('stage')],
};
const DRAFTED = { services: [], ipLists: [], labelGroups: [] };

/** What is said of an edit of one object. @param using the rule sets that may refer to it */
const said = (before: Dict | undefined, after: Dict | undefined, using: readonly Dict[] = []) => {
  const href = String((after ?? before)?.['href']);
  const object = objectOf(href);
  if (object === undefined) throw new Error(`${href} is no object of a policy`);
  const rows = { before, after, active: { ...ACTIVE, ruleSets: using }, drafted: DRAFTED };
  const found = judge(changeOf(object, rows, LOOK.label), LOOK);
  return found === undefined ? undefined : `${found.severity}: ${found.story}`;
};

const QUIET: readonly [string, Dict | undefined, Dict | undefined, (readonly Dict[])?][] = [
  ['a new ring-fence: all ↔ all inside one app and env', undefined, ruleSet()],
  ['a ring-fence gets all services', ruleSet(), withRule({ ingress_services: [] })],
  [
    'what is broad already only gets narrower',
    withRule({}, everywhere),
    withRule({ consumers: [label('app=hr')] }, everywhere),
  ],
  [
    'what is broad already stays as it is',
    withRule({}, everywhere),
    ruleSet({ ...everywhere, name: 'Renamed' }),
  ],
  ['a broad rule that is switched off', undefined, withRule({ enabled: false }, everywhere)],
  [
    'a broad rule in a rule set that is switched off',
    undefined,
    withRule({}, { ...everywhere, enabled: false }),
  ],
  ['a broad rule is removed', withRule({}, everywhere), ruleSet({ ...everywhere, rules: NOTHING })],
  ['a broad rule is marked as deleted', undefined, withRule({ update_type: 'delete' }, everywhere)],
  [
    'a rule set is marked as deleted',
    withRule({}, everywhere),
    { ...withRule({}, everywhere), update_type: 'delete' },
  ],
  [
    '50 hosts or fewer',
    undefined,
    withRule({ ...webToDb, consumers: [label('env=stage')], providers: [label('env=stage')] }, everywhere),
  ],
  [
    '1,000 ports across a border',
    undefined,
    withRule(
      { providers: [label('role=db')], consumers: [label('role=db')], ingress_services: [port(1, 1_000)] },
      everywhere,
    ),
  ],
  ['a small IP list to what is not sensitive', undefined, withRule({ consumers: [partners] })],
  ['any address, but one port and nothing of high value', undefined, withRule({ consumers: [any] })],
  [
    'a deny rule stops more than before',
    withDeny({ ingress_services: [port(22)] }),
    withDeny({ ingress_services: [port(22), port(23)] }),
  ],
  ['a deny rule becomes one that overrides', withDeny({}), withDeny({ override: true })],
  [
    'an IP list that nobody uses',
    ipList('Partners', 2, '203.0.113.0/24'),
    ipList('Partners', 2, '0.0.0.0/0'),
  ],
  [
    'an IP list in use gets smaller',
    ipList('Partners', 2, '203.0.113.0/24'),
    ipList('Partners', 2, '203.0.113.0/25'),
    [withRule({ consumers: [partners] })],
  ],
  [
    'an IP list in use is written in two halves',
    ipList('Partners', 2, '203.0.113.0/24'),
    ipList('Partners', 2, '203.0.113.0/25', '203.0.113.128/25'),
    [withRule({ consumers: [partners] })],
  ],
  [
    'an IP list of a rule that is switched off grows',
    ipList('Partners', 2, '203.0.113.0/24'),
    ipList('Partners', 2, '0.0.0.0/0'),
    [withRule({ consumers: [partners], enabled: false })],
  ],
  [
    'a label group in use loses a label',
    labelGroup('stage', 'dev'),
    labelGroup('stage'),
    [withRule({ consumers: [group] }, everywhere)],
  ],
];

describe('an edit that makes nothing broader', () => {
  it.each(QUIET)('%s', (_, before, after, using) => {
    expect(said(before, after, using)).toBeUndefined();
  });
});

const TOLD: readonly [string, Dict | undefined, Dict | undefined, string, (readonly Dict[])?][] = [
  [
    '(a) a new rule for everybody',
    undefined,
    withRule({}, everywhere),
    'warning: New rule: from all workloads to all workloads on 443/tcp. It would touch 300 workloads, 162 of them env=prod. That is 300 of 300 managed ones, 0 before. Anybody could connect, and to what is of high value or watched.',
  ],
  [
    '(a) the scope of a ring-fence is opened: a null href means all',
    ruleSet(),
    ruleSet({ scopes: [[{ label: { href: null } }, label('env=prod')]] }),
    'warning: Rule in Shop: scope app=shop env=prod → env=prod. It would touch 162 workloads, 162 of them env=prod. That is 162 of 300 managed ones, 80 before.',
  ],
  [
    '(a) sources are let out of the scope',
    ruleSet(),
    withRule({ unscoped_consumers: true }),
    'warning: Rule in Shop: sources all workloads → all workloads of any scope. It would touch 300 workloads, 162 of them env=prod. That is 300 of 300 managed ones, 80 before.',
  ],
  [
    '(a) a rule for everybody is switched on',
    withRule({ enabled: false, providers: [label('app=erp')] }, everywhere),
    withRule({ enabled: true, providers: [label('app=erp')] }, everywhere),
    'warning: Rule switched on: from all workloads to app=erp on 443/tcp. It would touch 300 workloads, 162 of them env=prod. That is 300 of 300 managed ones, 0 before.',
  ],
  [
    '(b) any address with all services',
    withRule({ consumers: [partners] }),
    withRule({ consumers: [partners, any], ingress_services: [] }),
    'warning: Rule in Shop: sources Partners → Partners and any address (Any), services 443/tcp → every service. It would touch 80 workloads, 80 of them env=prod. Anybody could connect, with all services. All services would cross the border of a scope.',
  ],
  [
    '(b) any address to what is of high value',
    undefined,
    withRule({ providers: [label('app=core')], consumers: [any] }, everywhere),
    'warning: New rule: from any address (Any) to app=core on 443/tcp. It would touch 2 workloads, 2 of them env=prod. Anybody could connect, and to what is of high value or watched.',
  ],
  [
    '(c) all services across a border',
    withRule({ providers: [label('role=db')], consumers: [label('app=core')] }, everywhere),
    withRule(
      { providers: [label('role=db')], consumers: [label('app=core')], ingress_services: [port(1, 1_001)] },
      everywhere,
    ),
    'warning: Rule in Shop: services 443/tcp → 1–1001/tcp. It would touch 12 workloads, 12 of them env=prod. All services would cross the border of a scope.',
  ],
  [
    '(d) a label of high value is added',
    withRule(webToDb),
    withRule({ ...webToDb, consumers: [label('role=web'), label('role=dc')] }),
    'warning: Rule in Shop: sources role=web → role=web and dc. It would touch 80 workloads, 80 of them env=prod. Watched labels are concerned: role=dc added.',
  ],
  [
    '(d) an exception for a label of high value is taken away',
    withRule({ consumers: [label('app=core'), but('role=dc')] }),
    withRule({ consumers: [label('app=core')] }),
    'warning: Rule in Shop: sources app=core but role=dc → app=core. It would touch 80 workloads, 80 of them env=prod. Watched labels are concerned: exception role=dc removed.',
  ],
  [
    '(e) a deny rule is removed',
    withDeny({}),
    withDeny(undefined),
    'error: Deny rule removed: from app=hr to app=shop on 443/tcp. It would touch 170 workloads, 80 of them env=prod. What was stopped or guarded so far would no longer be.',
  ],
  [
    '(e) a deny rule is switched off with its rule set',
    withDeny({}),
    { ...withDeny({}), enabled: false },
    'error: Deny rule switched off: from app=hr to app=shop on 443/tcp. It would touch 170 workloads, 80 of them env=prod. What was stopped or guarded so far would no longer be.',
  ],
  [
    '(e) a deny rule stops one port less',
    withDeny({ ingress_services: [port(22), port(23)] }),
    withDeny({ ingress_services: [port(22)] }),
    'error: Deny rule in Shop: services 22–23/tcp → 22/tcp. It would touch 170 workloads, 80 of them env=prod. What was stopped or guarded so far would no longer be.',
  ],
  [
    '(e) an override-deny rule overrides no more',
    withDeny({ override: true }),
    withDeny({}),
    'error: Deny rule in Shop: kind override-deny rule → deny rule. It would touch 170 workloads, 80 of them env=prod. What was stopped or guarded so far would no longer be.',
  ],
  [
    '(e) a rule that names the quarantine label is removed with its rule set',
    withRule({ consumers: [label('Quarantine=Severe')] }),
    undefined,
    'error: Rule removed: from Quarantine=Severe to all workloads on 443/tcp, within app=shop env=prod. It would touch 80 workloads, 80 of them env=prod. What was stopped or guarded so far would no longer be.',
  ],
  [
    '(f) an IP list in use gets addresses',
    ipList('Partners', 2, '203.0.113.0/24'),
    ipList('Partners', 2, '203.0.113.0/24', '198.51.100.0/24'),
    'warning: Rule in Shop: Partners 256 addresses → 512 addresses. It would touch 80 workloads, 80 of them env=prod. The IP list Partners is used by 1 rule in Shop.',
    [withRule({ consumers: [partners] })],
  ],
  [
    '(f) a service in use gets ports',
    service(port(443)),
    service(port(443), port(1, 65_535)),
    'warning: Rule in Shop: services 443/tcp → 1–65535/tcp. It would touch 80 workloads, 80 of them env=prod. The service Web is used by 1 rule in Shop.',
    [withRule({ ingress_services: [{ href: `${POLICY}/services/1` }] })],
  ],
  [
    '(f) a label group in use gets a label, and with it many hosts',
    labelGroup('stage'),
    labelGroup('stage', 'prod'),
    'warning: Rule in Shop: sources env=stage → env=stage and prod. It would touch 210 workloads, 162 of them env=prod. That is 210 of 300 managed ones, 128 before. The label group Some environments is used by 1 rule in Shop.',
    [withRule({ providers: [label('app=shop')], consumers: [group] }, everywhere)],
  ],
  [
    '(e) an IP list gets smaller that a deny rule stops',
    ipList('Partners', 2, '203.0.113.0/24'),
    ipList('Partners', 2, '203.0.113.0/25'),
    'error: Deny rule in Shop: Partners 256 addresses → 128 addresses. It would touch 80 workloads, 80 of them env=prod. What was stopped or guarded so far would no longer be.',
    [withDeny({ consumers: [partners] })],
  ],
];

describe('an edit that makes something broader, or a guard weaker', () => {
  it.each(TOLD)('%s', (_, before, after, story, using) => {
    expect(said(before, after, using)).toBe(story);
  });

  it('reads destinations and sources as it reads consumers and providers', () => {
    const { consumers, providers, ...rest } = rule({
      consumers: [label('app=hr')],
      providers: [label('app=erp')],
    });
    const spelled = (parts: Dict) =>
      said(undefined, ruleSet({ ...everywhere, rules: [dict({ ...rest, ...parts })] }));
    const usual = spelled({ consumers, providers });
    expect(usual).toContain('from app=hr to app=erp');
    expect(spelled({ destinations: consumers, providers })).toBe(usual);
    expect(spelled({ consumers, sources: providers })).toBe(usual);
    expect(spelled({ sources: consumers, destinations: providers })).toBe(usual);
  });
});
