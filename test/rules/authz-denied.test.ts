import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PceEvent } from '../../src/core/event.ts';
import { authzDenied } from '../../src/rules/authz-denied.ts';
import { anEvent, byUser, MINUTE, noticeOf, saw, T0 } from '../support/builders.ts';
import { aContext, told, watching } from '../support/rules.ts';

/** A read that was refused: a type of its own, its request in the notification. */
const read = (at = T0, who = 'maya', parts: object = {}): PceEvent =>
  anEvent({
    at,
    event_type: 'request.authorization_failed',
    status: 'failure',
    severity: 'err',
    created_by: byUser(who),
    notifications: [
      noticeOf('request.authorization_failed', {
        api_endpoint: '/api/v2/orgs/1/labels',
        api_method: 'GET',
        src_ip: '192.0.2.10',
      }),
    ],
    ...parts,
  });

/** A write that was refused keeps the type of what it tried (26.2). */
const write = (event_type: string, endpoint: string, parts: object = {}): PceEvent =>
  anEvent({
    event_type,
    status: 'failure',
    created_by: byUser('maya'),
    action: { api_endpoint: endpoint, api_method: 'PUT', http_status_code: 403, src_ip: '192.0.2.10' },
    notifications: [noticeOf('request.authorization_failed')],
    ...parts,
  });

const reads = (n: number, every: number): PceEvent[] =>
  Array.from({ length: n }, (_, i) => read(T0 + i * every));
const byKey = (endpoint: string) => ({
  action: {
    info: { api_key_id: '1f2f' },
    api_endpoint: endpoint,
    api_method: 'PUT',
    http_status_code: 403,
  },
});

const CASES: readonly [string, readonly PceEvent[], readonly string[]][] = [
  ['five of one actor in ten minutes', reads(5, MINUTE), ['warning maya']],
  ['four', reads(4, MINUTE), []],
  ['five in an hour', reads(5, 12 * MINUTE), []],
  ['five of five actors', Array.from({ length: 5 }, (_, i) => read(T0 + i, 'x'.repeat(i + 1))), []],
  [
    'five of before 18.2, whose maker is nobody',
    Array.from({ length: 5 }, (_, i) =>
      anEvent({
        at: T0 + i * MINUTE,
        event_type: 'user.authorization_failed',
        status: 'failure',
        severity: 'err',
        notifications: [
          noticeOf('user.authorization_failed', {
            api_endpoint: '/api/v1/orgs/1/labels/',
            api_method: 'GET',
          }),
        ],
      }),
    ),
    ['warning someone the event does not name'],
  ],
  ['a person who tries to change policy, at once', [write('rule_set.update', 'FILTERED')], ['warning maya']],
  [
    'a person who tries to make a key',
    [write('api_key.create', '/api/v2/users/1/api_keys')],
    ['warning maya'],
  ],
  [
    'a person whose request is told by the generic type',
    [
      read(T0, 'maya', {
        action: { api_endpoint: '/api/v2/orgs/1/labels/5', api_method: 'DELETE', http_status_code: 403 },
      }),
    ],
    ['warning maya'],
  ],
  [
    'a person who may not start a traffic query',
    [write('traffic.query', '/api/v2/orgs/1/traffic_flows')],
    [],
  ],
  [
    'a key that may not write: its configuration',
    [write('rule_set.update', 'FILTERED', byKey('FILTERED'))],
    [],
  ],
  ['one denied read', [read()], []],
];

it.each(CASES)('authz-denied: %s', (_, events, expected) => {
  expect(told(watching(authzDenied).see(saw(events)).findings)).toEqual(expected);
});

it('authz-denied: a write of automation is not told at once, and our own key never', () => {
  const context = aContext({
    automation: ['maya'],
    pces: [
      {
        url: 'https://pce.example.com',
        read: { key: 'api_1f2f', secret: 's' },
        write: undefined,
        traffic: undefined,
      },
    ],
  });
  const events = [
    write('rule_set.update', 'FILTERED'),
    ...Array.from({ length: 9 }, (_, i) => read(T0 + i, 'bot', byKey('/api/v2/orgs/1/labels'))),
  ];
  expect(watching(authzDenied, { context }).see(saw(events)).findings).toEqual([]);
});

it('authz-denied: the same is told in whatever order and portions the events come', () => {
  const events = [...reads(6, 2 * MINUTE), read(T0, 'joe')];
  const come = (order: readonly PceEvent[], size: number): unknown => {
    const rule = watching(authzDenied);
    const found = new Set<string>();
    for (let i = 0; i < order.length; i += size)
      for (const one of told(rule.see(saw(order.slice(i, i + size), { now: T0 + 15 * MINUTE })).findings))
        found.add(one);
    return [[...found], rule.memory()];
  };
  fc.assert(
    fc.property(
      fc.shuffledSubarray(events, { minLength: 7 }),
      fc.integer({ min: 1, max: 7 }),
      (order, size) => {
        expect(come(order, size)).toEqual(come(events, 7));
      },
    ),
  );
});
