import { describe, expect, it } from 'vitest';
import type { PceEvent } from '../../src/core/event.ts';
import { venProblem } from '../../src/rules/ven-problem.ts';
import {
  anEstate,
  anEvent,
  aWorkload,
  byAgent,
  byVen,
  changeOf,
  MINUTE,
  noticeOf,
  saw,
  T0,
} from '../support/builders.ts';
import { told, watching } from '../support/rules.ts';

const web = aWorkload({ hostname: 'web-01' });
const db = aWorkload({ hostname: 'db-01' });
const estate = anEstate([web, db]);

/** agent.update as releases since 22.3 send it: the VEN in created_by, the notification with info null. */
const update = (notice: string, at = T0, parts: object = {}): PceEvent =>
  anEvent({
    at,
    event_type: 'agent.update',
    created_by: byVen(web),
    notifications: [noticeOf(notice)],
    ...parts,
  });
const ofVen = (event_type: string, parts: object = {}): PceEvent =>
  anEvent({ event_type, created_by: byVen(web), ...parts });
const failed = (at = T0) => update('agent.policy_deploy_failed', at);
const succeeded = (at = T0) => update('agent.policy_deploy_succeeded', at);

const CASES: readonly [string, readonly PceEvent[], readonly string[]][] = [
  ['a process that does not run', [update('agent.process_failed')], ['warning web-01']],
  [
    'before 22.3, by agent alone',
    [update('agent.process_failed', T0, { created_by: byAgent(web) })],
    ['warning web-01'],
  ],
  [
    'a notification that names another host than its maker',
    [
      update('agent.upgrade_time_out', T0, {
        created_by: { system: {} },
        notifications: [
          noticeOf('agent.upgrade_time_out', { agent: { href: db.ven?.agentHref, hostname: 'db-01' } }),
        ],
      }),
    ],
    ['warning db-01'],
  ],
  [
    'changes outside Illumio that are told by an update',
    [update('workload.oob_policy_changes')],
    ['warning web-01'],
  ],
  [
    'a service that is not available, as an event of its own',
    [ofVen('agent.service_not_available')],
    ['warning web-01'],
  ],
  [
    'policy that could not be fetched',
    [ofVen('agent.refresh_policy', { status: 'failure' })],
    ['warning web-01'],
  ],
  [
    'a token the PCE refused',
    [ofVen('request.authentication_failed', { status: 'failure' })],
    ['warning web-01'],
  ],
  [
    'a token of a container cluster the PCE refused',
    [
      anEvent({
        event_type: 'request.authentication_failed',
        status: 'failure',
        created_by: { container_cluster: { href: '/orgs/1/container_clusters/1', name: 'k8s' } },
      }),
    ],
    ['warning k8s'],
  ],
  [
    'what the console hides, by family',
    [ofVen('ipsec_tunnel_failure'), ofVen('agent.proc_start_failure')],
    ['warning web-01', 'warning web-01'],
  ],
  [
    'hosts a system task names',
    [
      anEvent({
        event_type: 'system_task.agent_uninstall_timeout',
        resource_changes: [changeOf(web), changeOf(db)],
      }),
    ],
    ['warning web-01', 'warning db-01'],
  ],
  [
    'a hard limit of a host',
    [
      anEvent({
        event_type: 'workload_interfaces.update',
        created_by: byVen(web),
        notifications: [noticeOf('hard_limit.exceeded', { limit_type: 'interfaces' })],
      }),
    ],
    ['warning web-01'],
  ],
  ['only a success of its policy', [succeeded()], []],
  [
    'good news',
    [
      update('agent.upgrade_successful'),
      update('workload.nat_rules_present'),
      update('agent.upgrade_requested'),
    ],
    [],
  ],
  [
    'tampering is a rule of its own',
    [ofVen('agent.tampering', { notifications: [noticeOf('workload.oob_policy_changes')] })],
    [],
  ],
  ['policy that was fetched', [ofVen('agent.refresh_policy')], []],
  [
    'a task that names nobody',
    [anEvent({ event_type: 'system_task.agent_settings_invalidation_error_state_check' })],
    [],
  ],
  [
    'a hard limit of the PCE itself',
    [anEvent({ event_type: 'hard_limit.exceeded', notifications: [noticeOf('hard_limit.exceeded')] })],
    [],
  ],
  [
    'a person whose key is refused',
    [anEvent({ event_type: 'request.authentication_failed', status: 'failure' })],
    [],
  ],
  ['one policy that could not be deployed', [failed()], []],
  ['two of them', [failed(), failed(T0 + MINUTE)], ['warning web-01']],
  ['two with a success between', [failed(), succeeded(T0 + MINUTE), failed(T0 + 2 * MINUTE)], []],
];

it.each(CASES)('ven-problem: %s', (_, events, expected) => {
  expect(told(watching(venProblem).see(saw(events, { estate })).findings)).toEqual(expected);
});

describe('ven-problem: a policy that could not be deployed once', () => {
  const wake = (now: number, hosts: Map<string, typeof web | null> = new Map()) =>
    ({ kind: 'wake', pce: 'prod-east', now, estate, hosts }) as const;

  it('asks to be called in a quarter of an hour, and tells it then, once', () => {
    const rule = watching(venProblem);
    rule.see(saw([failed()], { estate }));
    expect(rule.wakeAt()).toBe(T0 + 15 * MINUTE);
    expect(rule.reads(T0 + 15 * MINUTE)).toEqual([web.href]);
    expect(told(rule.see(wake(T0 + 15 * MINUTE)).findings)).toEqual(['warning web-01']);
    expect(rule.wakeAt()).toBeNull();
  });

  it('says nothing when a success came, or the host says that its policy is applied', () => {
    const rule = watching(venProblem);
    rule.see(saw([failed()], { estate }));
    const applied = aWorkload({ hostname: 'web-01', policy: { ...web.policy, appliedAt: T0 + MINUTE } });
    expect(rule.see(wake(T0 + 15 * MINUTE, new Map([[web.href, applied]]))).findings).toEqual([]);
    rule.see(saw([failed(T0 + 20 * MINUTE)], { estate }));
    rule.see(saw([succeeded(T0 + 21 * MINUTE)], { estate }));
    expect(rule.wakeAt()).toBeNull();
  });

  it('comes to the same memory whichever failure arrives first', () => {
    const memories = [
      [0, 3],
      [3, 0],
    ].map((order) => {
      const rule = watching(venProblem);
      for (const minute of order)
        rule.see(saw([failed(T0 + minute * MINUTE)], { estate, now: T0 + 5 * MINUTE }));
      return (rule.memory() as Record<string, { failed: number[] }>)[`workload:${web.href}`]?.failed;
    });
    expect(memories[0]).toEqual(memories[1]);
  });
});
