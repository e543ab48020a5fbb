import { newRoot } from '../../core/new-root.ts';
import { ChatError } from '../../core/ports.ts';
import type { Transition } from '../../core/state.ts';
import type { DeliveryDeps } from './deps.ts';
import type { Pace } from './pace.ts';

/** Until an edit that failed is tried again, when Slack does not say. */
const EDIT_AGAIN_MS = 5_000;

/** Edits a root to its newest state; a root that a person deleted is posted anew while something in it still fires. */
export const showNewest = async (id: string, deps: DeliveryDeps, pace: Pace): Promise<void> => {
  const { store, chat, clock, render, log } = deps;
  const channel = (await store.incident(id))?.root?.channel;
  if (channel === undefined) return;
  await chat.slot(channel, 'edit');
  const incident = await store.incident(id);
  if (incident?.root === undefined || incident.shown >= incident.revision) return;
  const alerts = await store.alerts(incident.alerts);
  const shown: Transition = { type: 'incident-shown', id, revision: incident.revision };
  pace.edited(id);
  try {
    await chat.edit(incident.root, await render.root(incident, alerts, undefined));
    deps.reached?.('edited');
    await store.commit([shown]);
    deps.reached?.('shown durable');
  } catch (err) {
    if (!(err instanceof ChatError)) throw err;
    if (err.code === 'no-message' || err.code === 'no-channel') {
      const burns = alerts.some(({ state }) => state === 'firing');
      const lines = (await store.waiting()).some((row) => row.incident === id);
      await store.commit([
        { type: 'incident-unlinked', id },
        ...(burns || lines ? newRoot(incident, alerts, clock.now()) : [shown]),
      ]);
      return;
    }
    if (err.code === 'refused-content') {
      log.error({ incident: id, slack: err.slack }, 'an edit was refused');
      deps.tell(
        `The message about ${alerts[0]?.title ?? id} in ${channel} could not be updated (${err.slack}): it shows an earlier state. /illumio alerts shows what is so now.`,
      );
      return await store.commit([shown]);
    }
    pace.hold(`edit ${id}`, err.retryAfterMs ?? EDIT_AGAIN_MS);
  }
};
