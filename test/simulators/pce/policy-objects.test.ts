import { describe, expect, it } from 'vitest';
import type { Row } from './support.ts';
import { start, tokens } from './support.ts';

const POLICY = '/orgs/1/sec_policy';
const LISTS = `${POLICY}/draft/ip_lists`;
const range = (from_ip: string) => ({ from_ip });

describe('what rules refer to (facts §9)', () => {
  it('is changed in the draft alone, with an event, until it is provisioned', async () => {
    const { put, get, post } = await start();
    expect((await put(`${LISTS}/2`, { ip_ranges: [range('0.0.0.0/0')] })).status).toBe(204);
    expect((await get(`${LISTS}/2`)).json()).toMatchObject({ update_type: 'update' });
    expect((await get(`${POLICY}/active/ip_lists/2`)).json()).toMatchObject({
      ip_ranges: [{ from_ip: '203.0.113.0/24' }],
    });
    expect(
      (await get('/orgs/1/events?event_type=ip_list.update')).json()[0]?.['resource_changes'],
    ).toMatchObject([
      {
        resource: { ip_list: { href: `${LISTS}/2`, name: 'Partners' } },
        changes: { ip_ranges: { created: [range('0.0.0.0/0')], deleted: [{ from_ip: '203.0.113.0/24' }] } },
      },
    ]);
    await post(POLICY, { update_description: 'Go' });
    expect(
      (await get('/orgs/1/events?event_type=sec_policy.create')).json()[0]?.['resource_changes'],
    ).toMatchObject([
      {
        resource: {
          sec_policy: {
            modified_objects: { ip_lists: { [`${LISTS}/2`]: { action: 'modified', name: 'Partners' } } },
          },
        },
      },
    ]);
  });

  it('stays readable in every version that was provisioned', async () => {
    const { put, get, post } = await start();
    await put(`${LISTS}/2`, { ip_ranges: [range('198.51.100.0/24')] });
    await post(POLICY, { update_description: 'Go' });
    expect((await get(`${POLICY}/12/ip_lists/2`)).json()).toMatchObject({
      href: `${POLICY}/12/ip_lists/2`,
      ip_ranges: [{ from_ip: '203.0.113.0/24' }],
    });
    expect((await get(`${POLICY}/13/ip_lists/2`)).json()).toMatchObject({
      ip_ranges: [range('198.51.100.0/24')],
    });
    expect((await get(`${POLICY}/14/ip_lists/2`)).status).toBe(404);
  });

  const REFUSED: readonly [string, string, unknown][] = [
    ['an address that is none', 'ip_lists/2', { ip_ranges: [range('everywhere')] }],
    ['an unknown key', 'ip_lists/2', { ranges: [] }],
    ['a port that is none', 'services/3', { service_ports: [{ port: 70_000, proto: 6 }] }],
    ['a service without protocol', 'services/3', { service_ports: [{ port: 22 }] }],
  ];
  it.each(REFUSED)('406 for %s', async (_, path, body) => {
    const { put } = await start();
    expect(tokens(await put(`${POLICY}/draft/${path}`, body))).toEqual(['input_validation_error']);
  });

  it('a label group takes labels of its own key only', async () => {
    const { put, get, label } = await start();
    const [group] = (await get(`${POLICY}/draft/label_groups`)).json();
    const labels = async (key: string, value: string) => ({ labels: [{ href: await label(key, value) }] });
    expect((await put(String(group?.['href']), await labels('app', 'shop'))).status).toBe(406);
    expect((await put(String(group?.['href']), await labels('env', 'prod'))).status).toBe(204);
  });

  it('what is used is not deleted; what is not, is', async () => {
    const { call, post } = await start();
    expect((await call('DELETE', `${LISTS}/1`)).status).toBe(406);
    const made = (await post(LISTS, { name: 'Lab', ip_ranges: [range('192.0.2.0/24')] })).json<Row>();
    expect((await call('DELETE', String(made['href']))).status).toBe(204);
  });

  it('an enforcement boundary can be made, and has events of its own', async () => {
    const { post, get, label } = await start();
    const web = { label: { href: await label('role', 'web') } };
    const boundary = {
      name: 'No web',
      providers: [web],
      consumers: [{ actors: 'ams' }],
      ingress_services: [],
    };
    expect((await post(`${POLICY}/draft/enforcement_boundaries`, boundary)).status).toBe(201);
    expect((await get('/orgs/1/events?event_type=enforcement_boundary.create')).json()).toHaveLength(1);
  });
});

describe('/_sim/call', () => {
  it('makes a call in the name of a person at the console, with its event and its refusals', async () => {
    const { call, drive, get } = await start();
    const body = { by: 'maya', method: 'PUT', path: `${LISTS}/2`, body: { ip_ranges: [] } };
    expect((await drive('call', body)).json()).toEqual({ answer: null });
    const [event] = (await get('/orgs/1/events?event_type=ip_list.update')).json();
    expect(event).toMatchObject({ created_by: { user: { username: 'maya@example.com' } } });
    expect(event?.['action']).not.toHaveProperty('info');
    expect((await call('POST', '/_sim/call', { ...body, body: { ranges: [] } })).status).toBe(406);
    expect((await call('POST', '/_sim/call', { by: 'maya' })).status).toBe(406);
  });

  it('names the open dimensions of a scope by a null href in events (facts §2.3)', async () => {
    const { post, get, label } = await start();
    await post(`${POLICY}/draft/rule_sets`, {
      name: 'Prod',
      scopes: [[{ label: { href: await label('env', 'prod') } }]],
    });
    const [event] = (await get('/orgs/1/events?event_type=rule_set.create')).json();
    expect(event?.['resource_changes']).toMatchObject([
      {
        resource: {
          rule_set: {
            scopes: [
              [
                { label: { key: 'env', value: 'prod' } },
                { label: { href: null, key: 'app' } },
                { label: { href: null, key: 'loc' } },
              ],
            ],
          },
        },
      },
    ]);
  });
});
