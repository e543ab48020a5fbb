/**
 * A long calculation that stops for breath: pure code yields now and then (about every millisecond of work), and whoever runs
 * it decides what happens meanwhile. The value it returns is the result.
 */
export type Steps<T> = Generator<void, T, void>;

/** Items handled between two breaths. */
export const BREATH = 4_096;

/** Runs it to the end without a break. */
export const inOneGo = <T>(steps: Steps<T>): T => {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value as T;
  }
};

/** Runs it and waits for `pause` at every breath, which gives the event loop back. */
export const withPauses = async <T>(steps: Steps<T>, pause: () => Promise<unknown>): Promise<T> => {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value as T;
    await pause();
  }
};
