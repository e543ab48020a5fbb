import { describe, expect, it } from 'vitest';
import { createReachMeter, type ReachMeter } from '../../../src/adapters/pce/reach.ts';
import { PceError, type PceErrorCode } from '../../../src/core/ports.ts';
import { testClock } from './support/clock.ts';

type Step = (meter: ReachMeter, pass: (ms: number) => void) => void;
const ok =
  (key = 'read', ms = 10): Step =>
  (meter) =>
    meter.answered(key, ms);
const fails =
  (code: PceErrorCode, key = 'read'): Step =>
  (meter) =>
    meter.failed(key, new PceError(code, `${code}!`));
const later: Step = (_, pass) => pass(1_000);

const NOTHING = {
  lastOkAt: undefined,
  failingSince: undefined,
  why: undefined,
  refused: false,
  medianMs: undefined,
};

describe('reach', () => {
  it.each<[string, Step[], object]>([
    ['nothing is known before the first call', [], NOTHING],
    ['an answer is remembered with its time', [later, ok()], { ...NOTHING, lastOkAt: 1_000, medianMs: 10 }],
    [
      'failing counts from the first failure since the last answer',
      [ok(), later, fails('unavailable'), later, fails('timeout')],
      { ...NOTHING, lastOkAt: 0, failingSince: 1_000, why: 'timeout!', medianMs: 10 },
    ],
    ['an answer ends it', [fails('bad-answer'), later, ok()], { ...NOTHING, lastOkAt: 1_000, medianMs: 10 }],
    [
      'one 401 is no refusal yet',
      [fails('unauthorised')],
      { ...NOTHING, failingSince: 0, why: 'unauthorised!' },
    ],
    [
      'two in a row on one key are',
      [fails('unauthorised'), fails('forbidden')],
      { ...NOTHING, failingSince: 0, why: 'forbidden!', refused: true },
    ],
    [
      'two on two keys are not',
      [fails('unauthorised', 'write'), fails('unauthorised', 'traffic')],
      { ...NOTHING, failingSince: 0, why: 'unauthorised!' },
    ],
    [
      'a refused write key stays refused while the read key works',
      [fails('forbidden', 'write'), fails('forbidden', 'write'), later, ok('read')],
      { ...NOTHING, lastOkAt: 1_000, why: 'forbidden!', refused: true, medianMs: 10 },
    ],
    [
      'a refused call says nothing of the PCE',
      [fails('not-found'), fails('invalid'), fails('rate-limited')],
      NOTHING,
    ],
  ])('%s', (_, steps, expected) => {
    const clock = testClock(0);
    const meter = createReachMeter(clock);
    for (const step of steps) step(meter, clock.advance);
    expect(meter.read()).toEqual(expected);
  });

  it('gives the median of the last ten answers', () => {
    const meter = createReachMeter(testClock(0));
    for (const ms of [9_999, 9_999, 9_999, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) meter.answered('read', ms);
    expect(meter.read().medianMs).toBe(5.5);
  });
});
