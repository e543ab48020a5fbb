import type { Clock } from './clock.ts';

/** A counter that grows with every change, and a way to wait for the next one: the demo page's feed. */
export interface Changes {
  bump(): void;
  current(): number;
  /** Resolves with the counter once it exceeds `since`, or after `timeoutMs` with whatever it is then. */
  wait(since: number, timeoutMs: number): Promise<number>;
}

export const createChanges = (clock: Clock): Changes => {
  let count = 1;
  const waiting = new Set<() => void>();
  return {
    bump: () => {
      count += 1;
      for (const wake of [...waiting]) wake();
    },
    current: () => count,
    wait: (since, timeoutMs) =>
      new Promise((resolve) => {
        if (count > since) return resolve(count);
        const wake = (): void => {
          waiting.delete(wake);
          cancel();
          resolve(count);
        };
        const cancel = clock.after(timeoutMs, wake);
        waiting.add(wake);
      }),
  };
};
