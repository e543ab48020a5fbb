import type { Clock } from '../../../../src/core/ports.ts';

/** A clock nobody waits for: `sleep` moves it on and resolves at once. */
export interface TestClock extends Clock {
  /** Every sleep asked for, in ms. */
  readonly slept: readonly number[];
  advance(ms: number): void;
}

export const testClock = (
  start = Date.parse('2026-09-10T12:00:00Z'),
  onAdvance = (_ms: number): void => {},
): TestClock => {
  let passed = 0;
  const slept: number[] = [];
  const advance = (ms: number): void => {
    passed += ms;
    onAdvance(ms);
  };
  return {
    slept,
    now: () => start + passed,
    mono: () => passed,
    advance,
    async sleep(ms, signal) {
      if (signal?.aborted) return;
      slept.push(ms);
      advance(ms);
    },
  };
};
