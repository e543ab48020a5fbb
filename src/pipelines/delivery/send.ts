import type { Alert, Delivery, Incident } from '../../core/alert.ts';
import { ChatError, type Message } from '../../core/ports.ts';
import { isExternal } from '../external.ts';
import type { DeliveryDeps, Render } from './deps.ts';
import type { Pace } from './pace.ts';
import { refused } from './refused.ts';

/** Posts one delivery when it is its turn: newest state, durable intent, post, durable confirmation. */
export const send = async (key: string, channel: string, deps: DeliveryDeps, pace: Pace): Promise<void> => {
  const { store, chat, clock, reached } = deps;
  await chat.slot(channel, 'post');
  reached?.('slot taken');
  const row = await store.delivery(key);
  const incident = row && (await store.incident(row.incident));
  if (row === undefined || incident === undefined) return;
  if (await isExternal(channel, deps)) {
    const held = new ChatError('no-channel', 'shared with another organisation');
    return refused(row, incident, channel, held, deps, pace);
  }
  const under = row.place === 'root' || incident.root === undefined ? {} : { thread: incident.root.ts };
  await store.commit([{ type: 'delivery-intent', key, at: clock.now(), channel, ...under }]);
  await post(key, channel, deps, pace);
};

/** Posts one whose intent is durable, and makes durable what came of it. */
export const post = async (key: string, channel: string, deps: DeliveryDeps, pace: Pace): Promise<void> => {
  const { store, chat, clock, render, reached } = deps;
  reached?.('intent durable');
  // Only from now on nothing joins it any more: rendered before, it could leave out what it counts as said.
  const row = await store.delivery(key);
  const incident = row && (await store.incident(row.incident));
  if (row === undefined || incident === undefined) return;
  const isRoot = row.place === 'root';
  const alerts = await store.alerts(isRoot ? incident.alerts : row.alerts);
  const message = await rendered(row, incident, alerts, render);
  try {
    const ts = await chat.post(
      {
        channel,
        key,
        ...(isRoot || incident.root === undefined
          ? {}
          : { thread: incident.root.ts, broadcast: row.place === 'broadcast' }),
      },
      message,
    );
    reached?.('posted');
    await store.commit([
      { type: 'delivery-sent', key, channel, ts, at: clock.now(), revision: incident.revision },
    ]);
    reached?.('sent durable');
    pace.worked(channel);
    pace.posted(incident.id);
    pace.edited(incident.id);
  } catch (err) {
    if (!(err instanceof ChatError)) throw err;
    await refused(row, incident, channel, err, deps, pace);
    reached?.('refusal durable');
  }
};

const rendered = (
  row: Delivery,
  incident: Incident,
  alerts: readonly Alert[],
  render: Render,
): Promise<Message> => {
  if (row.plain === true) return render.plain(incident, alerts, row);
  if (row.place !== 'root') return render.line(incident, alerts, row);
  return render.root(row.repeated === true ? { ...incident, repeated: true } : incident, alerts, row.mention);
};
