import type { Store } from '../core/ports.ts';
import type { Transition } from '../core/state.ts';

/** Hears what became of every commit; must not throw. */
export interface CommitObserver {
  durable?(transitions: readonly Transition[]): void;
  refused?(error: unknown): void;
}

/** The store, with observers who hear of each commit in their order, before who made it does. */
export const observedStore = (store: Store, observers: readonly CommitObserver[]): Store => ({
  ...store,
  async commit(transitions) {
    try {
      await store.commit(transitions);
    } catch (error) {
      for (const observer of observers) observer.refused?.(error);
      throw error;
    }
    for (const observer of observers) observer.durable?.(transitions);
  },
});
