import type { Clock } from '../../core/ports.ts';

/** Work that has waited so long goes on beside what still comes in: a trigger_id lives 3 s (design §7). */
const HOLD_MS = 250;

/** The order of a rush: first everything is acknowledged, then the work is begun, a piece in each turn of the event loop. */
export interface Turns {
  /** Something came in that is to be acknowledged. @returns says that it was */
  hold(): () => void;
  /** Resolves when a piece of work may begin. */
  next(): Promise<void>;
}

/** With 1,000 commands at once, the last would otherwise wait for its acknowledgement until most of the others are answered. */
export const createTurns = (clock: Pick<Clock, 'mono' | 'sleep'>): Turns => {
  let pending = 0;
  let settled = new AbortController();
  let last = Promise.resolve();

  const begin = async (until: number): Promise<void> => {
    await turnOfLoop();
    while (pending > 0 && clock.mono() < until) {
      await clock.sleep(until - clock.mono(), settled.signal);
      await turnOfLoop();
    }
  };

  return {
    hold() {
      pending += 1;
      return () => {
        pending -= 1;
        if (pending > 0) return;
        settled.abort();
        settled = new AbortController();
      };
    },
    next() {
      const until = clock.mono() + HOLD_MS;
      last = last.then(() => begin(until));
      return last;
    },
  };
};

const turnOfLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
