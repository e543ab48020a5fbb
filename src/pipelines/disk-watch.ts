import { TransitionRefused } from '../core/apply.ts';
import type { CommitObserver } from './observed-store.ts';

/**
 * Tells people when the disk takes no writes, and when it does again (fault 5). Telling needs no durable row: a disk that is full could
 * not hold one.
 */
export const diskWatch = (tell: (trouble: string) => void): CommitObserver => {
  let failing = false;
  return {
    refused(error) {
      // A change that does not fit says nothing about the disk.
      if (error instanceof TransitionRefused) return;
      failing = true;
      tell(fullText(error));
    },
    durable() {
      if (!failing) return;
      failing = false;
      tell('I can write to my disk again and go on where I stood.');
    },
  };
};

const fullText = (err: unknown): string =>
  `I can't write to my disk (${err instanceof Error ? err.message : String(err)}). I read no further and send no alerts until I can: they will be late, not lost. Make room in the data folder, or make it writable; no restart is needed.`;
