/** So many at once; who comes later waits for his turn, first come first served. */
export interface Slots {
  /** Resolves with the function that gives the turn back; rejects with the signal's reason. */
  take(signal: AbortSignal): Promise<() => void>;
}

export const createSlots = (most: number): Slots => {
  let taken = 0;
  const waiting: (() => void)[] = [];
  const free = (): void => {
    taken -= 1;
    waiting.shift()?.();
  };
  const turn = (): (() => void) => {
    taken += 1;
    return free;
  };
  return {
    take(signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      if (taken < most) return Promise.resolve(turn());
      return new Promise((resolve, reject) => {
        const go = (): void => {
          signal.removeEventListener('abort', leave);
          resolve(turn());
        };
        const leave = (): void => {
          waiting.splice(waiting.indexOf(go), 1);
          reject(signal.reason);
        };
        waiting.push(go);
        signal.addEventListener('abort', leave, { once: true });
      });
    },
  };
};
