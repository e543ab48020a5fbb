/** Runs jobs one after another, in the order they came; a job that fails does not stop the next. */
export type Mutex = <T>(job: () => Promise<T>) => Promise<T>;

export const createMutex = (): Mutex => {
  let last: Promise<unknown> = Promise.resolve();
  return (job) => {
    const run = last.then(job, job);
    last = run.catch(() => undefined);
    return run;
  };
};

/** Runs the jobs of one key one after another; those of different keys do not wait for each other. */
export const createKeyedMutex = (): (<T>(key: string, job: () => Promise<T>) => Promise<T>) => {
  const running = new Map<string, { readonly exclusive: Mutex; jobs: number }>();
  return async (key, job) => {
    const mine = running.get(key) ?? { exclusive: createMutex(), jobs: 0 };
    running.set(key, mine);
    mine.jobs += 1;
    try {
      return await mine.exclusive(job);
    } finally {
      mine.jobs -= 1;
      if (mine.jobs === 0) running.delete(key);
    }
  };
};
