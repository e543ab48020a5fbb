/**
 * A long calculation that stops for breath: pure code yields now and then (about every millisecond of work), and whoever runs
 * it decides what happens meanwhile. The value it returns is the result.
 */
export type Steps<T> = Generator<void, T, void>;

/** Items handled between two breaths. */
export const BREATH = 4_096;

/** Work on the items 0 ≤ n < `size`, some at a time, with a breath before each time. A plain loop inside `work` is compiled best. */
export function* inSlices(size: number, work: (from: number, to: number) => void): Steps<void> {
  for (let from = 0; from < size; from += BREATH) {
    yield;
    work(from, Math.min(from + BREATH, size));
  }
}

/** Runs it to the end without a break. */
export const inOneGo = <T>(steps: Steps<T>): T => {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value as T;
  }
};

/** Runs it and waits at every breath for `pause`, which gives the event loop back; undefined = none is needed yet. */
export const withPauses = async <T>(
  steps: Steps<T>,
  pause: () => Promise<unknown> | undefined,
): Promise<T> => {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value as T;
    const paused = pause();
    if (paused !== undefined) await paused;
  }
};

/** Held between two pauses, so that the loop is never held longer than 20 ms (design §11). */
const HOLD_MS = 5;

/**
 * A pause that is taken once the loop was held long enough: a turn of the loop takes longer than most breaths do.
 * @param mono ms of a clock that never steps back
 */
export const whenHeld = (
  mono: () => number,
  pause: () => Promise<unknown>,
): (() => Promise<unknown> | undefined) => {
  let since = mono();
  return () => {
    if (mono() - since < HOLD_MS) return undefined;
    return pause().then(() => {
      since = mono();
    });
  };
};
