import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply, TransitionRefused } from '../../src/core/apply.ts';
import { emptyState, type State, type Transition } from '../../src/core/state.ts';
import {
  aDelivery,
  anAlert,
  anIncident,
  aPoll,
  aResponse,
  HOUR_MS,
  plainState,
  someTransitions,
} from '../adapters/store/support.ts';

const MINUTE_MS = 60_000;

/** Those of the transitions that fit one after the other, and the state after them. */
const fitting = (transitions: readonly Transition[], start = emptyState()): [Transition[], State] => {
  const fit: Transition[] = [];
  let state = start;
  for (const transition of transitions) {
    try {
      state = apply(state, [transition]);
      fit.push(transition);
    } catch (error) {
      if (!(error instanceof TransitionRefused)) throw error;
    }
  }
  return [fit, state];
};

const stateAfter = (...transitions: Transition[]): State => apply(emptyState(), transitions);

const fired = (over: Parameters<typeof anAlert>[0] = {}): Transition => ({
  type: 'alert-fired',
  alert: anAlert(over),
});
const opened = (over: Parameters<typeof anIncident>[0] = {}): Transition => ({
  type: 'incident-opened',
  incident: anIncident(over),
});
const queued = (over: Parameters<typeof aDelivery>[0] = {}): Transition => ({
  type: 'delivery-queued',
  delivery: aDelivery(over),
});
const sent = (over: Partial<Extract<Transition, { type: 'delivery-sent' }>> = {}): Transition => ({
  type: 'delivery-sent',
  key: 'i1.first.0',
  channel: 'C1',
  ts: '1.1',
  at: 2_000,
  ...over,
});
const requested: Transition = { type: 'response-requested', response: aResponse() };
const moved = (
  from: 'requested' | 'writing' | 'done',
  to: 'requested' | 'writing' | 'done' | 'failed',
): Transition => ({ type: 'response-moved', id: 'r1', from, to, at: 3_000 });

const { fingerprint } = anAlert();

describe('apply, whatever it is given', () => {
  it('leaves the state it was given as it was', () => {
    fc.assert(
      fc.property(someTransitions(), someTransitions(10), (before, more) => {
        const [, state] = fitting(before);
        const copy = plainState(state);
        fitting(more, state);
        expect(plainState(state)).toEqual(copy);
      }),
    );
  });

  it('gives the same, one by one and all at once', () => {
    fc.assert(
      fc.property(someTransitions(40), (transitions) => {
        const [fit, state] = fitting(transitions);
        expect(plainState(apply(emptyState(), fit))).toEqual(plainState(state));
      }),
    );
  });

  it('does all or nothing: one that does not fit refuses those before it too', () => {
    fc.assert(
      fc.property(someTransitions(), someTransitions(10), (before, more) => {
        const [, state] = fitting(before);
        const copy = plainState(state);
        const broken: Transition = { type: 'incident-touched', id: 'nobody' };
        expect(() => apply(state, [...fitting(more, state)[0], broken])).toThrow(TransitionRefused);
        expect(plainState(state)).toEqual(copy);
      }),
    );
  });

  it('keeps a notification in exactly one place: to be sent, or told', () => {
    fc.assert(
      fc.property(someTransitions(60), (transitions) => {
        const [, state] = fitting(transitions);
        expect([...state.deliveries.keys()].filter((key) => state.told.has(key))).toEqual([]);
        for (const [key, row] of state.deliveries) expect(row.key).toBe(key);
        for (const [key, row] of state.told) expect(row.key).toBe(key);
      }),
      { numRuns: 300 },
    );
  });

  it('never says that more was shown than there is', () => {
    fc.assert(
      fc.property(someTransitions(60), (transitions) => {
        const [, state] = fitting(transitions);
        for (const incident of state.incidents.values())
          expect(incident.shown).toBeLessThanOrEqual(incident.revision);
      }),
      { numRuns: 300 },
    );
  });

  it('counts every notification of an incident once', () => {
    fc.assert(
      fc.property(someTransitions(60), (transitions) => {
        const [fit, state] = fitting(transitions.filter(({ type }) => type !== 'pruned'));
        for (const { id, said } of state.incidents.values())
          expect(said).toBe(
            fit.filter((one) => one.type === 'delivery-queued' && one.delivery.incident === id).length,
          );
      }),
    );
  });

  it('drops by age only what is over: no firing alert, nothing to be sent, no response', () => {
    fc.assert(
      fc.property(someTransitions(60), fc.nat(120), (transitions, days) => {
        const [, before] = fitting(transitions);
        const state = apply(before, [{ type: 'pruned', at: days * 24 * HOUR_MS }]);
        const firing = (of: State) => [...of.alerts.values()].filter((alert) => alert.state === 'firing');
        expect(firing(state)).toEqual(firing(before));
        expect([...state.deliveries]).toEqual([...before.deliveries]);
        expect([...state.responses]).toEqual([...before.responses]);
        for (const { alerts, id } of before.incidents.values())
          if (alerts.some((one) => before.alerts.get(one)?.state === 'firing'))
            expect(state.incidents.has(id)).toBe(true);
        for (const { incident } of before.deliveries.values())
          if (before.incidents.has(incident)) expect(state.incidents.has(incident)).toBe(true);
      }),
    );
  });
});

describe('apply refuses', () => {
  const told = [fired(), opened(), queued(), sent()] as const;
  it.each<[string, readonly Transition[], Transition]>([
    ['to fire what fires already', [fired()], fired()],
    [
      'to resolve what is resolved',
      [fired(), { type: 'alert-resolved', fingerprint, at: 1, why: 'back' }],
      { type: 'alert-resolved', fingerprint, at: 2, why: 'back' },
    ],
    [
      'a second person who acknowledges',
      [fired(), { type: 'alert-acknowledged', fingerprint, by: { team: 'T1', user: 'U1' }, at: 1 }],
      { type: 'alert-acknowledged', fingerprint, by: { team: 'T1', user: 'U2' }, at: 2 },
    ],
    ['to open an incident twice', [opened()], opened()],
    ['to queue for an incident that is not there', [], queued()],
    ['to queue the same notification twice', [opened(), queued()], queued()],
    ['to queue again what was told', told, queued()],
    ['to confirm what was confirmed', told, sent()],
    [
      'to join what is being posted',
      [opened(), queued(), { type: 'delivery-intent', key: 'i1.first.0', at: 1, channel: 'C1' }],
      { type: 'delivery-joined', key: 'i1.first.0', alerts: [fingerprint], place: 'root' },
    ],
    [
      'to post what was given up',
      [opened(), queued(), { type: 'delivery-dead', key: 'i1.first.0', trouble: 'archived' }],
      { type: 'delivery-intent', key: 'i1.first.0', at: 1, channel: 'C1' },
    ],
    [
      'the second of two who run one response',
      [requested, moved('requested', 'writing')],
      moved('requested', 'writing'),
    ],
    ['to run what is over', [requested, moved('requested', 'done')], moved('done', 'writing')],
    ['a step that is none', [requested, moved('requested', 'writing')], moved('writing', 'requested')],
    ['to release what is unknown', [], { type: 'response-released', id: 'r1', by: 'r2' }],
  ])('%s', (_what, before, transition) => {
    const state = apply(emptyState(), before);
    expect(() => apply(state, [transition])).toThrow(TransitionRefused);
  });
});

describe('apply', () => {
  it('moves the cursor, keeps memories by PCE and rule, and takes a wake back', () => {
    const state = stateAfter(
      aPoll({ cursor: 5, memories: { 'ven-offline': { n: 1 } }, wakes: { 'ven-offline': 9, other: 7 } }),
      aPoll({ wakes: { other: null } }),
    );
    expect(Object.fromEntries(state.cursors)).toEqual({ 'lab|events': 5 });
    expect(Object.fromEntries(state.memories)).toEqual({ 'lab|ven-offline': { n: 1 } });
    expect(Object.fromEntries(state.wakes)).toEqual({ 'lab|ven-offline': 9 });
  });

  it('files what was seen under the minute of the event, for 25 hours', () => {
    const state = stateAfter(
      aPoll({
        at: 185_000,
        seen: [
          ['/e/1', 90_000],
          ['/e/2', 61_000],
          ['/e/3', 30 * HOUR_MS],
        ],
      }),
      // Counted once more later, and one of a time before minutes were kept.
      aPoll({ at: 900_000, seen: [['/e/1', 90_000]] }),
      aPoll({ seen: [['/e/4', 90_000]] }),
    );
    expect(state.seen.get('lab')?.get(1)).toEqual(
      new Map([
        ['/e/1', 3],
        ['/e/2', 3],
        ['/e/4', null],
      ]),
    );
    const later = apply(state, [{ type: 'pruned', at: 25 * HOUR_MS + 2 * MINUTE_MS }]);
    expect([...(later.seen.get('lab')?.keys() ?? [])]).toEqual([(30 * HOUR_MS) / MINUTE_MS]);
  });

  it('counts a late repeat without letting it replace what is newer', () => {
    const state = stateAfter(fired({ lastAt: 5_000, title: 'new' }), {
      type: 'alert-repeated',
      fingerprint,
      at: 500,
      event: '/e/old',
      severity: 'critical',
      title: 'old',
      story: [],
      quiet: { until: 1, stepMs: 1 },
    });
    expect(state.alerts.get(fingerprint)).toMatchObject({
      count: 2,
      firstAt: 500,
      lastAt: 5_000,
      begunAt: 1_000,
      title: 'new',
      severity: 'critical',
    });
  });

  it('turns a confirmed root into a place to edit and marks its alerts as said', () => {
    const state = stateAfter(fired(), opened(), queued(), sent({ revision: 1 }));
    expect(state.deliveries.size).toBe(0);
    expect(state.told.get('i1.first.0')).toMatchObject({ ts: '1.1', alerts: [fingerprint] });
    expect(state.incidents.get('i1')).toMatchObject({
      root: { channel: 'C1', ts: '1.1' },
      shown: 1,
      said: 1,
    });
    expect(state.alerts.get(fingerprint)?.said).toBe('i1.first.0');
  });

  it('keeps what a response replaced from the moment it begins to write', () => {
    const change = { replaced: [], added: [{ href: '/l/1', key: 'quarantine', value: 'on' }] };
    const state = stateAfter(
      requested,
      { type: 'response-moved', id: 'r1', from: 'requested', to: 'writing', at: 2, change },
      moved('writing', 'done'),
    );
    expect(state.responses.get('r1')).toMatchObject({ state: 'done', change, endedAt: 3_000 });
  });
});
