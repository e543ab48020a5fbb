import type { Clock } from '../../core/ports.ts';

/** Answers kept for a while; concurrent askers share one call, failures are not kept. */
export interface Cache<T> {
  get(key: string, ask: () => Promise<T>): Promise<T>;
  /** The answer, if it is here. */
  peek(key: string): T | undefined;
  /** Forgets one key, or all; a call that is under way then no longer fills the cache. */
  drop(key?: string): void;
}

/** A cache whose entries live `ttlMs` (monotonic), at most `most` of them. */
export const createCache = <T>(clock: Clock, ttlMs: number, most = 5_000): Cache<T> => {
  const entries = new Map<string, Entry<T>>();
  const trim = (): void => {
    for (const key of entries.keys()) {
      if (entries.size <= most) return;
      entries.delete(key);
    }
  };
  const fresh = (key: string): Entry<T> | undefined => {
    const entry = entries.get(key);
    return entry !== undefined && clock.mono() < entry.until ? entry : undefined;
  };
  return {
    get: async (key, ask) => {
      const known = fresh(key);
      if (known !== undefined) return known.value;
      const value = ask();
      const entry: Entry<T> = { value, until: clock.mono() + ttlMs };
      entries.delete(key);
      entries.set(key, entry);
      trim();
      value.then(
        (answer) => {
          entry.answer = answer;
        },
        () => {
          if (entries.get(key) === entry) entries.delete(key);
        },
      );
      return value;
    },
    peek: (key) => fresh(key)?.answer,
    drop: (key) => (key === undefined ? entries.clear() : void entries.delete(key)),
  };
};

interface Entry<T> {
  readonly value: Promise<T>;
  readonly until: number;
  /** Once it is there. */
  answer?: T;
}
