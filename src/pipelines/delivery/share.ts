import type { Delivery, Incident } from '../../core/alert.ts';
import { unfiled } from '../../core/filing.ts';
import { ChatError } from '../../core/ports.ts';
import { isExternal } from '../external.ts';
import type { DeliveryDeps } from './deps.ts';
import type { Pace } from './pace.ts';
import { refused } from './refused.ts';

/** After so many attempts the names go into lines: no alert waits for a file. */
const MOST_TRIES = 3;

/**
 * Shows one line with its names in a file: bytes handed over, the file's id durable, shown in the thread, confirmation durable.
 * What was shown once keeps its id, so that a copy can be told.
 */
export const share = async (key: string, channel: string, deps: DeliveryDeps, pace: Pace): Promise<void> => {
  const { store, chat, clock, render, reached } = deps;
  await chat.slot(channel, 'post');
  reached?.('slot taken');
  const row = await store.delivery(key);
  const incident = row && (await store.incident(row.incident));
  if (row === undefined || incident?.root === undefined) return;
  if (await isExternal(channel, deps)) {
    const held = new ChatError('no-channel', 'shared with another organisation');
    return refused(row, incident, channel, held, deps, pace);
  }
  const alerts = await store.alerts(row.alerts);
  const file = await render.file(incident, alerts);
  const thread = incident.root.ts;
  try {
    const id = row.file ?? (await chat.uploads.put(file));
    reached?.('file put');
    await store.commit([{ type: 'delivery-intent', key, at: clock.now(), channel, thread, file: id }]);
    reached?.('intent durable');
    const beside = await render.line(incident, alerts, row);
    await chat.uploads.share({ channel, thread }, { id, title: file.title }, beside);
    reached?.('file shown');
    await store.commit([{ type: 'delivery-sent', key, channel, ts: thread, at: clock.now() }]);
    reached?.('sent durable');
    pace.worked(channel);
    pace.posted(incident.id);
  } catch (err) {
    if (!(err instanceof ChatError)) throw err;
    await notShared(row, incident, channel, err, deps, pace);
    reached?.('refusal durable');
  }
};

const notShared = async (
  row: Delivery,
  incident: Incident,
  channel: string,
  err: ChatError,
  deps: DeliveryDeps,
  pace: Pace,
): Promise<void> => {
  const { store, clock, log } = deps;
  const { key } = row;
  switch (err.code) {
    case 'unclear':
    case 'rate-limited':
    case 'no-channel':
    case 'no-message':
      return refused(row, incident, channel, err, deps, pace);
    case 'unavailable':
      if (row.tries < MOST_TRIES) return refused(row, incident, channel, err, deps, pace);
      break;
    case 'refused-content':
      if (err.slack === 'file_not_found' && row.tries < MOST_TRIES)
        return store.commit([
          { type: 'delivery-failed', key, notBefore: clock.now(), trouble: err.slack, fileGone: true },
        ]);
      break;
    case 'refused':
      break;
    default:
      err.code satisfies never;
  }
  log.warn({ key, channel, slack: err.slack }, 'Slack takes no file, the names go into lines');
  const now = (await store.incident(incident.id)) ?? incident;
  await store.commit([unfiled(now, row, await store.alerts(row.alerts))]);
};
