import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PceEvent } from '../../src/core/event.ts';
import { plain } from '../../src/core/text.ts';
import { authFailures } from '../../src/rules/auth-failures.ts';
import {
  anEvent,
  aWorkload,
  byUser,
  byVen,
  HOUR,
  MINUTE,
  noticeOf,
  SECOND,
  saw,
  T0,
} from '../support/builders.ts';
import { aContext, told, watching } from '../support/rules.ts';

const HOME = '192.0.2.10';
const AWAY = '203.0.113.9';
const DAY = 24 * HOUR;

/** 23.5: the name stands in the notification. */
const signInFailed = (name: string, at = T0, src_ip: string | null = HOME): PceEvent =>
  anEvent({
    at,
    event_type: 'user.sign_in',
    status: 'failure',
    action: { api_endpoint: '/login/users/sign_in', api_method: 'POST', http_status_code: 302, src_ip },
    notifications: [noticeOf('user.login_failed', { associated_user: { supplied_username: name } })],
  });

/** 26.2: an address, and no name. */
const loginRefused = (at = T0, src_ip = AWAY): PceEvent =>
  anEvent({
    at,
    href: `/system_events/${at}-${src_ip}`,
    event_type: 'user.login',
    status: 'failure',
    severity: 'err',
    action: { api_endpoint: '/api/v2/users/login', api_method: 'GET', http_status_code: 401, src_ip },
    notifications: [
      noticeOf('request.authentication_failed', {
        api_endpoint: '/api/v2/users/login',
        api_method: 'GET',
        src_ip,
      }),
    ],
  });

/** 19.1 and 26.2: a request whose key or session was not accepted. */
const requestRefused = (info: object, at = T0, parts: object = {}): PceEvent =>
  anEvent({
    at,
    event_type: 'request.authentication_failed',
    status: 'failure',
    severity: 'err',
    notifications: [
      noticeOf('request.authentication_failed', {
        api_endpoint: '/api/v2/orgs/1/jobs',
        api_method: 'GET',
        ...info,
      }),
    ],
    ...parts,
  });

const signedIn = (name: string, at = T0, src_ip: string = HOME): PceEvent =>
  anEvent({
    at,
    event_type: 'user.login',
    created_by: byUser(name),
    action: { api_endpoint: '/api/v2/users/login', api_method: 'GET', http_status_code: 200, src_ip },
    notifications: [noticeOf('user.pce_session_created', { user: { href: '/users/1', username: name } })],
  });

const times = (n: number, make: (at: number, i: number) => PceEvent, every = MINUTE, from = T0): PceEvent[] =>
  Array.from({ length: n }, (_, i) => make(from + i * every, i));

const five = (name = 'maya', address: string | null = AWAY, from = T0): PceEvent[] =>
  times(5, (at) => signInFailed(name, at, address), MINUTE, from);

const CASES: readonly [string, readonly PceEvent[], readonly string[]][] = [
  ['five failed sign-ins of one name in ten minutes', five(), ['warning maya']],
  ['four', five().slice(0, 4), []],
  ['five in an hour', times(5, (at) => signInFailed('maya', at), 12 * MINUTE), []],
  ['five of five names', times(5, (at, i) => signInFailed(`user${i}`, at)), []],
  [
    'five of one name from five addresses',
    times(5, (at, i) => signInFailed('maya', at, `192.0.2.${i}`)),
    ['warning maya'],
  ],
  ['five of the shape without a name, by address', times(5, (at) => loginRefused(at)), [`warning ${AWAY}`]],
  ['four of that shape', times(4, (at) => loginRefused(at)), []],
  ['five of that shape from the PCE itself', times(5, (at) => loginRefused(at, '127.0.0.1')), []],
  ['five of that shape with the address left out', times(5, (at) => loginRefused(at, 'FILTERED')), []],
  [
    'a password that had expired, or could not be changed, five times',
    times(5, (at, i) =>
      i % 2 === 0
        ? anEvent({ at, event_type: 'user.use_expired_password', created_by: byUser('maya') })
        : anEvent({
            at,
            event_type: 'user.update_password',
            created_by: byUser('maya'),
            notifications: [noticeOf('user.pw_change_failure')],
          }),
    ),
    ['warning maya'],
  ],
  [
    'a locked account at once',
    [
      anEvent({
        event_type: 'user.sign_in',
        status: 'failure',
        notifications: [
          noticeOf('user.login_failed', { associated_user: { supplied_username: 'maya' } }),
          noticeOf('user.login_failure_count_exceeded', { user: { href: '/users/4', username: 'maya' } }),
        ],
      }),
    ],
    ['warning maya'],
  ],
  [
    'ten names from one address',
    times(10, (at, i) => signInFailed(`user${i}`, at, AWAY), 30 * SECOND),
    [`error ${AWAY}`],
  ],
  ['nine names from one address', times(9, (at, i) => signInFailed(`user${i}`, at, AWAY), 30 * SECOND), []],
  [
    'ten names behind an address the PCE does not name',
    times(10, (at, i) => signInFailed(`user${i}`, at, null)),
    [],
  ],
  [
    'a refused key, once a day however often',
    [
      requestRefused({ api_key_id: '1f2ff7664e9c3a663', src_ip: HOME }),
      requestRefused({ api_key_id: '1f2ff7664e9c3a663', src_ip: HOME }, T0 + MINUTE),
      requestRefused({ api_key_id: '1f2ff7664e9c3a663', src_ip: HOME }, T0 + DAY),
    ],
    ['warning 1f2ff7664e9c3a663', 'warning 1f2ff7664e9c3a663'],
  ],
  [
    'a refused key, named by the action',
    [requestRefused({}, T0, { action: { info: { api_key_id: '1f2f' }, api_method: 'GET', src_ip: HOME } })],
    ['warning 1f2f'],
  ],
  [
    'twenty refused requests of unknown callers from one address',
    times(20, (at) => requestRefused({ src_ip: AWAY }, at), 10 * SECOND),
    [`warning ${AWAY}`],
  ],
  ['nineteen', times(19, (at) => requestRefused({ src_ip: AWAY }, at), 10 * SECOND), []],
  [
    'twenty under the name of before 18.2, with no address',
    times(
      20,
      (at) =>
        anEvent({
          at,
          event_type: 'user.authentication_failed',
          status: 'failure',
          severity: 'err',
          notifications: [
            noticeOf('user.authentication_failed', {
              api_endpoint: '/api/v1/orgs/1/labels/',
              api_method: 'GET',
            }),
          ],
        }),
      10 * SECOND,
    ),
    ['warning an address the PCE does not name'],
  ],
  [
    'a VEN whose token failed, however often',
    times(30, (at) => requestRefused({ src_ip: HOME }, at, { created_by: byVen(aWorkload()) }), SECOND),
    [],
  ],
  [
    'a container cluster whose token failed',
    times(
      30,
      (at) =>
        requestRefused({ src_ip: HOME }, at, {
          created_by: { container_cluster: { href: '/orgs/1/container_clusters/1', name: 'k8s' } },
        }),
      SECOND,
    ),
    [],
  ],
  [
    'sessions that end by time-out are ordinary, although their status is failure',
    times(
      30,
      (at) =>
        anEvent({
          at,
          event_type: 'user.sign_out',
          status: 'failure',
          action: { api_endpoint: '/login/logout', api_method: 'GET', http_status_code: 200, src_ip: HOME },
          notifications: [
            noticeOf('user.login_session_terminated', {
              reason: 'timeout',
              user: { href: '/users/1', username: 'maya' },
            }),
          ],
        }),
      SECOND,
    ),
    [],
  ],
  ['sign-ins that succeed', times(30, (at) => signedIn('maya', at), SECOND), []],
];

/** What came of it, each subject with the gravest that was said of it. */
const outcome = (events: readonly PceEvent[], options: Parameters<typeof watching>[1] = {}): string[] => [
  ...new Set(told(watching(authFailures, options).see(saw(events)).findings)),
];

describe('auth-failures', () => {
  it.each(CASES)('%s', (_, events, expected) => {
    expect(told(watching(authFailures).see(saw(events)).findings)).toEqual(expected);
  });

  it('tells every further one, and says how many there are by then', () => {
    const { findings } = watching(authFailures).see(saw(times(7, (at) => signInFailed('maya', at, AWAY))));
    expect(findings.map(({ story }) => plain(story))).toEqual([
      '5 failed sign-ins of maya between 10:00 UTC and 10:04 UTC, from 203.0.113.9.',
      '6 failed sign-ins of maya between 10:00 UTC and 10:05 UTC, from 203.0.113.9.',
      '7 failed sign-ins of maya between 10:00 UTC and 10:06 UTC, from 203.0.113.9.',
    ]);
  });

  it('takes both shapes of one attempt for what they are: one names a person, the other an address', () => {
    const both = times(5, (at) => loginRefused(at)).flatMap((event, i) => [
      event,
      signInFailed('maya', T0 + i * MINUTE, AWAY),
    ]);
    expect(outcome(both)).toEqual(['warning maya', `warning ${AWAY}`]);
  });

  it('remembers across polls, and forgets when the window has passed', () => {
    const rule = watching(authFailures);
    for (const event of five().slice(0, 4)) expect(rule.see(saw([event])).findings).toEqual([]);
    expect(told(rule.see(saw([signInFailed('maya', T0 + 9 * MINUTE)])).findings)).toEqual(['warning maya']);
    expect(rule.see(saw([signInFailed('maya', T0 + 3 * HOUR)])).findings).toEqual([]);
    expect(JSON.stringify(rule.memory()).match(/failed user:maya/g)).toHaveLength(1);
  });

  it('says that a refused key is its own', () => {
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
    const { findings } = watching(authFailures, { context }).see(
      saw([requestRefused({ api_key_id: '1f2f' })]),
    );
    expect(plain(findings[0]?.story ?? [])).toContain("this bot's own key may have expired");
  });

  describe('a success after failures', () => {
    const usually = times(3, (at) => signedIn('maya', at, HOME), DAY, T0 - 5 * DAY);

    it.each([
      [
        'from an address the name never used',
        [...usually, ...five(), signedIn('maya', T0 + 5 * MINUTE, AWAY)],
        ['warning maya', 'critical maya'],
      ],
      [
        'from where the name usually signs in',
        [...usually, ...five('maya', HOME), signedIn('maya', T0 + 5 * MINUTE, HOME)],
        ['warning maya'],
      ],
      [
        'half an hour later',
        [...usually, ...five(), signedIn('maya', T0 + 40 * MINUTE, AWAY)],
        ['warning maya'],
      ],
      ['after four', [...usually, ...five().slice(1), signedIn('maya', T0 + 5 * MINUTE, AWAY)], []],
      ['of another name', [...usually, ...five(), signedIn('joe', T0 + 5 * MINUTE, AWAY)], ['warning maya']],
      [
        'when nothing is known of the name yet: an error',
        [...five(), signedIn('maya', T0 + 5 * MINUTE, AWAY)],
        ['warning maya', 'error maya'],
      ],
      [
        'from an address that five other names use as well',
        [
          ...usually,
          ...times(6, (at, i) => signedIn(`user${i}`, at, AWAY), MINUTE, T0 - HOUR),
          ...five(),
          signedIn('maya', T0 + 5 * MINUTE, AWAY),
        ],
        ['warning maya'],
      ],
      [
        'from an address that had tried ten names',
        [
          ...times(10, (at, i) => signInFailed(`user${i}`, at, AWAY), 30 * SECOND),
          signedIn('maya', T0 + 6 * MINUTE, AWAY),
        ],
        [`error ${AWAY}`, 'critical maya'],
      ],
      [
        'before them in the log, after them in time',
        [signedIn('maya', T0 + 5 * MINUTE, AWAY), ...usually, ...five()],
        ['warning maya', 'critical maya'],
      ],
    ] as const)('%s', (_, events, expected) => {
      expect(outcome(events)).toEqual(expected);
    });

    it('never is critical from a configured proxy', () => {
      const events = [...usually, ...five(), signedIn('maya', T0 + 5 * MINUTE, AWAY)];
      expect(outcome(events, { context: aContext({ shared: ['203.0.113.0/24'] }) })).toEqual([
        'warning maya',
      ]);
    });

    it('is found when the failures come a poll later than the success', () => {
      const rule = watching(authFailures);
      rule.see(saw([...usually, signedIn('maya', T0 + 5 * MINUTE, AWAY)]));
      expect(told(rule.see(saw(five())).findings)).toContain('critical maya');
    });
  });

  it('comes to the same subjects and the same memory in whatever order and portions the events come', () => {
    const events = [
      ...five(),
      ...times(6, (at) => loginRefused(at)),
      ...times(10, (at, i) => signInFailed(`user${i}`, at, '198.51.100.7'), 30 * SECOND),
      signedIn('maya', T0 + 5 * MINUTE, AWAY),
      requestRefused({ api_key_id: '1f2f' }),
    ];
    const come = (order: readonly PceEvent[], size: number): unknown => {
      const rule = watching(authFailures);
      rule.see(saw([signedIn('maya', T0 - 2 * DAY, HOME)]));
      const found = new Set<string>();
      for (let i = 0; i < order.length; i += size)
        for (const one of told(rule.see(saw(order.slice(i, i + size), { now: T0 + 10 * MINUTE })).findings))
          found.add(one);
      return { found: [...found].sort(), memory: rule.memory() };
    };
    const expected = come(events, events.length);
    expect(expected).toMatchObject({
      found: ['critical maya', 'error 198.51.100.7', 'warning 1f2f', `warning ${AWAY}`, 'warning maya'],
    });
    fc.assert(
      fc.property(
        fc.shuffledSubarray(events, { minLength: events.length }),
        fc.integer({ min: 1, max: events.length }),
        (order, size) => {
          expect(come(order, size)).toEqual(expected);
        },
      ),
    );
  });
});
