import type { Delivery } from '../../core/alert.ts';
import { ChatError } from '../../core/ports.ts';
import type { Transition } from '../../core/state.ts';
import type { DeliveryDeps } from './deps.ts';
import type { Pace } from './pace.ts';

const MINUTE_MS = 60_000;
/** History is read from a little before the intent: Slack's clock and ours differ (design §4.2). */
const LOOK_BACK_MS = 5 * MINUTE_MS;
/** After so long without being able to look, the copy goes out anyway (design §4.2). */
const GIVE_UP_MS = 10 * MINUTE_MS;
/** Between two look-ups of a channel when one failed and Slack did not say how long to wait. */
const LOOK_AGAIN_MS = 2_000;

/**
 * Finds out what became of posts whose answer was never read (promise 2): one look-up for all unclear keys of a channel or thread.
 * Found → sent; not found → queued again under the same key. A look-up that failed is made again after a while, and posts go on
 * meanwhile. @returns true when something was decided
 */
export const reconcile = async (
  channel: string,
  rows: readonly Delivery[],
  {
    store,
    chat,
    clock,
    log,
    requestTimeoutMs,
    reached,
  }: Pick<DeliveryDeps, 'store' | 'chat' | 'clock' | 'log' | 'requestTimeoutMs' | 'reached'>,
  pace: Pick<Pace, 'held' | 'hold' | 'read' | 'unreadMs'>,
): Promise<boolean> => {
  if (pace.held(`look ${channel}`) > 0) return false;
  const unclear = rows.filter(
    ({ state, intentAt = 0, notBefore }) =>
      state === 'intent' && clock.now() >= Math.max(intentAt + requestTimeoutMs + 1_000, notBefore),
  );
  const places = new Map<string, Delivery[]>();
  for (const row of unclear) {
    const place = row.file ?? (row.place === 'root' ? '' : await threadOf(row, store));
    // Its root is looked for first: what was found of that says where to look for the line.
    if (place === undefined) continue;
    places.set(place, [...(places.get(place) ?? []), row]);
  }
  let decided = false;
  for (const [place, group] of places) {
    const since = Math.min(...group.map(({ intentAt = 0 }) => intentAt)) - LOOK_BACK_MS;
    const keys = new Set(group.map(({ key }) => key));
    try {
      const found = await looked(group, place, { channel, since }, chat);
      pace.read(channel);
      reached?.('looked up');
      await store.commit(group.map((row) => verdict(row, channel, found.get(row.key), clock.now())));
      reached?.('verdict durable');
      decided = true;
    } catch (err) {
      if (!(err instanceof ChatError)) throw err;
      log.warn({ channel, slack: err.slack, unclear: keys.size }, 'could not look up unclear posts');
      pace.hold(`look ${channel}`, err.retryAfterMs ?? LOOK_AGAIN_MS);
      // A token without the right to read will not get it by waiting. The wait begins with the first look-up that failed: an intent may be
      // of long ago (a restored backup, a night without the bot), and one failure then is no reason to repeat anything.
      const enough = err.slack === 'missing_scope' || pace.unreadMs(channel) > GIVE_UP_MS;
      const late = enough ? group : [];
      await store.commit(
        late.map(({ key }) => ({
          type: 'delivery-failed',
          key,
          notBefore: clock.now(),
          trouble: 'could not be looked up after an unclear answer',
          repeated: true,
        })),
      );
      decided ||= late.length > 0;
    }
  }
  return decided;
};

/** The thread it was sent to; of one from before that was kept, the thread its incident has now. */
const threadOf = async (row: Delivery, store: DeliveryDeps['store']): Promise<string | undefined> =>
  row.thread ?? (await store.incident(row.incident))?.root?.ts;

/** Where each of them stands, by key. A thread that is gone holds nothing: its root may have moved to another channel. */
const looked = async (
  group: readonly Delivery[],
  place: string,
  { channel, since }: { readonly channel: string; readonly since: number },
  chat: DeliveryDeps['chat'],
): Promise<ReadonlyMap<string, string>> => {
  const [first] = group;
  if (first?.file !== undefined) {
    const shown = (await chat.uploads.shares(first.file)).some((one) => one.channel === channel);
    return new Map(shown ? [[first.key, first.thread ?? '']] : []);
  }
  const keys = new Set(group.map(({ key }) => key));
  try {
    return await chat.find({ channel, since, ...(place === '' ? {} : { thread: place }) }, keys);
  } catch (err) {
    if (err instanceof ChatError && err.code === 'no-message' && place !== '') return new Map();
    throw err;
  }
};

/**
 * A post that was looked for in vain and sent again may have been under way: 60 s later it is looked for once more, and whichever
 * copy is not the one our state links is deleted (promise 2). One at a time: each look waits for Slack's pace of look-ups.
 * @returns true when there was something to look at
 */
export const removeCopy = async (
  channel: string,
  { store, chat, clock, log }: Pick<DeliveryDeps, 'store' | 'chat' | 'clock' | 'log'>,
): Promise<boolean> => {
  const due = (await store.toldToLookAt()).find(
    (told) => told.channel === channel && (told.lookAt ?? 0) <= clock.now(),
  );
  if (due === undefined) return false;
  const { key, ts, at, incident: id, reason, file, thread: sentTo } = due;
  const incident = await store.incident(id);
  const thread = sentTo ?? (incident?.root?.ts === ts ? undefined : incident?.root?.ts);
  const mine = Number(ts) * 1_000;
  try {
    if (file !== undefined)
      for (const copy of (await chat.uploads.shares(file))
        .filter((one) => one.channel === channel)
        .slice(1)) {
        log.warn({ key, reason, channel, copy: copy.ts }, 'a second copy of a file is deleted');
        await chat.remove(copy);
      }
    for (const since of file !== undefined ? [] : [at - LOOK_BACK_MS, mine + 1]) {
      const found = await chat.find(
        { channel, since, ...(thread === undefined ? {} : { thread }) },
        new Set([key]),
      );
      const copy = found.get(key);
      if (copy === undefined || copy === ts) continue;
      log.warn({ key, reason, channel, copy }, 'a second copy of a message is deleted');
      await chat.remove({ channel, ts: copy });
    }
    await store.commit([{ type: 'told-looked', key, lookAt: null }]);
  } catch (err) {
    if (!(err instanceof ChatError)) throw err;
    const gone = err.code === 'no-message' || err.code === 'refused' || err.code === 'no-channel';
    log.warn({ key, channel, slack: err.slack }, 'could not look for a second copy');
    await store.commit([{ type: 'told-looked', key, lookAt: gone ? null : clock.now() + MINUTE_MS }]);
  }
  return true;
};

const verdict = ({ key }: Delivery, channel: string, ts: string | undefined, now: number): Transition =>
  ts === undefined
    ? {
        type: 'delivery-failed',
        key,
        notBefore: now,
        trouble: 'not found in Slack after an unclear answer',
        resent: true,
      }
    : { type: 'delivery-sent', key, channel, ts, at: now };
