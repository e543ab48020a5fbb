import { expect, it } from 'vitest';
import type { PceEvent } from '../../src/core/event.ts';
import { nenProblem } from '../../src/rules/nen-problem.ts';
import { anEvent, noticeOf, saw } from '../support/builders.ts';
import { told, watching } from '../support/rules.ts';

const nen = { network_enforcement_node: { href: '/orgs/1/network_enforcement_nodes/1', hostname: 'nen-1' } };
const ofNen = (event_type: string, changes: object = {}): PceEvent =>
  anEvent({ event_type, resource_changes: [{ resource: nen, changes, change_type: 'update' }] });

const CASES: readonly [string, readonly PceEvent[], readonly string[]][] = [
  ['a degraded node', [ofNen('network_enforcement_node.degraded')], ['warning nen-1']],
  [
    'missed heartbeats, named in the notification',
    [
      anEvent({
        event_type: 'network_enforcement_node.missed_heartbeats_check',
        notifications: [noticeOf('network_enforcement_node.missed_heartbeats', nen)],
      }),
    ],
    ['warning nen-1'],
  ],
  [
    'a switch that cannot be reached',
    [
      ofNen('network_enforcement_node.update_status', {
        status: { before: 'reachable', after: 'unreachable' },
      }),
    ],
    ['warning nen-1'],
  ],
  [
    'a cluster with two nodes of one machine id',
    [
      anEvent({
        event_type: 'container_cluster.update',
        created_by: { container_cluster: { href: '/orgs/1/container_clusters/1', name: 'k8s' } },
        notifications: [noticeOf('container_cluster.duplicate_machine_id')],
      }),
    ],
    ['warning k8s'],
  ],
  [
    'a cluster deleted',
    [
      anEvent({
        event_type: 'container_cluster.delete',
        resource_changes: [{ resource: { container_cluster: { href: '/c/1', name: 'k8s' } } }],
      }),
    ],
    ['warning k8s'],
  ],
  [
    'a virtual service that could not be created',
    [
      anEvent({
        event_type: 'container_cluster.update_services',
        notifications: [noticeOf('virtual_service.not_created', { virtual_service: { name: 'api' } })],
      }),
    ],
    ['warning api'],
  ],
  [
    'a status with all switches reachable',
    [
      ofNen('network_enforcement_node.update_status', {
        status: { before: 'unreachable', after: 'reachable' },
      }),
    ],
    [],
  ],
  [
    'a check that found nothing',
    [anEvent({ event_type: 'network_enforcement_node.missed_heartbeats_check' })],
    [],
  ],
  ['a policy that was acknowledged', [ofNen('network_enforcement_node.policy_ack')], []],
  ['a cluster that reports its services', [anEvent({ event_type: 'container_cluster.update_services' })], []],
];

it.each(CASES)('nen-problem: %s', (_, events, expected) => {
  expect(told(watching(nenProblem).see(saw(events)).findings)).toEqual(expected);
});
