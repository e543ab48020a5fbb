import { describe, expect, it } from 'vitest';
import { createBudget } from '../../../src/adapters/pce/budget.ts';
import type { Lane } from '../../../src/core/ports.ts';
import { testClock } from './support/clock.ts';

const NEVER = new AbortController().signal;
const FOREVER = Number.POSITIVE_INFINITY;

const setUp = (share?: number) => {
  const clock = testClock();
  const budget = createBudget(clock, share);
  const take = async (lane: Lane, times: number): Promise<void> => {
    for (let n = 0; n < times; n += 1) await budget.take(lane, FOREVER, NEVER);
  };
  return { clock, budget, take };
};

describe('the budget of one PCE', () => {
  it.each<[string, Lane, number, number]>([
    ['ingest has a minute of calls saved up', 'ingest', 60, 0],
    ['then one a second', 'ingest', 70, 10_000],
    ['questions the same', 'question', 65, 5_000],
    ['background gets one in three seconds', 'background', 22, 6_000],
    ['responses never wait', 'response', 500, 0],
  ])('%s', async (_, lane, calls, waited) => {
    const { clock, take } = setUp();
    await take(lane, calls);
    expect(clock.mono()).toBeCloseTo(waited, 3);
  });

  it('lets no lane take from another', async () => {
    const { clock, take } = setUp();
    await take('background', 20);
    await take('ingest', 60);
    await take('question', 60);
    expect(clock.mono()).toBe(0);
  });

  it('gives all but responses half for five minutes after a 429', async () => {
    const { clock, budget, take } = setUp();
    await take('ingest', 60);
    budget.refused();
    await take('ingest', 10);
    expect(clock.mono()).toBeGreaterThanOrEqual(19_000);
    await take('response', 100);
    expect(clock.mono()).toBeLessThan(21_000);
    clock.advance(5 * 60_000);
    const before = clock.mono();
    await take('ingest', 70);
    expect(clock.mono() - before).toBeCloseTo(10_000, 3);
  });

  it('scales with the share', async () => {
    const { clock, take } = setUp(100);
    await take('ingest', 40);
    expect(clock.mono()).toBeCloseTo(20_000, 3);
  });

  it('takes nothing when the wait would be longer than the caller has', async () => {
    const { clock, budget, take } = setUp();
    await take('background', 20);
    for (let n = 0; n < 50; n += 1) expect(await budget.take('background', 2_000, NEVER)).toBe(false);
    expect(await budget.take('background', 3_000, NEVER)).toBe(true);
    expect(clock.mono()).toBe(3_000);
  });

  it('gives a turn back when its caller leaves', async () => {
    const { budget, clock, take } = setUp();
    await take('ingest', 60);
    const leaving = new AbortController();
    const waiting = createBudget({
      mono: clock.mono,
      sleep: async () => leaving.abort(),
    });
    for (let n = 0; n < 60; n += 1) await waiting.take('ingest', FOREVER, NEVER);
    expect(await waiting.take('ingest', FOREVER, leaving.signal)).toBe(false);
    expect(await budget.take('ingest', 1_000, NEVER)).toBe(true);
    expect(await budget.take('ingest', FOREVER, leaving.signal)).toBe(false);
  });

  it('counts the calls of the last five minutes', async () => {
    const { clock, budget, take } = setUp();
    expect(budget.callsPerMinute()).toBe(0);
    await take('ingest', 30);
    expect(budget.callsPerMinute()).toBe(30);
    clock.advance(2 * 60_000);
    expect(budget.callsPerMinute()).toBe(15);
    clock.advance(3 * 60_000 + 1);
    expect(budget.callsPerMinute()).toBe(0);
  });
});
