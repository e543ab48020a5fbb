import type { Log, Store } from '../core/ports.ts';
import type { Transition } from '../core/state.ts';

/**
 * Before anything is sent from a state that was put back from a backup: what waits in it may have been sent after the copy was made.
 * Every queued message becomes one whose outcome is unclear since it was queued, so that it is looked up in Slack before it goes
 * out (design §5). @returns how many
 */
export const distrustQueue = async ({
  store,
  log,
}: {
  readonly store: Store;
  readonly log: Log;
}): Promise<number> => {
  const doubtful: Transition[] = [];
  for (const { key, state, queuedAt, channel, place, incident } of await store.waiting()) {
    if (state !== 'queued') continue;
    const root = place === 'root' ? undefined : (await store.incident(incident))?.root;
    // A line without a root waits for it: when that is found the line goes below it.
    if (place !== 'root' && root === undefined) continue;
    doubtful.push({
      type: 'delivery-intent',
      key,
      at: queuedAt,
      channel: root?.channel ?? channel,
      ...(root === undefined ? {} : { thread: root.ts }),
    });
  }
  if (doubtful.length > 0) await store.commit(doubtful);
  log.warn(
    { waiting: doubtful.length },
    'the state is older than the audit log: what waits is looked up before it is sent',
  );
  return doubtful.length;
};
