import { describe, expect, it } from 'vitest';
import { parseCustomRule } from '../../../src/config/custom-text.ts';
import { OverBudget } from '../../../src/core/custom/budget.ts';
import { customRule } from '../../../src/core/custom/custom-rule.ts';
import { compileRules } from '../../../src/core/detect.ts';
import type { PceEvent } from '../../../src/core/event.ts';
import type { AlertRule } from '../../../src/core/rule.ts';
import { DEFAULT_CONTEXT } from '../../../src/core/rule-context.ts';
import {
  anEstate,
  anEvent,
  aWorkload,
  byUser,
  changeOf,
  HOUR,
  MINUTE,
  noticeOf,
  saw,
  T0,
} from '../../support/builders.ts';
import { told, watching } from '../../support/rules.ts';

/** A rule as an operator writes it, without its id and title. */
const rule = (yaml: string): AlertRule => {
  const parsed = parseCustomRule(`id: mine\ntitle: Mine\n${yaml}\n`, []);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return customRule(parsed.rule);
};

const web = aWorkload({ name: 'web-01', labels: 'app=shop env=prod' });
const db = aWorkload({ name: 'db-01', labels: 'app=shop env=dev' });
const estate = anEstate([web, db]);

const bulk = anEvent({
  event_type: 'workloads.bulk_update',
  created_by: byUser('maya'),
  resource_changes: [
    changeOf(web, { enforcement_mode: { before: 'full', after: 'idle' } }),
    changeOf(db, { enforcement_mode: { before: 'idle', after: 'idle' } }),
  ],
});
const failed = anEvent({
  event_type: 'user.sign_in',
  status: 'failure',
  severity: 'warning',
  created_by: byUser('svc-backup'),
  notifications: [noticeOf('user.login_failed', { reason: 'locked', tries: 7 })],
});

const PLAIN: readonly [string, string, PceEvent, readonly string[]][] = [
  [
    'an exact type: every host it names',
    'event: workloads.bulk_update',
    bulk,
    ['warning web-01', 'warning db-01'],
  ],
  ['another type', 'event: workload.update', bulk, []],
  ['a glob', 'event: workload*', bulk, ['warning web-01', 'warning db-01']],
  ['an expression is held against the whole type', 'event: /workloads|nothing/', bulk, []],
  ['an expression', 'event: /workloads\\.(bulk_)?update/', bulk, ['warning web-01', 'warning db-01']],
  ['a notification in whatever event', 'notification: user.login_failed', failed, ['warning svc-backup']],
  [
    'status and severity of the event',
    'event: user.*\nstatus: failure\nevent_severity: [warning, err]',
    failed,
    ['warning svc-backup'],
  ],
  ['another status', 'event: user.*\nstatus: success', failed, []],
  ['another severity of the event', 'event: user.*\nevent_severity: err', failed, []],
  ['an actor', 'event: user.*\nactor: svc-*\nseverity: error', failed, ['error svc-backup']],
  ['another actor', 'event: user.*\nactor: [maya, jo*]', failed, []],
  ['only hosts with a label', 'event: workloads.bulk_update\nlabels: env=prod', bulk, ['warning web-01']],
  ['no host with the label', 'event: workloads.bulk_update\nlabels: env=test', bulk, []],
  [
    'any, not only the first, of several changes',
    'event: workload*\nlabels: env=prod\nwhere: [{any: "resource_changes[].changes.enforcement_mode", before: idle, after: idle}]',
    bulk,
    ['warning web-01'],
  ],
  [
    'before and after of one and the same change',
    'event: workload*\nwhere: [{any: "resource_changes[].changes.enforcement_mode", before: idle, after: full}]',
    bulk,
    [],
  ],
  [
    'all of several',
    'event: workload*\nlabels: env=prod\nwhere: [{all: "resource_changes[].changes.enforcement_mode", after: idle}]',
    bulk,
    ['warning web-01'],
  ],
  [
    'not all of several',
    'event: workload*\nwhere: [{all: "resource_changes[].changes.enforcement_mode", before: full}]',
    bulk,
    [],
  ],
  ['all of none', 'event: workload*\nwhere: [{all: "notifications[].info.reason", not: x}]', bulk, []],
  [
    'a field of a notification',
    'event: user.*\nwhere: [{any: "notifications[].info.reason", is: [lost, lock*]}]',
    failed,
    ['warning svc-backup'],
  ],
  [
    'what it must not be',
    'event: user.*\nwhere: [{any: "notifications[].info.reason", not: locked}]',
    failed,
    [],
  ],
  [
    'a number',
    'event: user.*\nwhere: [{any: "notifications[].info.tries", at_least: 7, at_most: 9}]',
    failed,
    ['warning svc-backup'],
  ],
  [
    'a number that is less',
    'event: user.*\nwhere: [{any: "notifications[].info.tries", at_least: 8}]',
    failed,
    [],
  ],
];

it.each(PLAIN)('%s', (_, yaml, event, expected) =>
  expect(told(watching(rule(yaml)).see(saw([event], { estate })).findings)).toEqual(expected),
);

it('says who, what, when and from what to what', () => {
  const [finding] = watching(rule('event: workload*\nlabels: env=prod')).see(
    saw([bulk], { estate }),
  ).findings;
  expect(finding).toMatchObject({ title: 'Mine: web-01', suggests: ['quarantine'], workloads: [web.href] });
  expect(JSON.stringify(finding?.story)).toMatch(/maya: workloads.bulk_update.*full → idle/);
});

const signIn = (at: number, who: string, address = '192.0.2.10'): PceEvent =>
  anEvent({
    at,
    event_type: 'user.sign_in',
    status: 'failure',
    created_by: byUser(who),
    action: { src_ip: address },
  });

const COUNTED: readonly [string, string, readonly PceEvent[], readonly string[]][] = [
  [
    'three in ten minutes by one actor',
    '',
    [0, 4, 9].map((n) => signIn(T0 + n * MINUTE, 'maya')),
    ['warning maya'],
  ],
  ['three in twenty minutes', '', [0, 9, 19].map((n) => signIn(T0 + n * MINUTE, 'maya')), []],
  ['three of three actors', '', ['a', 'bb', 'ccc'].map((who) => signIn(T0, who)), []],
  [
    'three from one address',
    ', by: address',
    ['a', 'bb', 'ccc'].map((who) => signIn(T0, who)),
    ['warning 192.0.2.10'],
  ],
  [
    'three of one name from one address',
    ', by: address, distinct: actor',
    [0, 1, 2].map((n) => signIn(T0 + n, 'maya')),
    [],
  ],
  [
    'three names from one address',
    ', by: address, distinct: actor',
    ['a', 'bb', 'ccc'].map((who, n) => signIn(T0 + n, who)),
    ['warning 192.0.2.10'],
  ],
  [
    'by a field',
    ', by: action.src_ip',
    ['a', 'bb', 'ccc'].map((who, n) => signIn(T0 + n, who)),
    ['warning 192.0.2.10'],
  ],
];

it.each(COUNTED)('count: %s', (_, more, events, expected) => {
  const watch = watching(rule(`event: user.sign_in\ncount: {at_least: 3, within: 10m${more}}`));
  // One poll each, the last one late: the count is by event time.
  const found = [events[1], events[0], events[2]].flatMap(
    (event) => watch.see(saw(event === undefined ? [] : [event])).findings,
  );
  expect(told(found)).toEqual(expected);
});

const FOLLOWED = 'event: api_key.create\nfollowed_by: {event: "sec_policy.create", within: 30m, by: actor}';
const key = (at: number, who = 'maya'): PceEvent =>
  anEvent({ at, event_type: 'api_key.create', created_by: byUser(who) });
const provision = (at: number, who = 'maya'): PceEvent =>
  anEvent({ at, event_type: 'sec_policy.create', created_by: byUser(who) });

it.each<[string, readonly PceEvent[], number]>([
  ['one after the other', [key(T0), provision(T0 + MINUTE)], 1],
  ['recorded the other way round', [provision(T0 + MINUTE), key(T0)], 1],
  ['in the wrong order of time', [provision(T0), key(T0 + MINUTE)], 0],
  ['too late', [key(T0), provision(T0 + HOUR)], 0],
  ['by two people', [key(T0), provision(T0 + MINUTE, 'jo')], 0],
  ['the first alone', [key(T0)], 0],
])('sequence: %s', (_, events, expected) => {
  const watch = watching(rule(FOLLOWED));
  expect(events.flatMap((event) => watch.see(saw([event])).findings)).toHaveLength(expected);
});

describe('absence', () => {
  const backup = (at: number): PceEvent =>
    anEvent({ at, event_type: 'user.sign_in', created_by: byUser('backup') });
  const wake = (now: number) => ({ kind: 'wake', pce: 'prod-east', now, estate, hosts: new Map() }) as const;

  it('fires once when nothing came for the time, and is over when it comes', () => {
    const watch = watching(rule('event: user.sign_in\nactor: backup\nabsent_for: 24h'));
    watch.see(saw([backup(T0)]));
    const due = watch.wakeAt() ?? 0;
    expect(due).toBe(T0 + 24 * HOUR + 5 * MINUTE);
    expect(told(watch.see(wake(due)).findings)).toEqual(['warning prod-east']);
    expect(watch.see(wake(due + HOUR)).findings).toEqual([]);
    expect(watch.see(saw([backup(due + 2 * HOUR)])).cleared.map(({ why }) => why)).toEqual(['it came again']);
  });

  it('is quiet when it came in time, and counts from the first look when it never came', () => {
    const watch = watching(rule('event: user.sign_in\nabsent_for: 24h'));
    watch.see({ kind: 'sweep', pce: 'prod-east', now: T0, estate, hosts: new Map(), suspended: [] });
    watch.see(saw([backup(T0 + 23 * HOUR)]));
    expect(watch.see(wake(T0 + 25 * HOUR)).findings).toEqual([]);
    expect(told(watch.see(wake(T0 + 47 * HOUR + 5 * MINUTE)).findings)).toEqual(['warning prod-east']);
  });

  it('after a long absence of the bot the polls come first', () => {
    const watch = watching(rule('event: user.sign_in\nabsent_for: 24h\nby: actor'));
    watch.see(saw([backup(T0)]));
    const late = T0 + 48 * HOUR;
    expect(watch.see(wake(late)).findings).toEqual([]);
    expect(told(watch.see(wake(watch.wakeAt() ?? 0)).findings)).toEqual(['warning backup']);
  });
});

it('a rule that would take too long is left out by name, and the others go on', () => {
  const heavy = rule('event: user.*\nwhere: [{any: "notifications[].info.reason", is: /(.|a|b|c|d)*x/}]');
  const other = { ...rule('event: user.*'), id: 'other' };
  const poison = Array.from({ length: 50 }, (_, i) =>
    anEvent({
      at: T0 + i,
      event_type: 'user.sign_in',
      notifications: [noticeOf('x', { reason: 'a'.repeat(50_000) })],
    }),
  );
  const set = compileRules([heavy, other], () => undefined, DEFAULT_CONTEXT);
  const found = set.run(saw(poison), new Map());
  expect(found.failures).toEqual([{ rule: 'mine', error: expect.any(OverBudget) }]);
  expect(found.findings).toHaveLength(50);
});
