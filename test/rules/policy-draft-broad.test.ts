import { describe, expect, it } from 'vitest';
import type { PolicyChange } from '../../src/core/draft/change.ts';
import { dict } from '../../src/core/foreign.ts';
import { parseRules } from '../../src/core/policy.ts';
import type { Observation } from '../../src/core/rule.ts';
import { plain } from '../../src/core/text.ts';
import { policyDraftBroad } from '../../src/rules/policy-draft-broad.ts';
import { anEstate, anEvent, aWorkload, byUser, MINUTE, SECOND, saw, T0 } from '../support/builders.ts';
import { aContext, told, watching } from '../support/rules.ts';

const SET = '/orgs/1/sec_policy/draft/rule_sets/471';
const RULE = `${SET}/sec_rules/223`;
const LABEL = { href: '/orgs/1/labels/22', key: 'app', value: 'shop' };
const EVERY_APP = { href: null, key: 'app', value: null };
const PROD = { href: '/orgs/1/labels/23', key: 'env', value: 'prod' };
const scopeOf = (...labels: readonly object[]) => [labels.map((label) => ({ label }))];

/** One event about one object of the draft. */
const edit = (
  event_type: string,
  changes: object,
  {
    resource = {},
    by = 'maya',
    at = T0,
    status = 'success',
  }: { resource?: object; by?: string; at?: number; status?: string } = {},
) => {
  const [type = '', verb = ''] = event_type.split('.');
  const kind = type.replace(/s$/, '').replace('firewall_setting', 'firewall_settings');
  return anEvent({
    at,
    event_type,
    status,
    created_by: byUser(by),
    resource_changes: [
      {
        resource: { [kind]: { href: kind === 'sec_rule' ? RULE : SET, ...resource } },
        changes,
        change_type: verb,
      },
    ],
  });
};
const named = { name: 'Core', scopes: scopeOf(EVERY_APP, PROD) };
const opened = { scopes: { before: scopeOf(LABEL, PROD), after: scopeOf(EVERY_APP, PROD) } };

const BY_EVENT: readonly [string, ReturnType<typeof edit>, readonly string[], string?][] = [
  [
    'a scope with a null href: what became wider stands in the event',
    edit('rule_set.update', opened, { resource: named }),
    ['warning rule set Core'],
    'The event says: scope app=shop env=prod → every app env=prod. How many workloads that concerns could not be read.',
  ],
  [
    'a new rule set with a null href',
    edit('rule_set.create', { name: { before: null, after: 'Core' } }, { resource: named }),
    ['warning rule set Core'],
    'The event says: its scope is every app env=prod.',
  ],
  [
    'a scope of everything',
    edit('rule_set.update', { scopes: { before: scopeOf(LABEL), after: [[]] } }),
    ['warning rule set 471'],
    'scope app=shop → everything',
  ],
  [
    'a null href that names no key',
    edit('rule_set.update', {
      scopes: { before: scopeOf(LABEL, PROD), after: scopeOf({ href: null }, PROD) },
    }),
    ['warning rule set 471'],
    'scope app=shop env=prod → env=prod (every other label)',
  ],
  [
    'a rule set that is switched on',
    edit(
      'rule_set.update',
      { enabled: { before: false, after: true } },
      { resource: { name: 'CoreServices | VMware' } },
    ),
    ['warning rule set CoreServices | VMware'],
    'The event says: the rule set was switched on. Scope not readable',
  ],
  [
    'all workloads as sources of a new rule (a payload of 2022)',
    edit('sec_rule.create', {
      rule_list: { before: null, after: { href: SET } },
      providers: { created: [{ provider: true, label: { href: LABEL.href } }] },
      consumers: { created: [{ provider: false, actors: 'ams' }] },
    }),
    ['warning rule set 471'],
    'The event says: all workloads as sources. Scope not readable: how many workloads it concerns is not known.',
  ],
  [
    'all workloads as destinations, spelled the other way',
    edit('sec_rule.update', { sources: { created: [{ actors: 'ams' }] } }),
    ['warning rule set 471'],
  ],
  [
    'a rule whose event says nothing: not readable',
    edit('sec_rule.update', {}),
    ['warning rule set 471'],
    'Scope not readable',
  ],
  [
    'a deny rule is deleted',
    edit('deny_rule.delete', {}),
    ['error rule set 471'],
    'Something that denies is removed',
  ],
  [
    'a boundary is switched off',
    edit('enforcement_boundary.update', { enabled: { before: true, after: false } }),
    ['error enforcement boundary 471'],
  ],
  [
    'a deny rule loses a service',
    edit('deny_rule.update', { ingress_services: { deleted: [{ port: 22, proto: 6 }] } }),
    ['error rule set 471'],
  ],
  [
    'an IP list: what is in it stands in the draft',
    edit('ip_list.update', { ip_ranges: { created: [{ from_ip: '0.0.0.0/0' }] } }),
    ['warning IP list 471'],
  ],
  ['a deny rule is added', edit('deny_rule.create', { providers: { created: [{ actors: 'ams' }] } }), []],
  [
    'a deny rule stops more',
    edit('deny_rule.update', { ingress_services: { created: [{ port: 22, proto: 6 }] } }),
    [],
  ],
  ['a rule is deleted', edit('sec_rule.delete', {}), []],
  ['a rule is switched off', edit('sec_rule.update', { enabled: { before: true, after: false } }), []],
  [
    'a description is changed',
    edit('rule_set.update', { description: { before: '', after: 'x' } }, { resource: named }),
    [],
  ],
  ['an unused service is deleted', edit('services.delete', {}), []],
  [
    'firewall settings without a scope: guard-lowered tells those',
    edit('firewall_settings.update', { ike: { before: 1, after: 2 } }),
    [],
  ],
  [
    'refused: nothing was drafted',
    edit('rule_set.update', opened, { resource: named, status: 'failure' }),
    [],
  ],
];

describe('policy-draft-broad where nobody reads the draft', () => {
  it.each(BY_EVENT)('%s', (_, event, expected, words = '') => {
    const { findings } = watching(policyDraftBroad).see(saw([event]));
    expect(told(findings)).toEqual(expected);
    expect(findings.map(({ story }) => plain(story)).join()).toContain(words);
  });

  it('reads every entry of resource_changes, not only the first', () => {
    const event = edit('rule_sets.delete', {});
    const raw = {
      ...event.raw,
      resource_changes: [8, 9].map((id) => ({
        resource: { rule_set: { href: `${SET}${id}` } },
        changes: {},
        change_type: 'delete',
      })),
    };
    expect(watching(policyDraftBroad).see(saw([anEvent(raw)])).findings).toHaveLength(2);
  });
});

const ESTATE = anEstate(
  Array.from({ length: 60 }, (_, i) => aWorkload({ name: `web-${i}`, labels: 'env=prod' })),
);
const rulesOf = (rule: object | undefined) =>
  parseRules(
    {
      ruleSets:
        rule === undefined ? [] : [dict({ name: 'Core', scopes: [[]], rules: [{ href: RULE, ...rule }] })],
      boundaries: [],
      services: [],
      ipLists: [],
      labelGroups: [],
    },
    () => undefined,
  );
const draft = (after: object | undefined, before?: object): PolicyChange => ({
  name: 'Core',
  kind: 'rule set',
  referred: false,
  pending: after !== undefined,
  before: rulesOf(before),
  after: rulesOf(after),
});
const ALL = { providers: [{ actors: 'ams' }], consumers: [{ actors: 'ams' }] };

/** A rule whose questions the PCE answers with what is given. */
const aWatch = (context = aContext()) => {
  const rule = watching(policyDraftBroad, { context });
  return {
    ...rule,
    edits: (...events: Parameters<typeof saw>[0]) =>
      rule.see({ ...saw(events, { estate: ESTATE }), answering: true }),
    reads(now: number, answer: PolicyChange | 'refused' | 'failed') {
      const answers = new Map(
        rule
          .asks(now)
          .map(({ href, versions }) => [
            versions === undefined ? href : `${href}@${versions.before}-${versions.after}`,
            answer,
          ]),
      );
      const observation: Observation = { kind: 'policy', pce: 'prod-east', now, estate: ESTATE, answers };
      return rule.see(observation);
    },
  };
};

describe('policy-draft-broad with the draft', () => {
  it('asks a minute after the last edit, and not for ever later', () => {
    const watch = aWatch();
    expect(watch.edits(edit('sec_rule.update', {})).findings).toEqual([]);
    expect(watch.asks(T0 + 59 * SECOND)).toEqual([]);
    watch.edits(edit('sec_rule.update', {}, { at: T0 + 50 * SECOND }));
    expect(watch.asks(T0 + 60 * SECOND)).toEqual([]);
    expect(watch.asks(T0 + 110 * SECOND)).toEqual([{ href: '/orgs/1/sec_policy/active/rule_sets/471' }]);
    for (let at = T0; at <= T0 + 12 * MINUTE; at += 50 * SECOND)
      watch.edits(edit('sec_rule.update', {}, { at }));
    expect(watch.asks(T0 + 10 * MINUTE)).toHaveLength(1);
  });

  it('tells what is broad once, again when it becomes broader, and says when it is over', () => {
    const watch = aWatch();
    watch.edits(edit('sec_rule.update', {}));
    const [finding] = watch.reads(T0 + MINUTE, draft(ALL)).findings;
    expect(finding).toMatchObject({
      severity: 'warning',
      subject: { kind: 'policy', href: SET, name: 'rule set Core', aspect: 'maya' },
      title: 'Policy draft became broader: rule set Core',
    });
    watch.edits(edit('sec_rule.update', {}, { at: T0 + 2 * MINUTE }));
    expect(watch.reads(T0 + 3 * MINUTE, draft(ALL)).findings).toEqual([]);
    expect(watch.reads(T0 + 64 * MINUTE, draft(undefined)).cleared).toMatchObject([
      { why: 'no draft of it is left' },
    ]);
  });

  it('what automation drafts is worth a line of the digest', () => {
    const watch = aWatch(aContext({ automation: ['terraform*'] }));
    watch.edits(edit('sec_rule.update', {}, { by: 'terraform' }));
    expect(watch.reads(T0 + MINUTE, draft(ALL)).findings).toMatchObject([{ digest: true }]);
  });

  it('a question that failed is asked again for ten minutes, one that is refused is not', () => {
    const watch = aWatch();
    watch.edits(edit('sec_rule.update', {}));
    expect(watch.reads(T0 + MINUTE, 'failed').findings).toEqual([]);
    expect(watch.asks(T0 + MINUTE)).toEqual([]);
    expect(watch.asks(T0 + 2 * MINUTE)).toHaveLength(1);
    expect(told(watch.reads(T0 + 10 * MINUTE, 'failed').findings)).toEqual(['warning rule set 471']);
    const other = aWatch();
    other.edits(edit('sec_rule.update', {}));
    expect(told(other.reads(T0 + MINUTE, 'refused').findings)).toEqual(['warning rule set 471']);
  });

  it('the same author an hour later is another session: told again', () => {
    const watch = aWatch();
    watch.edits(edit('sec_rule.update', {}));
    expect(watch.reads(T0 + MINUTE, draft(ALL)).findings).toHaveLength(1);
    watch.edits(edit('sec_rule.update', {}, { at: T0 + 60 * MINUTE }));
    expect(watch.reads(T0 + 61 * MINUTE, draft(ALL)).findings).toHaveLength(1);
  });
});
