import type { Clock } from '../../core/ports.ts';

/** Slack repeats an event at once, after 1 and after 5 min; 10 min proved too short for others (facts/slack §2). */
const TTL_MS = 15 * 60_000;
const MOST = 20_000;

/** What was taken in already, by envelope, trigger or event id; what it was answered with, so a repeat gets the same answer. */
export interface Seen<T> {
  get(ids: readonly string[]): { readonly answer: T } | undefined;
  add(ids: readonly string[], answer: T): void;
}

/**
 * Remembers the newest `most` for `ttlMs` at least (monotonic), and nothing for longer than twice that: there are two generations, and
 * to forget is to drop the older one. Each thing by itself would have to be swept, at every command of a rush.
 */
export const createSeen = <T>(clock: Pick<Clock, 'mono'>, ttlMs = TTL_MS, most = MOST): Seen<T> => {
  type Generation = Map<string, { readonly answer: T }>;
  let young: Generation = new Map();
  let old: Generation = new Map();
  let bornAt = clock.mono();
  const age = (): void => {
    const spent = clock.mono() - bornAt;
    if (young.size < most && spent < ttlMs) return;
    old = spent < 2 * ttlMs ? young : new Map();
    young = new Map();
    // A turn that is late is counted from when it was due: what is old then would be kept for three times its time.
    bornAt += spent < ttlMs ? spent : spent - (spent % ttlMs);
  };
  return {
    get(ids) {
      age();
      for (const id of ids) {
        const entry = young.get(id) ?? old.get(id);
        if (entry !== undefined) return entry;
      }
      return undefined;
    },
    add(ids, answer) {
      age();
      const entry = { answer };
      for (const id of ids) young.set(id, entry);
    },
  };
};
