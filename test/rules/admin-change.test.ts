import { expect, it } from 'vitest';
import type { PceEvent } from '../../src/core/event.ts';
import { plain } from '../../src/core/text.ts';
import { adminChange } from '../../src/rules/admin-change.ts';
import { anEvent, byUser, saw } from '../support/builders.ts';
import { aContext, told, watching } from '../support/rules.ts';

const change = (
  event_type: string,
  resource: object,
  changes: object = {},
  change_type = 'create',
  parts: object = {},
): PceEvent =>
  anEvent({
    event_type,
    created_by: byUser('maya'),
    resource_changes: [{ resource, changes, change_type }],
    ...parts,
  });
const user = { user: { href: '/users/14', username: 'joe@example.com' } };
const permission = { permission: { href: '/orgs/1/permissions/5' } };
const role = (name: string) => ({ href: `/orgs/1/roles/${name}` });

const CASES: readonly [string, readonly PceEvent[], readonly string[]][] = [
  ['a user is created', [change('user.create', user)], ['info user joe@example.com']],
  ['a user is invited', [change('user.invite', user)], ['info user joe@example.com']],
  [
    'a key is made',
    [change('api_key.create', { api_key: { href: '/users/1/api_keys/x', name: 'script' } })],
    ['info api key script'],
  ],
  [
    'a pairing key, whose profile stands only in the endpoint',
    [
      anEvent({
        event_type: 'pairing_profile.create_pairing_key',
        created_by: byUser('maya'),
        action: {
          api_endpoint: '/api/v2/orgs/1/pairing_profiles/1/pairing_key',
          api_method: 'POST',
          http_status_code: 201,
        },
      }),
    ],
    ['info pairing profile /orgs/1/pairing_profiles/1'],
  ],
  [
    'Owner granted',
    [change('permission.create', permission, { role: { before: null, after: role('owner') } })],
    ['error permission /orgs/1/permissions/5'],
  ],
  [
    'Administrator granted, told in the resource alone',
    [change('permission.create', { permission: { ...permission.permission, role: role('admin') } })],
    ['error permission /orgs/1/permissions/5'],
  ],
  [
    'a service account made with the role by name',
    [
      change(
        'service_account.create',
        { service_account: { href: '/orgs/1/service_accounts/1', name: 'sa' } },
        { permissions: { created: [{ role: { name: 'Owner' } }] } },
      ),
    ],
    ['error service account sa'],
  ],
  [
    'a lesser role granted',
    [change('permission.create', permission, { role: { before: null, after: role('read_only') } })],
    ['info permission /orgs/1/permissions/5'],
  ],
  [
    'Owner taken away',
    [
      change(
        'permission.update',
        permission,
        { role: { before: role('owner'), after: role('read_only') } },
        'update',
      ),
    ],
    ['info permission /orgs/1/permissions/5'],
  ],
  [
    'Owner deleted',
    [
      change(
        'permission.delete',
        { permission: { ...permission.permission, role: role('owner') } },
        {},
        'delete',
      ),
    ],
    ['info permission /orgs/1/permissions/5'],
  ],
  [
    'a user who is called Administrator',
    [change('user.create', { user: { ...user.user, full_name: 'Administrator' } })],
    ['info user joe@example.com'],
  ],
  [
    'somebody signs in',
    [change('user.sign_in', user, { last_sign_in_ip: { before: 'a', after: 'b' } }, 'update')],
    [],
  ],
  ['an attempt that failed', [change('user.create', user, {}, 'create', { status: 'failure' })], []],
  ['a container cluster is no cluster of PCEs', [change('container_cluster.update', {})], []],
];

it.each(CASES)('admin-change: %s', (_, events, expected) => {
  expect(told(watching(adminChange).see(saw(events)).findings)).toEqual(expected);
});

it('admin-change: says who did what', () => {
  const { findings } = watching(adminChange).see(
    saw([change('permission.create', permission, { role: { before: null, after: role('owner') } })]),
  );
  expect(plain(findings[0]?.story ?? [])).toBe(
    'maya: permission /orgs/1/permissions/5, created at 10:00 UTC: role: none → /orgs/1/roles/owner. The role Owner may change everything on this PCE.',
  );
});

it('admin-change: what the bot does itself is not alerted', () => {
  const context = aContext({
    pces: [
      {
        url: 'https://pce.example.com',
        read: { key: 'api_1f2f', secret: 's' },
        write: undefined,
        traffic: undefined,
      },
    ],
  });
  const event = change('api_key.update', {}, {}, 'update', { action: { info: { api_key_id: '1f2f' } } });
  expect(watching(adminChange, { context }).see(saw([event])).findings).toEqual([]);
});
