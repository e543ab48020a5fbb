import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PceEvent } from '../../src/core/event.ts';
import { venClone } from '../../src/rules/ven-clone.ts';
import {
  anEstate,
  anEvent,
  aWorkload,
  byAgent,
  byVen,
  MINUTE,
  noticeOf,
  saw,
  T0,
} from '../support/builders.ts';
import { told, watching } from '../support/rules.ts';

const web = aWorkload({ hostname: 'web-01' });
const estate = anEstate([web]);

/** As the vendor's guide prints it: made by the VEN, which the notification names again. */
const clone = (at = T0, parts: object = {}): PceEvent =>
  anEvent({
    at,
    event_type: 'agent.clone_detected',
    status: null,
    created_by: byVen(web),
    notifications: [
      noticeOf('agent.clone_detected', {
        agent: { href: web.ven?.agentHref, name: null, hostname: web.hostname },
      }),
    ],
    ...parts,
  });
const clones = (n: number, every: number): PceEvent[] =>
  Array.from({ length: n }, (_, i) => clone(T0 + i * every));

const CASES: readonly [string, readonly PceEvent[], readonly string[]][] = [
  ['once, with severity info', [clone()], ['warning web-01']],
  ['before 22.3, by agent alone', [clone(T0, { created_by: byAgent(web) })], ['warning web-01']],
  ['with severity err', [clone(T0, { severity: 'err' })], ['critical web-01']],
  [
    'the sixth within an hour',
    clones(6, 10 * MINUTE).slice(0),
    [...Array(5).fill('warning web-01'), 'critical web-01'],
  ],
  ['six in two hours', clones(6, 24 * MINUTE), Array(6).fill('warning web-01')],
  [
    'as the notification of another event',
    [
      anEvent({
        event_type: 'agent.update',
        created_by: byVen(web),
        notifications: [noticeOf('agent.clone_detected')],
      }),
    ],
    ['warning web-01'],
  ],
  [
    'of a host the event does not name',
    [anEvent({ event_type: 'agent.clone_detected', severity: 'warning' })],
    ['warning a host the event does not name'],
  ],
  [
    'a clone that was activated as a host of its own',
    [anEvent({ event_type: 'agent.activate_clone', created_by: byVen(web) })],
    [],
  ],
  ['an ordinary update', [anEvent({ event_type: 'agent.update', created_by: byVen(web) })], []],
];

it.each(CASES)('ven-clone: %s', (_, events, expected) => {
  expect(told(watching(venClone).see(saw(events, { estate })).findings)).toEqual(expected);
});

it('ven-clone: remembers the same in whatever order and portions the events come', () => {
  const events = clones(7, 9 * MINUTE);
  const come = (order: readonly PceEvent[], size: number): unknown => {
    const rule = watching(venClone);
    const found = new Set<string>();
    for (let i = 0; i < order.length; i += size)
      for (const one of told(
        rule.see(saw(order.slice(i, i + size), { estate, now: T0 + 60 * MINUTE })).findings,
      ))
        found.add(one);
    return [found.has('critical web-01'), rule.memory()];
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
