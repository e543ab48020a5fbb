import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { verb } from '../../src/cli/replay.ts';
import { aWorkload, byUser, byVen, changeOf, MINUTE, noticeOf, rawEvent, T0 } from '../support/builders.ts';
import { anEdge } from '../support/edge.ts';

const folder = mkdtempSync(join(tmpdir(), 'replay-shapes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const web = aWorkload({ hostname: 'web-01' });
const eight = Array.from({ length: 8 }, (_, i) => aWorkload({ hostname: `web-0${i}` }));
const five = (make: (at: number) => object): object[] =>
  Array.from({ length: 5 }, (_, i) => make(T0 + i * MINUTE));

const CASES: readonly [string, readonly object[], readonly string[]][] = [
  [
    'a bulk event with 8 hosts gives 8 subjects',
    [
      rawEvent({
        event_type: 'workloads.update',
        created_by: byUser(),
        resource_changes: eight.map((host) =>
          changeOf(host, { enforcement_mode: { before: 'full', after: 'visibility_only' } }),
        ),
      }),
    ],
    eight.map(({ name }) => `enforcement-lowered ${name}`),
  ],
  [
    'agent.update with only policy_deploy_succeeded gives none',
    [
      rawEvent({
        event_type: 'agent.update',
        created_by: byVen(web),
        notifications: [noticeOf('agent.policy_deploy_succeeded')],
      }),
    ],
    [],
  ],
  [
    'user.sign_out failure by time-out gives none',
    five((at) =>
      rawEvent({
        at,
        event_type: 'user.sign_out',
        status: 'failure',
        notifications: [noticeOf('user.login_session_terminated', { reason: 'timeout' })],
      }),
    ),
    [],
  ],
  [
    'a failed login of 23.5 counts, by name',
    five((at) =>
      rawEvent({
        at,
        event_type: 'user.sign_in',
        status: 'failure',
        notifications: [
          noticeOf('user.login_failed', { associated_user: { supplied_username: 'maya@example.com' } }),
        ],
      }),
    ),
    ['auth-failures maya@example.com'],
  ],
  [
    'a failed login of 26.2 counts, by address',
    five((at) =>
      rawEvent({
        at,
        event_type: 'user.login',
        status: 'failure',
        severity: 'err',
        action: {
          api_endpoint: '/api/v2/users/login',
          api_method: 'GET',
          http_status_code: 401,
          src_ip: '203.0.113.9',
        },
        notifications: [noticeOf('request.authentication_failed', { src_ip: '203.0.113.9' })],
      }),
    ),
    ['auth-failures 203.0.113.9'],
  ],
  [
    'sec_policy.create with 69 affected fires at 50',
    [
      rawEvent({
        event_type: 'sec_policy.create',
        created_by: byUser(),
        resource_changes: [
          {
            resource: { sec_policy: { href: '/orgs/1/sec_policy/539', version: 539 } },
            changes: { workloads_affected: { before: null, after: 69 } },
            change_type: 'create',
          },
        ],
      }),
    ],
    ['policy-provisioned policy version 539'],
  ],
];

it.each(CASES)('replay --json: %s', async (_, events, expected) => {
  writeFileSync(join(folder, 'events'), JSON.stringify(events));
  const edge = anEdge({ cwd: folder });
  expect(await verb.run(['--events', 'events', '--json'], edge)).toBe(0);
  const rows = edge.stdout.slice(0, -1).map((line) => JSON.parse(line));
  expect(rows.map(({ rule, subject }) => `${rule} ${subject.name}`).sort()).toEqual([...expected].sort());
});

it('replay --json: a notification nobody documented is counted as unknown', async () => {
  const event = rawEvent({ event_type: 'agent.update', notifications: [noticeOf('agent.brand_new')] });
  writeFileSync(join(folder, 'events'), JSON.stringify([event]));
  const edge = anEdge({ cwd: folder });
  await verb.run(['--events', 'events', '--json'], edge);
  expect(JSON.parse(edge.stdout.at(-1) ?? '{}').unknownTypes).toEqual({ 'agent.brand_new': 1 });
});
