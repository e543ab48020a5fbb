import { expect, it } from 'vitest';
import type { PceEvent } from '../../src/core/event.ts';
import { plain } from '../../src/core/text.ts';
import { csrf } from '../../src/rules/csrf.ts';
import { anEvent, byUser, noticeOf, saw } from '../support/builders.ts';
import { told, watching } from '../support/rules.ts';

const info = { api_endpoint: '/api/v2/orgs/1/users', api_method: 'POST', src_ip: '192.0.2.10' };

const CASES: readonly [string, readonly PceEvent[], readonly string[]][] = [
  [
    'the notification, with the user who made the request',
    [
      anEvent({
        event_type: 'user.update',
        status: 'failure',
        created_by: byUser('maya'),
        notifications: [noticeOf('user.csrf_validation_failed', info)],
      }),
    ],
    ['critical maya'],
  ],
  [
    'the notification, with the user named in it',
    [
      anEvent({
        event_type: 'request.authorization_failed',
        notifications: [
          noticeOf('user.csrf_validation_failed', { ...info, user: { href: '/users/1', username: 'joe' } }),
        ],
      }),
    ],
    ['critical joe'],
  ],
  [
    'the name of older releases, by address',
    [anEvent({ event_type: 'authz_csrf_validation_failure', action: { src_ip: '192.0.2.10' } })],
    ['critical 192.0.2.10'],
  ],
  [
    'nobody is named at all: told all the same',
    [anEvent({ event_type: 'authz_csrf_validation_failure' })],
    ['critical someone the event does not name'],
  ],
  [
    'a failed sign-in',
    [
      anEvent({
        event_type: 'user.sign_in',
        status: 'failure',
        notifications: [noticeOf('user.login_failed')],
      }),
    ],
    [],
  ],
  ['a denied request', [anEvent({ event_type: 'request.authorization_failed', status: 'failure' })], []],
];

it.each(CASES)('csrf: %s', (_, events, expected) => {
  expect(told(watching(csrf).see(saw(events)).findings)).toEqual(expected);
});

it('csrf: has no quiet period, and says where the request went', () => {
  const [, , event = []] = [0, 0, CASES[0]?.[1]];
  const [finding] = watching(csrf).see(saw(event)).findings;
  expect(csrf.neverQuiet).toBe(true);
  expect(plain(finding?.story ?? [])).toContain(
    'It was meant for /api/v2/orgs/1/users. It came from 192.0.2.10.',
  );
});
