import { expect, it } from 'vitest';
import { firstRoots } from '../../src/core/first-roots.ts';
import type { Severity } from '../../src/core/severity.ts';
import type { Transition } from '../../src/core/state.ts';
import { incidentOf, row } from '../pipelines/delivery-bench.ts';
import { T0 } from '../support/builders.ts';

const opened = (id: string, severity: Severity, channel = 'C1'): Transition[] => [
  { type: 'incident-opened', incident: incidentOf(id, [id], { severity, channel }) },
  { type: 'delivery-queued', delivery: row(id, `${id}.1`, [id], { channel }) },
];
const more = (id: string, severity: Severity): Transition => ({
  type: 'incident-joined',
  id,
  alerts: ['x'],
  at: T0,
  severity,
  groups: [],
});

for (const [sentence, transitions, first] of [
  ['nothing queued', [], {}],
  ['one incident', opened('i1', 'error'), { C1: ['i1.1', 1] }],
  [
    'each channel has its own',
    [...opened('i1', 'error'), ...opened('i2', 'info', 'C2')],
    { C1: ['i1.1', 1], C2: ['i2.1', 1] },
  ],
  ['the gravest goes first', [...opened('i1', 'error'), ...opened('i2', 'critical')], { C1: ['i2.1', 2] }],
  [
    'of equally grave ones the first',
    [...opened('i1', 'error'), ...opened('i2', 'error')],
    { C1: ['i1.1', 2] },
  ],
  [
    'what joins may make it graver',
    [...opened('i1', 'error'), ...opened('i2', 'error'), more('i2', 'critical')],
    { C1: ['i2.1', 2] },
  ],
  [
    'a line of an incident that stands already',
    [{ type: 'delivery-queued', delivery: row('i0', 'i0.2', ['a'], { place: 'thread' }) }],
    {},
  ],
  [
    'a root of an incident from before',
    [more('i0', 'critical'), { type: 'delivery-queued', delivery: row('i0', 'i0.2', ['a']) }],
    {},
  ],
  [
    'one for later',
    opened('i1', 'error').map((t) =>
      t.type === 'delivery-queued' ? { ...t, delivery: { ...t.delivery, notBefore: T0 + 1 } } : t,
    ),
    {},
  ],
] as const satisfies readonly (readonly [string, readonly Transition[], object])[])
  it(sentence, () => {
    const found = [...firstRoots(transitions, T0)].map(([channel, { row: one, among }]) => [
      channel,
      [one.key, among],
    ]);
    expect(Object.fromEntries(found)).toEqual(first);
  });
