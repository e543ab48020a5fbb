import type { Store } from '../../core/ports.ts';
import { emptyState, type State } from '../../core/state.ts';
import { commitsOf } from './commits.ts';
import { readsOf } from './reads.ts';
import { StoreError } from './store-error.ts';

/**
 * The Store port without a disk, for tests and dry runs: the same commits and the same reads as the file store.
 * @param write what stands for the disk: commits are visible when it resolves, and refused with its error when it rejects
 */
export const openMemoryStore = (
  start: State = emptyState(),
  write: (transitions: readonly string[]) => Promise<void> = async () => {},
): Store => {
  const commits = commitsOf(start, write);
  let closed = false;
  return {
    ...readsOf(commits.durable),
    commit: (transitions) =>
      closed ? Promise.reject(new StoreError('io', 'the store is closed')) : commits.commit(transitions),
    async close() {
      closed = true;
      await commits.idle();
    },
  };
};
