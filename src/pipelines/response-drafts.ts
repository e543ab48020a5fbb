import type { Clock } from '../core/ports.ts';
import type { Draft } from './response-draft.ts';

/** The forms that are open, kept here so that nothing a client sends decides; a restart forgets them and says so. */
export interface Drafts {
  /** Keeps what a form shows now, and forgets those that nobody sent in. */
  keep(id: string, shown: Omit<Draft, 'expires'>): void;
  /** What a form showed, valid or no longer. */
  find(id: string): Draft | undefined;
  drop(id: string): void;
}

const DRAFT_MS = 30 * 60_000;

export const createDrafts = (clock: Pick<Clock, 'mono'>): Drafts => {
  const drafts = new Map<string, Draft>();
  return {
    keep(id, shown) {
      const now = clock.mono();
      for (const [old, { expires }] of drafts) if (expires < now) drafts.delete(old);
      drafts.set(id, { ...shown, expires: now + DRAFT_MS });
    },
    find: (id) => drafts.get(id),
    drop: (id) => void drafts.delete(id),
  };
};
