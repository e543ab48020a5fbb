import { expect, it } from 'vitest';
import type { PceEvent } from '../../src/core/event.ts';
import { plain } from '../../src/core/text.ts';
import { guardLowered } from '../../src/rules/guard-lowered.ts';
import { anEstate, anEvent, aWorkload, byUser, changeOf, saw } from '../support/builders.ts';
import { aContext, told, watching } from '../support/rules.ts';

const web = aWorkload({ hostname: 'web-01', labels: 'env=prod' });
const many = Array.from({ length: 21 }, (_, i) => aWorkload({ hostname: `dev-${i}` }));
const estate = anEstate([web, ...many]);
const by = { created_by: byUser('maya') };
const visibility = (before: string, after: string, hosts = [web]): PceEvent =>
  anEvent({
    event_type: 'workloads.update',
    ...by,
    resource_changes: hosts.map((host) => changeOf(host, { visibility_level: { before, after } })),
  });
const resource = (event_type: string, resource: object, changes: object = {}, parts: object = {}): PceEvent =>
  anEvent({ event_type, ...by, resource_changes: [{ resource, changes, change_type: 'update' }], ...parts });

const CASES: readonly [string, readonly PceEvent[], readonly string[]][] = [
  ['visibility lowered', [visibility('flow_full_detail', 'flow_drops')], ['warning web-01']],
  [
    'visibility of 21 hosts lowered at once',
    [visibility('flow_summary', 'flow_off', many)],
    many.map(({ name }) => `error ${name}`),
  ],
  [
    'a maintenance token, made by a person for a host',
    [anEvent({ event_type: 'agent.generate_maintenance_token', ...by, resource_changes: [changeOf(web)] })],
    ['warning web-01'],
  ],
  [
    'a maintenance token whose host the event does not name',
    [anEvent({ event_type: 'agent.generate_maintenance_token', ...by })],
    ['warning a host the event does not name'],
  ],
  [
    'VEN settings',
    [resource('ven_settings.update', {}, { x: { before: 1, after: 2 } })],
    ['warning VEN settings'],
  ],
  [
    'firewall settings',
    [
      resource('firewall_settings.update', {
        firewall_settings: { href: '/orgs/1/sec_policy/draft/firewall_settings' },
      }),
    ],
    ['warning Firewall settings'],
  ],
  [
    'a pairing profile that pairs into a lower mode',
    [
      resource(
        'pairing_profile.update',
        { pairing_profile: { href: '/orgs/1/pairing_profiles/1', name: 'linux' } },
        { enforcement_mode: { before: 'full', after: 'visibility_only' } },
      ),
    ],
    ['warning pairing profile linux'],
  ],
  [
    'a container workload profile, by the old names',
    [
      resource(
        'container_workload_profile.update',
        { container_workload_profile: { href: '/p/1', name: 'kube' } },
        { mode: { before: 'enforced', after: 'illuminated' } },
      ),
    ],
    ['warning container workload profile kube'],
  ],
  [
    'a network enforcement node',
    [
      resource('network_enforcement_node.deactivate', {
        network_enforcement_node: { href: '/orgs/1/network_enforcement_nodes/1', hostname: 'nen-1' },
      }),
    ],
    ['warning Network enforcement node nen-1'],
  ],
  ['a VEN release', [resource('ven_software_release.deploy', {})], ['warning VEN release']],
  [
    'the default VEN version',
    [resource('ven_software_releases.set_default_version', {})],
    ['warning Default VEN version'],
  ],
  ['visibility raised', [visibility('flow_drops', 'flow_full_detail')], []],
  [
    'enforcement lowered is another rule',
    [
      anEvent({
        event_type: 'workload.update',
        ...by,
        resource_changes: [changeOf(web, { enforcement_mode: { before: 'full', after: 'idle' } })],
      }),
    ],
    [],
  ],
  [
    'a pairing profile that is renamed',
    [
      resource(
        'pairing_profile.update',
        { pairing_profile: { href: '/p' } },
        { name: { before: 'a', after: 'b' } },
      ),
    ],
    [],
  ],
  ['a change that failed', [resource('ven_settings.update', {}, {}, { status: 'failure' })], []],
];

it.each(CASES)('guard-lowered: %s', (_, events, expected) => {
  expect(told(watching(guardLowered).see(saw(events, { estate })).findings)).toEqual(expected);
});

it('guard-lowered: a high-value host makes it an error, and dispatch raises it no further', () => {
  const context = aContext({ highValue: ['env=prod'] });
  const { findings } = watching(guardLowered, { context }).see(
    saw([visibility('flow_full_detail', 'flow_off')], { estate }),
  );
  expect(findings).toMatchObject([{ severity: 'error', weighed: true }]);
});

it('guard-lowered: says before → after', () => {
  const event = resource('ven_settings.update', {}, { ven_uninstall_timeout: { before: 168, after: 1 } });
  expect(plain(watching(guardLowered).see(saw([event])).findings[0]?.story ?? [])).toBe(
    'maya changed VEN settings at 10:00 UTC: ven_uninstall_timeout: 168 → 1. They hold for every VEN.',
  );
});
