import type { Clock } from '../../core/ports.ts';

/** Slack repeats an event at once, after 1 and after 5 min; 10 min proved too short for others (facts/slack §2). */
const TTL_MS = 15 * 60_000;
const MOST = 20_000;

/** What was taken in already, by envelope, trigger or event id; what it was answered with, so a repeat gets the same answer. */
export interface Seen<T> {
  get(ids: readonly string[]): { readonly answer: T } | undefined;
  add(ids: readonly string[], answer: T): void;
}

/** Bounded in time (monotonic) and number; the oldest go first. */
export const createSeen = <T>(clock: Clock, ttlMs = TTL_MS, most = MOST): Seen<T> => {
  // In order of age: an id is never written twice.
  const known = new Map<string, { readonly answer: T; readonly until: number }>();
  const sweep = (now: number): void => {
    for (const [id, { until }] of known) {
      if (known.size <= most && until > now) return;
      known.delete(id);
    }
  };
  return {
    get: (ids) => {
      for (const id of ids) {
        const entry = known.get(id);
        if (entry !== undefined && entry.until > clock.mono()) return entry;
      }
      return undefined;
    },
    add: (ids, answer) => {
      const now = clock.mono();
      const entry = { answer, until: now + ttlMs };
      for (const id of ids) {
        known.delete(id);
        known.set(id, entry);
      }
      sweep(now);
    },
  };
};
