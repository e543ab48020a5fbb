import { expect, it } from 'vitest';
import type { PceEvent } from '../../src/core/event.ts';
import { pceSystem } from '../../src/rules/pce-system.ts';
import { anEvent, aWorkload, byVen, MINUTE, noticeOf, saw, T0 } from '../support/builders.ts';
import { watching } from '../support/rules.ts';

const notice = (type: string, info: object | null = null, at = T0, parts: object = {}): PceEvent =>
  anEvent({
    at,
    event_type: type,
    status: null,
    notifications: [noticeOf(type, info as Record<string, unknown> | null)],
    ...parts,
  });
const DAY = 86_400_000;
const days = (n: number) => new Date(T0 - n * DAY).toISOString();

const CASES: readonly [string, readonly PceEvent[], readonly string[]][] = [
  ['the application stopped', [notice('pce.application_stopped')], ['warning state pce pce.example.com']],
  ['the application started: a fact', [notice('pce.application_started')], ['info once pce pce.example.com']],
  [
    'syslog unreachable',
    [notice('remote_syslog.unreachable', { name: 'siem' })],
    ['warning state remote syslog siem'],
  ],
  [
    'a hard limit',
    [notice('hard_limit.exceeded', { limit_type: 'labels', hard_limit: 100 })],
    ['error state hard limit labels'],
  ],
  [
    'a soft limit, with an event of a host',
    [
      anEvent({
        event_type: 'workload_interfaces.update',
        created_by: byVen(aWorkload()),
        notifications: [noticeOf('soft_limit.exceeded', { limit_type: 'interfaces' })],
      }),
    ],
    ['warning once soft limit interfaces'],
  ],
  [
    'an internal error',
    [anEvent({ event_type: 'request.internal_server_error', status: 'failure' })],
    ['warning once request pce.example.com'],
  ],
  [
    'the database',
    [notice('database.temp_table_autocleanup_started')],
    ['info once database pce.example.com'],
  ],
  [
    'the database says something new',
    [notice('database.corruption_found')],
    ['warning once database pce.example.com'],
  ],
  [
    'a TLS channel that failed',
    [anEvent({ event_type: 'tls_channel.terminate', status: 'failure' })],
    ['warning once tls channel pce.example.com'],
  ],
  [
    'eleven TLS channels that ended',
    Array.from({ length: 11 }, (_, i) =>
      anEvent({ at: T0 + i * 1_000, event_type: 'tls_channel.terminate' }),
    ),
    ['warning once tls channel pce.example.com'],
  ],
  [
    'ten of them',
    Array.from({ length: 10 }, (_, i) =>
      anEvent({ at: T0 + i * 1_000, event_type: 'tls_channel.terminate' }),
    ),
    [],
  ],
  [
    'events pruned after three days',
    [notice('system_task.event_pruning_completed', { pruned_before: days(3) })],
    ['warning once system task pce.example.com'],
  ],
  [
    'events pruned after thirty days',
    [notice('system_task.event_pruning_completed', { pruned_before: days(30) })],
    [],
  ],
  [
    'a hard limit of a host is ven-problem',
    [
      anEvent({
        event_type: 'workload_interfaces.update',
        created_by: byVen(aWorkload()),
        notifications: [noticeOf('hard_limit.exceeded')],
      }),
    ],
    [],
  ],
  ['somebody signs in', [anEvent({ event_type: 'user.sign_in' })], []],
];

it.each(CASES)('pce-system: %s', (_, events, expected) => {
  const { findings } = watching(pceSystem).see(saw(events));
  expect(
    findings.map(({ severity, life = 'state', subject }) => `${severity} ${life} ${subject.name}`),
  ).toEqual(expected);
});

it.each([
  [
    'the application starts again',
    'pce.application_stopped',
    null,
    'pce.application_started',
    null,
    'started again',
  ],
  [
    'syslog can be reached',
    'remote_syslog.unreachable',
    { name: 'siem' },
    'remote_syslog.reachable',
    { name: 'siem' },
    'reachable again',
  ],
  [
    'the limit recovered, and the event does not name it',
    'hard_limit.exceeded',
    { limit_type: 'labels' },
    'system_task.hard_limit_recovery_completed',
    null,
    'recovered',
  ],
])('pce-system: is over when %s, in one poll or two', (_, begin, of, end, info, why) => {
  const [first, then] = [notice(begin, of), notice(end, info, T0 + MINUTE)];
  const rule = watching(pceSystem);
  rule.see(saw([first]));
  expect(rule.see(saw([then])).cleared).toMatchObject([{ why }]);
  expect(watching(pceSystem).see(saw([first, then])).cleared).toMatchObject([{ why }]);
  const late = watching(pceSystem);
  late.see(saw([first]));
  expect(late.see(saw([notice(end, info, T0 - MINUTE)])).cleared).toEqual([]);
});
