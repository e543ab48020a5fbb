import { expect, it } from 'vitest';
import type { PceEvent } from '../../src/core/event.ts';
import { plain } from '../../src/core/text.ts';
import { auditWeakened } from '../../src/rules/audit-weakened.ts';
import { anEvent, byUser, saw } from '../support/builders.ts';
import { told, watching } from '../support/rules.ts';

const change = (
  event_type: string,
  resource: object = {},
  changes: object = {},
  parts: object = {},
): PceEvent =>
  anEvent({
    event_type,
    created_by: byUser('maya'),
    resource_changes: [{ resource, changes, change_type: 'update' }],
    ...parts,
  });

const CASES: readonly [string, readonly PceEvent[], readonly string[]][] = [
  [
    'event settings',
    [change('event_settings.update', { event_settings: { href: '/orgs/1/settings/events' } })],
    ['error event settings'],
  ],
  [
    'a syslog destination deleted',
    [
      change('syslog_destination.delete', {
        syslog_destination: { href: '/orgs/1/settings/syslog/destinations/1', name: 'siem' },
      }),
    ],
    ['error syslog destination siem'],
  ],
  ['a single sign-on configuration', [change('saml_sp_config.create')], ['error saml sp config']],
  ['a directory', [change('ldap_config.update')], ['error ldap config']],
  [
    'what a traffic collector drops',
    [change('traffic_collector_setting.create')],
    ['error traffic collector setting'],
  ],
  ['the organisation', [anEvent({ event_type: 'org.update', created_by: byUser('maya') })], ['error org']],
  ['a directory that was only tried', [change('ldap_config.verify_connection')], []],
  ['a new syslog destination', [change('syslog_destination.create')], []],
  ['a new password policy', [change('password_policy.create')], []],
  ['a change that was refused', [change('event_settings.update', {}, {}, { status: 'failure' })], []],
];

it.each(CASES)('audit-weakened: %s', (_, events, expected) => {
  expect(told(watching(auditWeakened).see(saw(events)).findings)).toEqual(expected);
});

it('audit-weakened: says before → after, and shows no secret', () => {
  const event = change(
    'event_settings.update',
    { event_settings: { href: '/orgs/1/settings/events' } },
    {
      retention_days: { before: 30, after: 1 },
      audit_event_min_severity: { before: 'informational', after: 'error' },
      client_secret: { before: 'abc', after: 'def' },
      destinations: { created: [], deleted: [{ href: '/d/1', name: 'siem' }] },
    },
  );
  expect(plain(watching(auditWeakened).see(saw([event])).findings[0]?.story ?? [])).toBe(
    'maya changed event settings at 10:00 UTC: retention_days: 30 → 1, audit_event_min_severity: informational → error, client_secret: changed (not shown) and destinations: removed siem.',
  );
});
