import { describe, expect, it } from 'vitest';
import { inOneGo, inSlices, type Steps, whenHeld, withPauses } from '../../src/core/steps.ts';

describe('a long calculation', () => {
  it.each([0, 1, 4_096, 4_097, 10_000])('comes to every one of %i items once and in order', (size) => {
    const met: number[] = [];
    inOneGo(
      inSlices(size, (from, to) => {
        for (let n = from; n < to; n += 1) met.push(n);
      }),
    );
    expect(met).toEqual(Array.from({ length: size }, (_, n) => n));
  });

  it('gives the loop back once it was held for 5 ms, counted from the end of the last pause', async () => {
    let now = 0;
    const pausedAt: number[] = [];
    const pause = whenHeld(
      () => now,
      async () => {
        pausedAt.push(now);
        now += 100;
      },
    );
    function* work(): Steps<string> {
      for (let n = 0; n < 12; n += 1) {
        now += 1;
        yield;
      }
      return 'done';
    }
    expect(await withPauses(work(), pause)).toBe('done');
    expect(pausedAt).toEqual([5, 110]);
  });
});
