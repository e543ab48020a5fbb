import type { Clock } from '../../core/ports.ts';

/** Work that has waited so long goes on beside what still comes in: a trigger_id lives 3 s (design §7). */
const HOLD_MS = 250;
/** A rush: more than `MANY` in a row with less than `GAP_MS` between them. It is over once nothing came for so long. */
const RUSH = { MANY: 20, GAP_MS: 15 } as const;

/** The order of a rush: first everything is acknowledged, then the work is begun, a piece in each turn of the event loop. */
export interface Turns {
  /** Something came in that is to be acknowledged. */
  hold(): void;
  /** It was. */
  release(): void;
  /** Resolves when a piece of work may begin. */
  next(): Promise<void>;
}

/** With 1,000 commands at once, the last would otherwise wait for its acknowledgement until most of the others are answered. */
export const createTurns = (clock: Pick<Clock, 'mono' | 'sleep'>): Turns => {
  let pending = 0;
  /** How many came in a row, and when the last of them did. */
  let row = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  let settled = new AbortController();
  let last = Promise.resolve();

  const begin = async (until: number): Promise<void> => {
    await turnOfLoop();
    for (let waitMs = waits(until); waitMs > 0; waitMs = waits(until)) {
      await clock.sleep(waitMs, pending > 0 ? settled.signal : undefined);
      await turnOfLoop();
    }
  };
  /** How long work still waits, ms. */
  const waits = (until: number): number => {
    const now = clock.mono();
    if (pending > 0) return until - now;
    return row > RUSH.MANY ? Math.min(until, lastAt + RUSH.GAP_MS) - now : 0;
  };

  return {
    hold() {
      pending += 1;
      const now = clock.mono();
      row = now - lastAt < RUSH.GAP_MS ? row + 1 : 1;
      lastAt = now;
    },
    release() {
      pending -= 1;
      if (pending > 0) return;
      settled.abort();
      settled = new AbortController();
    },
    next() {
      const until = clock.mono() + HOLD_MS;
      last = last.then(() => begin(until));
      return last;
    },
  };
};

const turnOfLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
