import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PceEvent } from '../../src/core/event.ts';
import type { Observation } from '../../src/core/rule.ts';
import { plain } from '../../src/core/text.ts';
import type { Workload } from '../../src/core/workload.ts';
import { venSuspended } from '../../src/rules/ven-suspended.ts';
import {
  anEstate,
  anEvent,
  aWorkload,
  byAgent,
  byUser,
  byVen,
  changeOf,
  HOUR,
  MINUTE,
  saw,
  T0,
} from '../support/builders.ts';
import { told, watching } from '../support/rules.ts';

const web = aWorkload({ hostname: 'web-01' });
const db = aWorkload({ hostname: 'db-01' });
const estate = anEstate([web, db]);

const suspend = (at = T0, host = web): PceEvent =>
  anEvent({ at, event_type: 'agent.suspend', created_by: byVen(host) });
const unsuspend = (at: number, host = web): PceEvent =>
  anEvent({ at, event_type: 'agent.unsuspend', created_by: byVen(host) });
const sweep = (
  now: number,
  suspended: readonly Workload[],
  hosts: readonly [string, Workload | null][] = [],
): Observation => ({
  kind: 'sweep',
  pce: 'east',
  now,
  estate,
  suspended,
  hosts: new Map(hosts),
});

const CASES: readonly [string, readonly PceEvent[], readonly string[]][] = [
  ['the VEN says so itself, with ven and agent', [suspend()], ['error web-01']],
  [
    'before 22.3 with agent alone',
    [anEvent({ event_type: 'agent.suspend', created_by: byAgent(web) })],
    ['error web-01'],
  ],
  [
    'a person did it: the hosts are in resource_changes',
    [
      anEvent({
        event_type: 'agent.suspend',
        created_by: byUser(),
        resource_changes: [web, db].map((host) => changeOf(host)),
      }),
    ],
    ['error web-01', 'error db-01'],
  ],
  ['unsuspended', [unsuspend(T0)], []],
  [
    'an attempt that was refused',
    [anEvent({ event_type: 'agent.suspend', status: 'failure', created_by: byVen(web) })],
    [],
  ],
  [
    'a VEN that shuts down is another rule',
    [anEvent({ event_type: 'agent.goodbye', created_by: byVen(web) })],
    [],
  ],
];

describe('ven-suspended', () => {
  it.each(CASES)('%s', (_, events, expected) => {
    expect(told(watching(venSuspended).see(saw(events, { estate })).findings)).toEqual(expected);
  });

  it('names the person who did it, if the event does', () => {
    const event = anEvent({
      event_type: 'agent.suspend',
      created_by: byUser('maya'),
      resource_changes: [changeOf(web)],
    });
    expect(plain(watching(venSuspended).see(saw([event])).findings[0]?.story ?? [])).toContain(
      'Suspended by maya at 10:00 UTC',
    );
  });

  it('is cleared by agent.unsuspend, whenever that comes', () => {
    const rule = watching(venSuspended);
    rule.see(saw([suspend()], { estate }));
    expect(rule.see(saw([unsuspend(T0 + 30 * HOUR)], { estate })).cleared).toMatchObject([
      { why: 'unsuspended', at: T0 + 30 * HOUR },
    ]);
  });

  it('is not cleared by an unsuspend from before', () => {
    const rule = watching(venSuspended);
    rule.see(saw([suspend()], { estate }));
    expect(rule.see(saw([unsuspend(T0 - MINUTE)], { estate })).cleared).toEqual([]);
  });

  describe('the state sweep', () => {
    it('finds a suspended host whose event was missed, once', () => {
      const rule = watching(venSuspended);
      const first = rule.see(sweep(T0, [web]));
      expect(first.findings).toMatchObject([
        { severity: 'error', subject: { name: 'web-01' }, event: null, at: T0 },
      ]);
      expect(rule.see(sweep(T0 + 10 * MINUTE, [web])).findings).toEqual([]);
    });

    it('says nothing of a host whose event was told', () => {
      const rule = watching(venSuspended);
      rule.see(saw([suspend()], { estate }));
      expect(rule.see(sweep(T0 + MINUTE, [web])).findings).toEqual([]);
    });

    it('finds it again after it was cleared and suspended anew', () => {
      const rule = watching(venSuspended);
      rule.see(sweep(T0, [web]));
      rule.see(sweep(T0 + MINUTE, [], [[web.href, web]]));
      expect(told(rule.see(sweep(T0 + 2 * MINUTE, [web])).findings)).toEqual(['error web-01']);
    });

    it.each([
      ['unsuspended', web],
      ['no longer in the PCE', null],
      ['unpaired', { ...web, managed: false }],
      [
        'no longer suspended, but its VEN is stopped',
        aWorkload({ hostname: 'web-01', ven: { status: 'stopped' } }),
      ],
    ])('clears with the word that fits: %s', (why, host) => {
      const rule = watching(venSuspended);
      rule.see(saw([suspend()], { estate }));
      expect(rule.see(sweep(T0 + MINUTE, [], [[web.href, host]])).cleared).toMatchObject([
        { subject: { href: web.href }, why },
      ]);
    });

    it('does not clear while it is suspended or its state is unknown', () => {
      const still = aWorkload({ hostname: 'web-01', ven: { status: 'suspended' } });
      const unknown = aWorkload({ hostname: 'db-01', ven: { status: undefined } });
      const { cleared } = watching(venSuspended).see(
        sweep(
          T0,
          [still],
          [
            [web.href, still],
            [db.href, unknown],
          ],
        ),
      );
      expect(cleared).toEqual([]);
    });

    it('changes nothing when nothing changed, so that an idle sweep commits nothing', () => {
      const rule = watching(venSuspended);
      rule.see(sweep(T0, [web]));
      const before = rule.memory();
      rule.see(
        sweep(
          T0 + 10 * MINUTE,
          [web],
          [[web.href, aWorkload({ hostname: 'web-01', ven: { status: 'suspended' } })]],
        ),
      );
      expect(rule.memory()).toEqual(before);
    });
  });

  it('comes to the same memory and firing hosts in whatever order and portions the events arrive', () => {
    const events = [
      suspend(T0),
      unsuspend(T0 + 1),
      suspend(T0 + 2, db),
      suspend(T0 + 3),
      unsuspend(T0 + 4, db),
    ];
    const outcome = (order: readonly PceEvent[], cuts: number): unknown => {
      const rule = watching(venSuspended);
      const firing = new Set<string>();
      for (let at = 0; at < order.length; at += cuts) {
        const { findings, cleared } = rule.see(saw(order.slice(at, at + cuts), { estate, now: T0 + 10 }));
        for (const { subject } of findings) firing.add(subject.name);
        for (const { subject } of cleared) firing.delete(subject.name);
      }
      return { firing: [...firing], memory: Object.entries(rule.memory() as object).sort() };
    };
    const expected = outcome(events, events.length);
    expect(expected).toMatchObject({ firing: ['web-01'] });
    fc.assert(
      fc.property(
        fc.shuffledSubarray(events, { minLength: events.length }),
        fc.integer({ min: 1, max: 5 }),
        (order, cuts) => {
          expect(outcome(order, cuts)).toEqual(expected);
        },
      ),
    );
  });
});
