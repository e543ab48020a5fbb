import { ChatError } from '../../core/ports.ts';
import type { DeliveryDeps } from './deps.ts';
import type { Pace } from './pace.ts';
import { refused } from './refused.ts';

/** Posts one delivery: newest state, durable intent, post, durable confirmation. */
export const send = async (key: string, channel: string, deps: DeliveryDeps, pace: Pace): Promise<void> => {
  const { store, chat, clock, render, reached } = deps;
  await chat.slot(channel, 'post');
  reached?.('slot taken');
  const queued = await store.delivery(key);
  const before = queued && (await store.incident(queued.incident));
  if (queued === undefined || before === undefined) return;
  if (await isExternal(channel, deps)) {
    const held = new ChatError('no-channel', 'shared with another organisation');
    return refused(queued, before, channel, held, deps, pace);
  }
  const isRoot = queued.place === 'root';
  await store.commit([{ type: 'delivery-intent', key, at: clock.now(), channel }]);
  reached?.('intent durable');
  // Only from now on nothing joins it any more: rendered before, it could leave out what it counts as said.
  const row = (await store.delivery(key)) ?? queued;
  const incident = (await store.incident(row.incident)) ?? before;
  const { alerts: named } = row;
  const alerts = await store.alerts(isRoot ? incident.alerts : named);
  const message = await (isRoot
    ? render.root(row.repeated === true ? { ...incident, repeated: true } : incident, alerts, row.mention)
    : render.line(incident, alerts, { ...row, alerts: named }));
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

/**
 * A channel that another organisation reads gets no alert (definitions §8). One that cannot be looked up is not held back: no alert
 * is lost to that.
 */
const isExternal = async (channel: string, { chat, log }: DeliveryDeps): Promise<boolean> => {
  try {
    return (await chat.channel(channel)).external;
  } catch (err) {
    if (!(err instanceof ChatError)) throw err;
    log.debug({ channel, slack: err.slack }, 'a channel could not be looked up');
    return false;
  }
};
