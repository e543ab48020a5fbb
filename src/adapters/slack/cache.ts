import type { Clock } from '../../core/ports.ts';

/** Answers kept for a while; concurrent askers share one call, failures are not kept. */
export interface Cache<T> {
  get(key: string, ask: () => Promise<T>): Promise<T>;
  /** Forgets one key, or all; a call that is under way then no longer fills the cache. */
  drop(key?: string): void;
}

/** A cache whose entries live `ttlMs` (monotonic), at most `most` of them. */
export const createCache = <T>(clock: Clock, ttlMs: number, most = 5_000): Cache<T> => {
  const entries = new Map<string, { readonly value: Promise<T>; readonly until: number }>();
  const trim = (): void => {
    for (const key of entries.keys()) {
      if (entries.size <= most) return;
      entries.delete(key);
    }
  };
  return {
    get: async (key, ask) => {
      const known = entries.get(key);
      if (known !== undefined && clock.mono() < known.until) return known.value;
      const value = ask();
      const entry = { value, until: clock.mono() + ttlMs };
      entries.delete(key);
      entries.set(key, entry);
      trim();
      value.catch(() => {
        if (entries.get(key) === entry) entries.delete(key);
      });
      return value;
    },
    drop: (key) => (key === undefined ? entries.clear() : void entries.delete(key)),
  };
};
