/** Time as the simulator sees it; tests pass one they move by hand. */
export interface Clock {
  /** Milliseconds since the epoch; never steps back. */
  now(): number;
  /** Runs `task` once after `ms`; the returned function cancels it. */
  after(ms: number, task: () => void): () => void;
}

/** The machine's clock: monotonic from the wall time at its creation. Its timers do not hold the process. */
export const systemClock = (): Clock => {
  const origin = Date.now() - performance.now();
  return {
    now: () => origin + performance.now(),
    after: (ms, task) => {
      const timer = setTimeout(task, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
};
