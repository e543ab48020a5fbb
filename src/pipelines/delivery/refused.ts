import type { Delivery, Incident } from '../../core/alert.ts';
import { newRoot } from '../../core/new-root.ts';
import type { ChatError } from '../../core/ports.ts';
import type { Transition } from '../../core/state.ts';
import type { DeliveryDeps } from './deps.ts';
import { type Pace, RETRY_MS } from './pace.ts';

/** Each way a post can fail has one path, and none of them loses it (fault 11). */
export const refused = async (
  row: Delivery,
  incident: Incident,
  channel: string,
  err: ChatError,
  deps: DeliveryDeps,
  pace: Pace,
): Promise<void> => {
  const { store, clock, log, fallback } = deps;
  const { key } = row;
  const again = (more: { channel?: string; waitMs?: number; plain?: true } = {}): Transition => ({
    type: 'delivery-failed',
    key,
    trouble: err.slack,
    notBefore: clock.now() + (more.waitMs ?? Math.min(RETRY_MS.first * 2 ** row.tries, RETRY_MS.most)),
    ...(more.channel === undefined ? {} : { channel: more.channel }),
    ...(more.plain === undefined ? {} : { plain: more.plain }),
  });
  switch (err.code) {
    case 'unclear':
      // It may stand in Slack: it keeps its intent and is looked up before anything is sent again (promise 2).
      log.warn({ key, channel, slack: err.slack }, 'no answer to a post, to be looked up');
      return pace.failed(channel);
    case 'rate-limited':
      return await store.commit([again({ waitMs: err.retryAfterMs ?? RETRY_MS.first })]);
    case 'unavailable':
    case 'refused':
      log.warn({ key, channel, slack: err.slack }, 'a post was not accepted, to be tried again');
      pace.failed(channel, err.code === 'refused' ? RETRY_MS.most : undefined);
      return await store.commit([again()]);
    case 'no-message':
      // The thread's root is gone: the incident gets a new one, which names everything.
      return await store.commit([
        { type: 'incident-unlinked', id: incident.id },
        again({ waitMs: 0 }),
        ...newRoot(incident, await store.alerts(incident.alerts), clock.now()),
      ]);
    case 'no-channel':
      if (channel !== fallback) {
        deps.tell(
          `I can't post to the channel ${channel} (${err.slack}). Its alerts go to the fallback channel until it works again.`,
        );
        return await store.commit([
          ...(incident.root === undefined
            ? []
            : [
                { type: 'incident-unlinked', id: incident.id } as const,
                ...newRoot(incident, await store.alerts(incident.alerts), clock.now(), fallback),
              ]),
          again({ channel: fallback, waitMs: 0 }),
        ]);
      }
      return await dead(row, err, deps);
    case 'refused-content':
      if (row.plain === true) return await dead(row, err, deps);
      log.error({ key, channel, slack: err.slack }, 'a message was refused, its names go out alone');
      return await store.commit([again({ waitMs: 0, plain: true })]);
    default:
      err.code satisfies never;
  }
};

/** The alarm comes from the row itself (pipelines/dead-letters), so no crash loses it. */
const dead = async (row: Delivery, err: ChatError, { store, log }: DeliveryDeps): Promise<void> => {
  log.error({ key: row.key, channel: row.channel, slack: err.slack }, 'a message cannot be shown');
  // Without its root no line can be posted: they end with it, and the incident takes no more. The next alert opens another.
  const lines =
    row.place === 'root'
      ? (await store.waiting()).filter(({ incident, place }) => incident === row.incident && place !== 'root')
      : [];
  await store.commit([
    ...[row, ...lines].map(({ key }): Transition => ({ type: 'delivery-dead', key, trouble: err.slack })),
    ...(row.place === 'root' ? [{ type: 'incident-closed', id: row.incident } as const] : []),
  ]);
};
