import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Host, tampering } from '../../chaos/subjects.ts';
import { runLoop } from '../../src/adapters/schedule/loop.ts';
import { virtualClock } from '../pipelines/support.ts';
import { HOUR, MINUTE, SECOND } from '../support/builders.ts';
import { fakeLog } from '../support/fakes.ts';
import { aRunning, EACH, told } from './support.ts';

describe('fault 23: a wall clock that jumps', () => {
  it.each([
    ['an hour ahead', HOUR],
    ['an hour back', -HOUR],
    ['90 s ahead, as NTP steps', 90 * SECOND],
    ['90 s back', -90 * SECOND],
  ])('%s: no burst of calls, nothing missed, nothing told twice', async (_, ms) => {
    const { world, hosts } = await aRunning(EACH);
    const polls = (): number =>
      world.pce.control.state().requests.filter(({ path }) => path.endsWith('/events')).length;
    const [before, after] = hosts as [Host, Host];
    world.pce.control.events(tampering(before));
    await world.until(() => told(world, before) === 1);
    const calls = polls();
    world.shift(ms);
    await world.pass(5 * SECOND);
    world.pce.control.events(tampering(after));
    await world.pass(10 * MINUTE);
    expect([told(world, before), told(world, after)]).toEqual([1, 1]);
    // Every 30 s, and a sweep.
    expect(polls() - calls).toBeGreaterThanOrEqual(19);
    expect(polls() - calls).toBeLessThanOrEqual(24);
    expect(world.texts()).toHaveLength(2);
  });

  /** Runs a loop for six hours whose wall clock is set at some times; node-cron reads the machine's. @returns when it ran, in ms */
  const runsOf = async (every: number | string, shifts: readonly (readonly [number, number])[]) => {
    const clock = virtualClock(Date.parse('2026-11-22T00:00:30Z'));
    const end = new AbortController();
    const runs: number[] = [];
    let shift = 0;
    vi.useFakeTimers({ toFake: ['Date'], now: clock.now() });
    onTestFinished(() => void vi.useRealTimers());
    const wall = (): number => {
      vi.setSystemTime(clock.now() + shift);
      return clock.now() + shift;
    };
    const mono = (): number => {
      wall();
      return clock.mono();
    };
    const loop = runLoop(
      { name: 'a loop', every, firstAfterMs: 0, run: async () => void runs.push(clock.mono()) },
      { clock: { ...clock, now: wall, mono }, log: fakeLog(), signal: end.signal },
    );
    for (let at = 0; at < 6 * HOUR; at += MINUTE) {
      shift = shifts.findLast(([from]) => from <= at)?.[1] ?? 0;
      await clock.advance(MINUTE);
    }
    end.abort();
    await loop;
    return runs;
  };

  it.each([
    ['not at all', []],
    ['ahead', [[HOUR, HOUR]]],
    ['back', [[HOUR, -HOUR]]],
    [
      'to and fro',
      [
        [HOUR, HOUR],
        [2 * HOUR, -HOUR],
        [3 * HOUR, 0],
      ],
    ],
  ] as const)('a loop of 10 min keeps its time when the clock jumps %s', async (_, shifts) => {
    expect(await runsOf(10 * MINUTE, shifts)).toEqual(Array.from({ length: 37 }, (_, n) => n * 10 * MINUTE));
  });

  it.each([
    ['not at all', []],
    ['ahead', [[HOUR, HOUR]]],
    ['back', [[HOUR, -HOUR]]],
  ] as const)(
    'an hourly cron loop is never late by more than a minute nor run in a burst, with a jump %s',
    async (_, shifts) => {
      const runs = await runsOf('0 * * * *', shifts);
      for (const [n, at] of runs.entries())
        if (n > 0) {
          expect(at - (runs[n - 1] ?? 0)).toBeLessThanOrEqual(HOUR + MINUTE);
          expect(at - (runs[n - 1] ?? 0)).toBeGreaterThanOrEqual(SECOND);
        }
      expect(runs.length).toBeGreaterThanOrEqual(6);
      expect(runs.length).toBeLessThanOrEqual(8);
    },
  );
});
