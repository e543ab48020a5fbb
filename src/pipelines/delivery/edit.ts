import type { Alert, Incident } from '../../core/alert.ts';
import { newRoot } from '../../core/new-root.ts';
import { ChatError } from '../../core/ports.ts';
import type { Transition } from '../../core/state.ts';
import type { DeliveryDeps } from './deps.ts';
import { type Pace, RETRY_MS } from './pace.ts';

/** Until an edit that failed is tried again, when Slack does not say. */
const EDIT_AGAIN_MS = 5_000;
/** Where no message may be edited at all, a root is posted anew at most so often: its line in between says what is new. */
const ANEW_MS = 60_000;

/** Edits a root to its newest state. One that Slack lets nobody edit any more is posted anew and its old link dropped. */
export const showNewest = async (id: string, deps: DeliveryDeps, pace: Pace): Promise<void> => {
  const { store, chat } = deps;
  const channel = (await store.incident(id))?.root?.channel;
  if (channel === undefined) return;
  await chat.slot(channel, 'edit');
  const incident = await store.incident(id);
  if (incident?.root === undefined || incident.shown >= incident.revision) return;
  const alerts = await store.alerts(incident.alerts);
  pace.edited(id);
  try {
    await edit(incident.root, incident, alerts, deps);
    deps.reached?.('edited');
    await store.commit([shown(incident)]);
    deps.reached?.('shown durable');
  } catch (err) {
    if (!(err instanceof ChatError)) throw err;
    await notEdited(incident, alerts, err, deps, pace);
  }
};

const shown = ({ id, revision }: Incident): Transition => ({ type: 'incident-shown', id, revision });

/** Content that Slack refuses goes out once more as names and nothing else. */
const edit = async (
  root: NonNullable<Incident['root']>,
  incident: Incident,
  alerts: readonly Alert[],
  { chat, render, log }: DeliveryDeps,
): Promise<void> => {
  try {
    await chat.edit(root, await render.root(incident, alerts, undefined));
  } catch (err) {
    if (!(err instanceof ChatError) || err.code !== 'refused-content') throw err;
    log.error({ incident: incident.id, slack: err.slack }, 'an edit was refused, its names go out alone');
    await chat.slot(root.channel, 'edit');
    await chat.edit(root, await render.plain(incident, alerts, { reason: 'first', place: 'root' }));
  }
};

const notEdited = async (
  incident: Incident,
  alerts: readonly Alert[],
  err: ChatError,
  { store, clock, log }: DeliveryDeps,
  pace: Pace,
): Promise<void> => {
  const { id } = incident;
  switch (err.code) {
    case 'no-message':
    case 'no-channel':
    case 'refused-content': {
      // Taken away by a person it comes back only for what still burns; one that stands there and shows an earlier state is replaced.
      const gone = err.slack === 'message_not_found' || err.code === 'no-channel';
      const burns = alerts.some(({ state }) => state === 'firing');
      const lines = (await store.waiting()).some((row) => row.incident === id);
      log.warn({ incident: id, slack: err.slack }, 'a message cannot be edited any more');
      await store.commit([
        { type: 'incident-unlinked', id },
        ...(!gone || burns || lines ? newRoot(incident, alerts, clock.now()) : [shown(incident)]),
      ]);
      if (!gone) pace.hold(`edit ${id}`, ANEW_MS);
      return;
    }
    case 'refused':
      return pace.hold(`edit ${id}`, RETRY_MS.most);
    case 'rate-limited':
    case 'unavailable':
    case 'unclear':
      return pace.hold(`edit ${id}`, err.retryAfterMs ?? EDIT_AGAIN_MS);
    default:
      err.code satisfies never;
  }
};
