import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Flow } from '../../src/core/flow.ts';
import type { Response } from '../../src/core/response.ts';
import { aBench, anAlert, someRoles } from '../support/asking.ts';
import {
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

const web = aWorkload({ name: 'web-01', labels: 'app=shop env=prod role=web' });
const db = aWorkload({ name: 'db-01', labels: 'app=shop env=prod role=db' });
const dev = aWorkload({ name: 'dev-01', labels: 'app=shop env=dev role=web' });
const hosts = [web, db, dev];

const end = (one: typeof web | string) =>
  typeof one === 'string'
    ? { address: one, href: undefined, name: one, labels: [] }
    : { address: '192.0.2.10', href: one.href, name: one.name, labels: one.labels };
const flow = (
  source: typeof web | string,
  destination: typeof web | string,
  parts: Partial<Flow> = {},
): Flow => ({
  source: end(source),
  destination: end(destination),
  service: '445/tcp',
  process: undefined,
  connections: 4,
  bytes: 0,
  decision: 'blocked',
  direction: 'inbound',
  first: '',
  firstAt: T0 - 90 * MINUTE,
  last: '',
  lastAt: T0 - 80 * MINUTE,
  ...parts,
});

const scopeOf = (text: string) => [labels(text).map((label) => ({ label }))];
const ruleSet = (id: string, name: string, scope: string) => ({
  uuid: id,
  resource: { rule_set: { href: `/orgs/1/sec_policy/draft/rule_sets/${id}`, name, scopes: scopeOf(scope) } },
  changes: { enabled: { before: true, after: false } },
  change_type: 'update',
});
const provisioned = (version: number, ...ids: string[]) => ({
  uuid: 'p',
  resource: {
    sec_policy: {
      href: `/orgs/1/sec_policy/${version}`,
      version,
      commit_message: 'quarter end',
      modified_objects: {
        rulesets: Object.fromEntries(ids.map((id) => [`/orgs/1/sec_policy/draft/rule_sets/${id}`, {}])),
      },
    },
  },
  changes: { workloads_affected: { before: null, after: 2 } },
  change_type: 'create',
});

const quarantine: Response = {
  id: 'response-1',
  action: 'quarantine',
  pce: 'prod-east',
  target: { href: web.href, name: web.name, labels: web.labels, mode: 'full' },
  by: { team: 'T1', user: 'U0MAYA' },
  byName: 'Maya',
  reason: 'looks compromised',
  channel: 'C0SOC',
  alert: null,
  requestedAt: T0 - 20 * MINUTE,
  state: 'requested',
  releases: null,
};

/** The story of web-01: tampering, relabelled, a provisioning of its scope, blocked flows, quarantine. */
const aStory = async () => {
  const bench = aBench({ pces: { 'prod-east': hosts } });
  bench.pce.rules = {
    rules: [
      {
        href: '/orgs/1/sec_policy/active/rule_sets/12/sec_rules/1',
        kind: 'allow',
        name: 'Shop',
        scopes: [{ all: [[labels('env=prod')[0]?.href ?? '']], except: [] }],
        scopeUnread: false,
        providers: { everyWorkload: true, labels: undefined, workloads: [], lists: [], unread: [] },
        consumers: { everyWorkload: true, labels: undefined, workloads: [], lists: [], unread: [] },
        unscopedConsumers: false,
        services: [],
      },
    ],
  } as never;
  bench.pce.recorded = [
    anEvent({
      event_type: 'agent.tampering',
      at: T0 - 3 * HOUR,
      created_by: byVen(web),
      notifications: [noticeOf('workload.oob_policy_changes', { num_reverts: 1 })],
    }),
    anEvent({
      event_type: 'workload.update',
      at: T0 - 150 * MINUTE,
      created_by: byUser('jdoe'),
      resource_changes: [
        changeOf(web, { labels: { created: labels('env=prod'), deleted: labels('env=dev') } }),
      ],
    }),
    anEvent({
      event_type: 'rule_set.update',
      at: T0 - 130 * MINUTE,
      created_by: byUser('jdoe'),
      resource_changes: [ruleSet('12', 'Shop', 'env=prod')],
    }),
    anEvent({
      event_type: 'rule_set.update',
      at: T0 - 125 * MINUTE,
      created_by: byUser('jdoe'),
      resource_changes: [ruleSet('13', 'Dev only', 'env=dev')],
    }),
    anEvent({
      event_type: 'sec_policy.create',
      at: T0 - 2 * HOUR,
      created_by: byUser('ana'),
      status: 'success',
      resource_changes: [provisioned(540, '12')],
    }),
    anEvent({ event_type: 'agent.update', at: T0 - 100 * MINUTE, created_by: byVen(web) }),
    anEvent({ event_type: 'agent.tampering', at: T0 - 99 * MINUTE, created_by: byVen(dev) }),
  ];
  bench.pce.flowRows = [
    flow('198.51.100.9', web),
    // The other reporter of the same flow: counted once.
    flow('198.51.100.9', web, { direction: 'outbound', connections: 3 }),
    flow(web, db, { decision: 'allowed', service: '5432/tcp', connections: 900 }),
    flow('198.51.100.77', db, { decision: 'allowed', service: '443/tcp' }),
  ];
  await bench.store.commit([
    {
      type: 'alert-fired',
      alert: anAlert({
        firstAt: T0 - 179 * MINUTE,
        lastAt: T0 - 179 * MINUTE,
        workloads: [web.href],
        subject: { kind: 'workload', href: web.href, name: 'web-01' },
      }),
    },
    { type: 'response-requested', response: quarantine },
  ]);
  return bench;
};

const fileNamed = (bench: Awaited<ReturnType<typeof aStory>>, part: string): string =>
  String(bench.chat.files.find(({ name }) => name.endsWith(part))?.content);

describe('/illumio investigate', () => {
  it('tells the story of a host in order', async () => {
    const bench = await aStory();
    const said = await bench.ask('investigate web-01', 'U0ANA');
    const order = [
      'agent.tampering: workload.oob_policy_changes',
      'alert, error: Firewall tampering on web-01',
      'workload.update: labels: env=dev → env=prod — jdoe',
      'rule_set.update: rule set Shop, enabled: true → false (its labels are in the scope) — jdoe',
      'sec_policy.create: version 540, "quarter end" (its labels are in the scope) — ana',
      'blocked from 198.51.100.9 445/tcp, 4 connections',
      'quarantine asked for: looks compromised — Maya',
    ];
    const places = order.map((text) => said.indexOf(text));
    expect(
      places.every((at) => at >= 0),
      JSON.stringify(order.filter((_, n) => (places[n] ?? -1) < 0)) + said,
    ).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    // Not its business: another host, another scope; and the talk of its VEN stays in the files.
    for (const other of ['Dev only', 'dev-01', 'agent.update']) expect(said).not.toContain(other);
    expect(said).toContain('Blocked in 198.51.100.9 445/tcp (4)');
    expect(said).toContain('Allowed out db-01 5432/tcp (900)');
  });

  it('hands over evidence whose hashes are those it says, in UTC', async () => {
    const bench = await aStory();
    const said = await bench.ask('investigate web-01', 'U0ANA');
    expect(bench.chat.files.map(({ channel }) => channel)).toEqual(Array(5).fill('DU0ANA'));
    for (const { name, content } of bench.chat.files)
      expect(said).toContain(`${createHash('sha256').update(content).digest('hex')}  ${name}`);
    const evidence = JSON.parse(fileNamed(bench, 'evidence.json'));
    expect(evidence).toMatchObject({ time_basis: 'UTC', pce: 'prod-east', asked: 'web-01', by: 'u0ana' });
    expect(evidence.events.map((event: { event_type: string }) => event.event_type)).toContain(
      'agent.update',
    );
    const times = evidence.timeline.map(({ time }: { time: string }) => time);
    expect(times).toEqual([...times].sort());
    expect(fileNamed(bench, 'timeline.csv').split('\r\n')[1]).toBe(
      `"${new Date(T0 - 3 * HOUR).toISOString()}","web-01","event","the VEN of web-01","agent.tampering: workload.oob_policy_changes","${bench.pce.recorded[0]?.href}"`,
    );
  });

  it('of several hosts: a line each, and the connected systems outside the set', async () => {
    const bench = await aStory();
    const said = await bench.ask('investigate env=prod --since 24h', 'U0ANA');
    expect(said).toContain('Investigation of 2 hosts with env=prod, last 24 h');
    expect(said).toContain('2 connected systems outside the set');
    const systems = fileNamed(bench, 'connected-systems.csv');
    expect(systems).toContain('"198.51.100.9","198.51.100.9","in","445/tcp","blocked",4,1');
    expect(systems).not.toContain('db-01');
    expect(fileNamed(bench, 'flows.csv')).toContain('"web-01","out","db-01"');
    expect(bench.pce.queries[0]?.workloads).toHaveLength(2);
  });

  it('says what could not be read, and still tells the rest', async () => {
    const bench = await aStory();
    bench.pce.flows = async () => {
      throw new (await import('../../src/core/ports.ts')).PceError('timeout', 'no answer within 5 min');
    };
    const said = await bench.ask('investigate web-01', 'U0ANA');
    expect(said).toContain('traffic could not be read: no answer within 5 min');
    expect(said).toContain('agent.tampering');
  });

  it.each([
    ['investigate wbe-01', /Nearest: web-01/],
    ['investigate web-01 --since 24h --to 2026-11-22T10:00:00Z', /not both/],
  ])('explains %s', async (words, why) => {
    expect(await (await aStory()).ask(words, 'U0ANA')).toMatch(why);
  });

  it('takes at most 200 hosts, and asks the PCE nothing for more', async () => {
    const many = Array.from({ length: 201 }, (_, n) => aWorkload({ name: `web-${n}`, labels: 'env=prod' }));
    const bench = aBench({ pces: { 'prod-east': many } });
    expect(await bench.ask('investigate env=prod', 'U0ANA')).toContain(
      '201 hosts match env=prod; I investigate at most 200',
    );
    expect(bench.pce.asked).toEqual([]);
  });

  it('a whole cardholder environment with long names fits one message, and the files hold all of it', async () => {
    const long = 'a-rather-long-host-name-of-a-cardholder-environment.example.com';
    const many = Array.from({ length: 200 }, (_, n) =>
      aWorkload({ name: `host-${n}-${long}`, labels: 'env=prod', href: `/orgs/1/workloads/h${n}` }),
    );
    const bench = aBench({ pces: { 'prod-east': many } });
    bench.pce.recorded = many.map((one, n) =>
      anEvent({
        event_type: 'workload.update',
        at: T0 - n * MINUTE,
        created_by: byUser(`somebody.with.a.long.name@${long}`),
        resource_changes: [
          changeOf(one, { labels: { created: labels('env=prod'), deleted: labels('env=dev') } }),
        ],
      }),
    );
    bench.pce.flowRows = many.flatMap((one, n) => [
      flow(`198.51.100.${n}`, one),
      flow(one, `peer-${n}-${long}`, { decision: 'allowed' }),
    ]);
    // Every message is held against Slack's limits by the bench.
    const said = await bench.ask('investigate env=prod', 'U0ANA');
    expect(said).toContain('Investigation of 200 hosts with env=prod');
    expect(said).toContain('400 connected systems outside the set');
    expect(
      bench.chat.files.map(({ content }) => String(content).trimEnd().split('\r\n').length).slice(1),
    ).toEqual([1 + 400, 1 + 400, 1 + 400, 1 + 200]);
  });

  it('shows an analyst only the hosts of his labels', async () => {
    const bench = aBench({
      pces: { 'prod-east': hosts },
      settings: {
        roles: {
          ...someRoles,
          analyst: [
            { members: [{ group: 'S0ANALYST' }], labels: 'env=dev', channels: undefined, actions: undefined },
          ],
        },
      },
    });
    expect(await bench.ask('investigate web-01', 'U0ANA')).toContain(
      'none that your role lets you investigate',
    );
    expect(await bench.ask('investigate app=shop', 'U0ANA')).toContain('Investigation of dev-01');
  });

  it('is not for viewers', async () => {
    expect(await (await aStory()).ask('investigate web-01', 'U0VIC')).toMatch(/needs the role analyst/);
  });
});
