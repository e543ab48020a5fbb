import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PceEvent } from '../../src/core/event.ts';
import { venDeactivated } from '../../src/rules/ven-deactivated.ts';
import {
  anEstate,
  anEvent,
  aWorkload,
  byUser,
  byVen,
  changeOf,
  HOUR,
  MINUTE,
  saw,
  T0,
} from '../support/builders.ts';
import { aContext, told, watching } from '../support/rules.ts';

const hosts = Array.from({ length: 10 }, (_, i) => aWorkload({ hostname: `web-0${i}`, labels: 'env=prod' }));
const [web = aWorkload()] = hosts;
const printer = aWorkload({ hostname: 'printer', managed: false });
const estate = anEstate([...hosts, printer]);
const by = { created_by: byUser('maya') };
const unpair = (of = [web], changes: object = {}, at = T0, event_type = 'workloads.unpair'): PceEvent =>
  anEvent({
    at,
    event_type,
    ...by,
    resource_changes: of.map((host) => changeOf(host, changes as Record<string, unknown>)),
  });

const CASES: readonly [string, readonly PceEvent[], readonly string[]][] = [
  [
    'a VEN that deactivates itself',
    [anEvent({ event_type: 'agent.deactivate', created_by: byVen(web) })],
    ['info web-00'],
  ],
  ['two hosts unpaired', [unpair(hosts.slice(0, 2))], ['info web-00', 'info web-01']],
  [
    'unpaired, and its firewall left open',
    [unpair([web], { firewall_restore: { before: null, after: 'disable' } })],
    ['warning web-00'],
  ],
  [
    'unpaired, and its old firewall put back',
    [unpair([web], { firewall_restore: { before: null, after: 'saved' } })],
    ['info web-00'],
  ],
  ['ten within an hour', [unpair(hosts)], hosts.map(({ name }) => `error ${name}`)],
  [
    'ten in ten hours',
    hosts.map((host, i) => unpair([host], {}, T0 + i * HOUR)),
    hosts.map(({ name }) => `info ${name}`),
  ],
  ['a managed workload deleted', [unpair([web], {}, T0, 'workload.delete')], ['info web-00']],
  [
    'an unmanaged one deleted',
    [unpair([printer], {}, T0, 'workloads.bulk_delete')].map((event) => ({
      ...event,
      resources: event.resources.map((one) => ({
        ...one,
        resource: { workload: { ...one.resource['workload'], managed: false } },
      })),
    })),
    [],
  ],
  [
    'one that was entered by hand and nobody knows',
    [
      anEvent({
        event_type: 'workload.delete',
        ...by,
        resource_changes: [
          { resource: { workload: { href: '/orgs/1/workloads/x', name: 'nas', hostname: null } } },
        ],
      }),
    ],
    [],
  ],
  [
    'an attempt that failed',
    [
      anEvent({
        event_type: 'workloads.unpair',
        status: 'failure',
        ...by,
        resource_changes: [changeOf(web)],
      }),
    ],
    [],
  ],
];

it.each(CASES)('ven-deactivated: %s', (_, events, expected) => {
  expect(told(watching(venDeactivated).see(saw(events, { estate })).findings)).toEqual(expected);
});

it.each([
  ['high-value', aContext({ highValue: ['env=prod'] })],
  ['quarantined', aContext({ quarantine: { strategy: 'deny', labels: { env: 'quarantine' } } })],
])('ven-deactivated: a %s host is an error', (_, context) => {
  expect(watching(venDeactivated, { context }).see(saw([unpair()], { estate })).findings).toMatchObject([
    { severity: 'error', weighed: true },
  ]);
});

it('ven-deactivated: counts the same in whatever order and portions the events come', () => {
  const events = hosts.map((host, i) => unpair([host], {}, T0 + i * MINUTE));
  const come = (order: readonly PceEvent[], size: number): unknown => {
    const rule = watching(venDeactivated);
    const found = new Set<string>();
    for (let i = 0; i < order.length; i += size)
      for (const { severity } of rule.see(saw(order.slice(i, i + size), { estate, now: T0 + HOUR })).findings)
        found.add(severity);
    return [[...found].sort(), rule.memory()];
  };
  fc.assert(
    fc.property(
      fc.shuffledSubarray(events, { minLength: 10 }),
      fc.integer({ min: 1, max: 9 }),
      (order, size) => {
        expect(come(order, size)).toEqual(come(events, 10));
      },
    ),
  );
});
