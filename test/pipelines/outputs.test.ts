import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../src/adapters/store/memory.ts';
import type { Alert } from '../../src/core/alert.ts';
import { OutputError } from '../../src/core/output/failure.ts';
import type { Notice } from '../../src/core/output/notice.ts';
import type { Output, Store } from '../../src/core/ports.ts';
import type { Route } from '../../src/core/settings.ts';
import type { Transition } from '../../src/core/state.ts';
import { createOutlet, LINK_MS } from '../../src/pipelines/outputs.ts';
import { anIncident } from '../adapters/store/support.ts';
import { anAlert } from '../support/asking.ts';
import { HOUR, MINUTE, SECOND, T0 } from '../support/builders.ts';
import { fakeClock, fakeInventory, fakeLog } from '../support/fakes.ts';

const BY = { team: 'T1', user: 'U1' };
const route = (outputs: readonly string[], minSeverity: Route['match']['minSeverity'] = 'info'): Route => ({
  match: { rules: [], minSeverity, pce: undefined, labels: undefined },
  channel: 'C1',
  groupBy: ['rule'],
  notify: {},
  goOn: false,
  outputs,
});

/** An output that takes what it is told to take, and keeps it. */
const aReceiver = (name: string) => {
  const taken: Notice[] = [];
  let refusal: OutputError | undefined;
  let isPoison = (_notice: Notice): boolean => false;
  let calls = 0;
  const output: Output = {
    name,
    async send(notice) {
      calls += 1;
      if (refusal !== undefined || isPoison(notice)) throw refusal ?? busy;
      taken.push(notice);
    },
    async close() {},
  };
  return {
    output,
    taken,
    calls: () => calls,
    refuseIf: (poison: (notice: Notice) => boolean) => {
      isPoison = poison;
    },
    refuse: (error: OutputError | undefined) => {
      refusal = error;
    },
  };
};

const aBench = ({
  routes = [route(['pager'])],
  away = false,
  store = openMemoryStore(),
  // Never the same: each run looks anew.
  changes = () => Number.NaN,
}: {
  routes?: readonly Route[];
  away?: boolean;
  store?: Store;
  changes?: () => number;
} = {}) => {
  const clock = fakeClock();
  const told: string[] = [];
  const receiver = aReceiver('pager');
  const outlet = createOutlet({
    output: receiver.output,
    store,
    inventories: new Map([['prod-east', fakeInventory('prod-east', [])]]),
    settings: { routes, outputs: [] },
    changes,
    slackAway: () => away,
    clock,
    log: fakeLog(),
    reached: () => {},
    tell: (trouble) => void told.push(trouble),
  });
  const fire = (over: Partial<Alert> = {}): Promise<void> =>
    store.commit([
      {
        type: 'alert-fired',
        alert: anAlert({
          firstAt: clock.now(),
          lastAt: clock.now(),
          begunAt: clock.now() - LINK_MS,
          ...over,
        }),
      },
    ]);
  return {
    ...receiver,
    clock,
    told,
    outlet,
    store,
    fire,
    kinds: () => receiver.taken.map(({ kind }) => kind),
  };
};

const { fingerprint } = anAlert();
const busy = new OutputError('answered 503', { again: true });

describe('an output', () => {
  it('is told of an alert once, of its acknowledgement, and of its end, under one key', async () => {
    const { fire, outlet, store, taken, kinds } = aBench();
    await fire();
    await outlet.run();
    await outlet.run();
    await store.commit([{ type: 'alert-acknowledged', fingerprint, by: BY, at: T0 }]);
    await outlet.run();
    await store.commit([{ type: 'alert-resolved', fingerprint, at: T0, why: 'it is back' }]);
    await outlet.run();
    await outlet.run();
    expect(kinds()).toEqual(['firing', 'acknowledged', 'resolved']);
    expect(new Set(taken.map(({ dedupe }) => dedupe))).toEqual(new Set([fingerprint]));
    expect(new Set(taken.map(({ id }) => id)).size).toBe(3);
    expect(taken[2]?.why).toBe('it is back');
  });

  it('is told with the link to the message in Slack, for which it waits three seconds and no longer', async () => {
    const { fire, outlet, clock, store, taken } = aBench();
    await fire({ begunAt: clock.now() });
    await outlet.run();
    expect(taken).toEqual([]);
    const root = { channel: 'C1', ts: '1732269731.000100' };
    await store.commit([{ type: 'incident-opened', incident: anIncident({ alerts: [fingerprint], root }) }]);
    await outlet.run();
    expect(taken[0]?.link).toBe('https://slack.com/archives/C1/p1732269731000100');
    await fire({ id: 'a2', fingerprint: 'without', begunAt: clock.now() });
    await clock.advance(LINK_MS);
    await outlet.run();
    expect(taken).toHaveLength(2);
  });

  it('is looked after anew when something was committed, and after three seconds whatever happened', async () => {
    let commits = 1;
    const { fire, outlet, clock, taken } = aBench({ changes: () => commits });
    await outlet.run();
    await fire();
    await outlet.run();
    expect(taken).toHaveLength(0);
    commits = 2;
    await outlet.run();
    expect(taken).toHaveLength(1);
    commits = 3;
    await outlet.run();
    await fire({ id: 'a2', fingerprint: 'second' });
    await clock.advance(3 * SECOND);
    await outlet.run();
    expect(taken).toHaveLength(2);
  });

  it('that another process told already is not told again after a restart', async () => {
    const store = openMemoryStore();
    const before = aBench({ store });
    await before.fire();
    await before.outlet.run();
    const later = aBench({ store });
    await later.outlet.run();
    expect(later.taken).toEqual([]);
  });

  it('that was away is told later, first what fired and then that it is over', async () => {
    const { fire, outlet, store, refuse, clock, kinds } = aBench();
    refuse(busy);
    await fire();
    await outlet.run();
    await store.commit([{ type: 'alert-resolved', fingerprint, at: clock.now(), why: 'it is back' }]);
    refuse(undefined);
    await clock.advance(MINUTE);
    await outlet.run();
    await outlet.run();
    expect(kinds()).toEqual(['firing', 'resolved']);
  });

  it('is not called before its wait is over, which doubles, and follows what the receiver asks', async () => {
    const { fire, outlet, refuse, clock, calls } = aBench();
    refuse(busy);
    await fire();
    const callsAfter = async (ms: number): Promise<number> => {
      await clock.advance(ms);
      await outlet.run();
      return calls();
    };
    expect([
      await callsAfter(0),
      await callsAfter(4 * SECOND),
      await callsAfter(SECOND),
      await callsAfter(9 * SECOND),
      await callsAfter(SECOND),
    ]).toEqual([1, 1, 2, 2, 3]);
    refuse(new OutputError('answered 429', { again: true, waitMs: 60 * SECOND }));
    expect([await callsAfter(20 * SECOND), await callsAfter(59 * SECOND), await callsAfter(SECOND)]).toEqual([
      4, 4, 5,
    ]);
  });

  it('tells what waits, since when and why; and nothing of it once it was taken', async () => {
    const { fire, outlet, refuse, clock } = aBench();
    await fire();
    refuse(busy);
    await outlet.run();
    await clock.advance(MINUTE);
    expect(await outlet.status()).toMatchObject({
      waiting: 1,
      oldestAt: T0 - LINK_MS,
      trouble: 'answered 503',
      dead: 0,
    });
    refuse(undefined);
    await outlet.run();
    expect(await outlet.status()).toMatchObject({ waiting: 0, oldestAt: undefined, trouble: undefined });
  });

  it('that never takes one notice is told of the others all the same, and soon', async () => {
    const { fire, outlet, refuseIf, clock, taken } = aBench();
    await fire({ title: 'poison' });
    refuseIf(({ title }) => title === 'poison');
    for (let minute = 0; minute < 20; minute += 1) {
      await clock.advance(MINUTE);
      await outlet.run();
    }
    await fire({ id: 'a2', fingerprint: 'other' });
    // Both are due by then, the poisoned one for longer.
    await clock.advance(5 * MINUTE);
    await outlet.run();
    expect(taken).toHaveLength(1);
  });

  it('that refuses for good is an alarm once, and the others are still told', async () => {
    const { fire, outlet, refuse, told, kinds, clock } = aBench();
    refuse(new OutputError('answered 400', { again: false }));
    await fire();
    await outlet.run();
    refuse(undefined);
    await clock.advance(HOUR);
    await fire({ id: 'a2', fingerprint: 'other' });
    await outlet.run();
    expect(told).toHaveLength(1);
    expect(kinds()).toEqual(['firing']);
  });

  it('is told anew when it fires anew', async () => {
    const { fire, outlet, store, clock, taken } = aBench();
    await fire();
    await outlet.run();
    await store.commit([{ type: 'alert-resolved', fingerprint, at: T0, why: 'over' }]);
    await outlet.run();
    await clock.advance(2 * HOUR);
    await fire();
    await outlet.run();
    expect(taken.map(({ kind }) => kind)).toEqual(['firing', 'resolved', 'firing']);
    expect(taken[0]?.id).not.toBe(taken[2]?.id);
  });

  const repeated = (over: Partial<Extract<Transition, { type: 'alert-repeated' }>>): Transition => ({
    type: 'alert-repeated',
    fingerprint,
    at: T0,
    event: null,
    severity: 'error',
    title: 't',
    story: [],
    quiet: { until: T0, stepMs: HOUR },
    ...over,
  });

  it('is not told again of an occurrence that is found late, whenever it was', async () => {
    const { fire, outlet, store, kinds } = aBench();
    await fire();
    await outlet.run();
    await store.commit([repeated({ at: T0 - HOUR })]);
    await outlet.run();
    expect(kinds()).toEqual(['firing']);
  });

  it('is told of a fact each time it is found, also of one that happened earlier', async () => {
    const { fire, outlet, store, taken } = aBench();
    await fire({ life: 'once', state: 'told' });
    await outlet.run();
    await store.commit([repeated({ at: T0 - HOUR, begunAt: T0 - 2 * LINK_MS })]);
    await outlet.run();
    await outlet.run();
    expect(taken.map(({ count }) => count)).toEqual([1, 2]);
  });

  const refired = async (receiver: ReturnType<typeof aBench>): Promise<void> => {
    await receiver.store.commit([
      { type: 'alert-resolved', fingerprint, at: receiver.clock.now(), why: 'it is back' },
    ]);
    await receiver.clock.advance(MINUTE);
    await receiver.fire({ hushed: true });
  };

  it('that knows an alert to fire is told its end also when it began once more, too soon to be said', async () => {
    const bench = aBench();
    await bench.fire();
    await bench.outlet.run();
    await refired(bench);
    await bench.outlet.run();
    await bench.store.commit([
      { type: 'alert-resolved', fingerprint, at: bench.clock.now(), why: 'it is back' },
    ]);
    await bench.outlet.run();
    expect(bench.kinds()).toEqual(['firing', 'resolved']);
  });

  it('that was away for the first time it fired is told of the second, however soon it came', async () => {
    const bench = aBench();
    await bench.fire();
    await refired(bench);
    await bench.outlet.run();
    expect(bench.kinds()).toEqual(['firing']);
  });

  it('is told again when an alert becomes graver', async () => {
    const { fire, outlet, store, taken } = aBench();
    await fire({ severity: 'warning' });
    await outlet.run();
    await store.commit([repeated({ severity: 'critical' })]);
    await outlet.run();
    expect(taken.map(({ severity }) => severity)).toEqual(['warning', 'critical']);
  });

  const quiet: readonly (readonly [string, Partial<Alert>])[] = [
    ['silenced', { held: { kind: 'silenced', by: 's1', at: T0 } }],
    ['inhibited', { held: { kind: 'inhibited', by: 'a9', at: T0 } }],
    ['snoozed', { snoozed: { by: BY, until: T0 + HOUR } }],
    [
      'over for more than a day',
      {
        state: 'resolved',
        lastAt: T0 - 30 * HOUR,
        firstAt: T0 - 31 * HOUR,
        resolved: { at: T0 - 25 * HOUR, why: 'over' },
      },
    ],
  ];
  it.each(quiet)('is not told of what is %s', async (_, over) => {
    const { fire, outlet, taken } = aBench();
    await fire(over);
    await outlet.run();
    expect(taken).toEqual([]);
  });

  it('that no route names is told of criticals alone, and only while Slack is away', async () => {
    for (const [away, severity, count] of [
      [false, 'critical', 0],
      [true, 'critical', 1],
      [true, 'error', 0],
    ] as const) {
      const { fire, outlet, taken } = aBench({ routes: [route([])], away });
      await fire({ severity });
      await outlet.run();
      expect(taken).toHaveLength(count);
    }
  });

  it('is told of a critical that Slack did not take for five minutes', async () => {
    const { fire, outlet, taken, clock } = aBench({ routes: [route([])] });
    await fire({ severity: 'critical' });
    await outlet.run();
    expect(taken).toHaveLength(0);
    await clock.advance(5 * MINUTE);
    await outlet.run();
    expect(taken).toHaveLength(1);
  });
});
