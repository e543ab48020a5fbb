import { expect, it } from 'vitest';
import type { PceEvent } from '../../src/core/event.ts';
import { venLost } from '../../src/rules/ven-lost.ts';
import { anEstate, anEvent, aWorkload, byAgent, byVen, changeOf, saw } from '../support/builders.ts';
import { told, watching } from '../support/rules.ts';

const web = aWorkload({ hostname: 'web-01' });
const estate = anEstate([web]);

const CASES: readonly [string, readonly PceEvent[], readonly string[]][] = [
  [
    'made by the VEN',
    [anEvent({ event_type: 'lost_agent.found', created_by: byVen(web) })],
    ['error web-01'],
  ],
  [
    'made by the agent, before 22.3',
    [anEvent({ event_type: 'lost_agent.found', created_by: byAgent(web) })],
    ['error web-01'],
  ],
  [
    'listed among the changes',
    [anEvent({ event_type: 'lost_agent.found', resource_changes: [changeOf(web)] })],
    ['error web-01'],
  ],
  [
    'the shape nobody has seen: told all the same',
    [anEvent({ event_type: 'lost_agent.found', action: { src_ip: '192.0.2.7' } })],
    ['error a host the event does not name'],
  ],
  [
    'an attempt that failed',
    [anEvent({ event_type: 'lost_agent.found', status: 'failure', created_by: byVen(web) })],
    [],
  ],
  ['a VEN that says goodbye', [anEvent({ event_type: 'agent.goodbye', created_by: byVen(web) })], []],
];

it.each(CASES)('ven-lost: %s', (_, events, expected) => {
  expect(told(watching(venLost).see(saw(events, { estate })).findings)).toEqual(expected);
});
