import type { Clock } from './clock.ts';

/** Things that happen at a time of the simulated clock. Nothing runs by itself: `settle` runs what is due. */
export interface Agenda {
  /** Runs `task` once the clock has reached `time` (epoch ms). */
  at(time: number, task: () => void): void;
  /** Runs everything due, in order of time; called before each request is looked at. */
  settle(): void;
}

/** An agenda on `clock`; no timers, so a test that drives the clock drives everything. */
export const createAgenda = (clock: Clock): Agenda => {
  let entries: { readonly time: number; readonly task: () => void }[] = [];
  return {
    at: (time, task) => {
      entries.push({ time, task });
    },
    settle: () => {
      const now = clock.now();
      const due = entries.filter((entry) => entry.time <= now);
      if (due.length === 0) return;
      entries = entries.filter((entry) => entry.time > now);
      due.sort((a, b) => a.time - b.time);
      for (const entry of due) entry.task();
    },
  };
};
