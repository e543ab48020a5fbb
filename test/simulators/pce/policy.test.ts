import { describe, expect, it } from 'vitest';
import type { Row } from './support.ts';
import { start, tokens } from './support.ts';

const POLICY = '/orgs/1/sec_policy';

describe('reading policy (facts §9)', () => {
  it('draft and active have the same objects, their hrefs differ in that segment alone', async () => {
    const { get } = await start();
    const [draft, active] = [await get(`${POLICY}/draft/rule_sets`), await get(`${POLICY}/active/rule_sets`)];
    expect(draft.text).not.toContain('/sec_policy/active/');
    expect(active.text).toBe(draft.text.replaceAll('/sec_policy/draft/', '/sec_policy/active/'));
  });

  it('every application and environment has a ring-fence', async () => {
    const client = await start();
    const sets = (await client.get(`${POLICY}/active/rule_sets?name=shop`)).json();
    expect(sets.map(({ name }) => name)).toEqual(['shop | prod', 'shop | stage', 'shop | dev']);
    expect(sets[0]).toMatchObject({
      enabled: true,
      scopes: [
        [
          { label: { href: await client.label('app', 'shop') } },
          { label: { href: await client.label('env', 'prod') } },
        ],
      ],
      rules: [
        {
          providers: [{ actors: 'ams' }],
          consumers: [{ actors: 'ams' }],
          resolve_labels_as: { providers: ['workloads'] },
        },
      ],
    });
  });

  it('Quarantine=Severe is cut off by two override-deny rules, as provider and as consumer', async () => {
    const client = await start();
    const severe = { label: { href: await client.label('Quarantine', 'Severe') } };
    const [set] = (await client.get(`${POLICY}/active/rule_sets?name=Quarantine`)).json();
    const rules = (await client.get(`${set?.['href']}/deny_rules`)).json();
    expect(rules).toEqual(set?.['deny_rules']);
    expect(rules).toMatchObject([
      { override: true, enabled: true, providers: [severe], consumers: [{ actors: 'ams' }, { ip_list: {} }] },
      { override: true, enabled: true, providers: [{ actors: 'ams' }, { ip_list: {} }], consumers: [severe] },
    ]);
    expect((await client.get(String(rules[0]?.['href']))).json()).toEqual(rules[0]);
  });

  it.each([
    'rule_sets',
    'services',
    'ip_lists',
    'label_groups',
    'virtual_services',
    'enforcement_boundaries',
  ])('%s can be listed in draft and active', async (collection) => {
    const { get } = await start();
    expect((await get(`${POLICY}/draft/${collection}`)).status).toBe(200);
    expect((await get(`${POLICY}/active/${collection}`)).status).toBe(200);
  });

  it('the services and the list of all addresses that rules name exist', async () => {
    const { get } = await start();
    const text = (await get(`${POLICY}/active/rule_sets`)).text;
    const hrefs = new Set(text.match(/\/orgs\/1\/sec_policy\/active\/(services|ip_lists)\/\d+/g));
    expect(hrefs.size).toBeGreaterThan(3);
    for (const href of hrefs) expect((await get(href)).status).toBe(200);
  });

  it('an unknown version, object and parameter are refused', async () => {
    const { get } = await start();
    expect((await get(`${POLICY}/7/rule_sets`)).status).toBe(404);
    expect((await get(`${POLICY}/draft/rule_sets/9999`)).status).toBe(404);
    expect((await get(`${POLICY}/draft/rule_sets?nam=x`)).status).toBe(406);
  });
});

describe('writing the draft (facts §9)', () => {
  const RULES = `${POLICY}/draft/rule_sets/1/sec_rules`;
  const rule: Row = {
    providers: [{ actors: 'ams' }],
    consumers: [{ actors: 'ams' }],
    ingress_services: [{ port: 22, proto: 6 }],
  };

  it('a new rule is in the draft and pending, not active, and has an event', async () => {
    const { post, get } = await start();
    const created = await post(RULES, rule);
    expect(created.status).toBe(201);
    const href = String(created.json<Row>()['href']);
    expect((await get(href)).json()).toMatchObject({
      ...rule,
      update_type: 'create',
      unscoped_consumers: false,
    });
    expect((await get(href.replace('draft', 'active'))).status).toBe(404);
    expect((await get(`${POLICY}/pending`)).json()).toMatchObject({
      rule_sets: [{ name: 'shop | prod', update_type: 'update' }],
    });
    const [event] = (await get('/orgs/1/events?event_type=sec_rule.create')).json();
    expect(event?.['resource_changes']).toMatchObject([
      {
        resource: { sec_rule: { href } },
        changes: { consumers: { created: [{ actors: 'ams' }], deleted: [] } },
      },
    ]);
  });

  it('provisioning makes it active, with a new version, the affected workloads and an event', async () => {
    const { post, get } = await start();
    const href = String((await post(RULES, rule)).json<Row>()['href']);
    const provisioned = await post(POLICY, { update_description: 'open ssh' });
    expect(provisioned.status).toBe(201);
    expect(provisioned.json()).toMatchObject({
      href: `${POLICY}/13`,
      version: 13,
      commit_message: 'open ssh',
      workloads_affected: 5,
    });
    expect((await get(href.replace('draft', 'active'))).json()).toMatchObject({ update_type: null });
    expect((await get(`${POLICY}/pending`)).json()).toEqual({});
    const [event] = (await get('/orgs/1/events?event_type=sec_policy.create')).json();
    expect(event?.['resource_changes']).toMatchObject([
      {
        resource: {
          sec_policy: {
            version: 13,
            modified_objects: { rulesets: { [`${POLICY}/draft/rule_sets/1`]: { name: 'shop | prod' } } },
          },
        },
        changes: { workloads_affected: { before: null, after: 5 } },
      },
    ]);
    expect((await get(`${POLICY}/13`)).json()).toMatchObject({ version: 13 });
  });

  it('a rule set can be made, changed, deleted, and all of it reverted', async () => {
    const { post, put, call, get } = await start();
    const href = String(
      (await post(`${POLICY}/draft/rule_sets`, { name: 'New', scopes: [[]] })).json<Row>()['href'],
    );
    expect((await put(href, { enabled: false })).status).toBe(204);
    expect((await get(href)).json()).toMatchObject({ name: 'New', enabled: false, update_type: 'create' });
    const [event] = (await get('/orgs/1/events?event_type=rule_set.update')).json();
    expect(event?.['resource_changes']).toMatchObject([
      { changes: { enabled: { before: true, after: false } } },
    ]);
    expect((await call('DELETE', `${POLICY}/draft/rule_sets/50`)).status).toBe(204);
    expect((await get(`${POLICY}/active/rule_sets/50`)).status).toBe(200);
    expect((await call('DELETE', `${POLICY}/pending`)).status).toBe(204);
    expect((await get(href)).status).toBe(404);
    expect((await get(`${POLICY}/pending`)).json()).toEqual({});
  });

  it('an override-deny rule is refused before 24.2', async () => {
    const { get, post } = await start({ release: '23.5' });
    const [set] = (await get(`${POLICY}/draft/rule_sets`)).json();
    const rule = (override: boolean) => ({
      providers: [{ actors: 'ams' }],
      consumers: [{ actors: 'ams' }],
      ingress_services: [],
      override,
    });
    expect((await post(`${set?.['href']}/deny_rules`, rule(true))).status).toBe(406);
    expect((await post(`${set?.['href']}/deny_rules`, rule(false))).status).toBe(201);
  });

  it('a deny rule can be weakened in the draft: override off', async () => {
    const { put, get } = await start();
    const href = `${POLICY}/draft/rule_sets/50/deny_rules/501`;
    expect((await put(href, { override: false })).status).toBe(204);
    expect((await get(href)).json()).toMatchObject({ override: false, update_type: 'update' });
    expect((await get(href.replace('draft', 'active'))).json()).toMatchObject({ override: true });
  });

  it.each([
    ['destinations instead of consumers', { ...rule, destinations: [{ actors: 'ams' }] }],
    ['an unknown key', { ...rule, name: 'x' }],
    ['an unknown actor', { ...rule, providers: [{ host: 'web-01' }] }],
    ['an unknown label', { ...rule, providers: [{ label: { href: '/orgs/1/labels/9999' } }] }],
    ['override on an allow rule', { ...rule, override: true }],
  ])('406 for %s', async (_, body) => {
    const { post } = await start();
    const reply = await post(RULES, body);
    expect(reply.status).toBe(406);
    expect(tokens(reply)).toEqual(['input_validation_error']);
  });

  it('active policy cannot be written: 405; nothing to provision: 406', async () => {
    const { post } = await start();
    expect((await post(`${POLICY}/active/rule_sets`, { name: 'x', scopes: [[]] })).status).toBe(405);
    expect(tokens(await post(POLICY, { update_description: '' }))).toEqual(['not_acceptable_error']);
  });
});
