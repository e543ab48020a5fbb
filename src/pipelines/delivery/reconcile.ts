import type { Delivery, Told } from '../../core/alert.ts';
import { ChatError, type Copies } from '../../core/ports.ts';
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
      await store.commit(group.map((row) => verdict(row, channel, found.get(row.key)?.[0], clock.now())));
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
): Promise<ReadonlyMap<string, Copies>> => {
  const [first] = group;
  if (first?.file !== undefined) {
    const shown = (await chat.uploads.shares(first.file)).some((one) => one.channel === channel);
    return new Map(shown ? [[first.key, [first.thread ?? '']]] : []);
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
 * Posts that were looked for in vain and sent again may have been under way: 60 s later they are looked for once more, and whichever
 * copy is not the one our state links is deleted (promise 2). One look-up for all of a channel or thread; one a call, since each waits for
 * Slack's pace of look-ups. @returns true when there was something to look at
 */
export const removeCopies = async (
  channel: string,
  { store, chat, clock, log }: Pick<DeliveryDeps, 'store' | 'chat' | 'clock' | 'log'>,
): Promise<boolean> => {
  const due = (await store.toldToLookAt()).filter(
    (told) => told.channel === channel && (told.lookAt ?? 0) <= clock.now(),
  );
  const places = await Promise.all(due.map((told) => placeOfTold(told, store)));
  const group = due.filter((_, n) => places[n] === places[0]);
  const [first] = group;
  if (first === undefined) return false;
  const looked = (lookAt: number | null): Promise<void> =>
    store.commit(group.map(({ key }) => ({ type: 'told-looked', key, lookAt })));
  try {
    for (const copy of await copiesOf(group, channel, places[0] ?? '', chat)) {
      log.warn(copy, 'a second copy of a message is deleted');
      await chat.remove(copy).catch(unlessGone);
    }
    await looked(null);
  } catch (err) {
    if (!(err instanceof ChatError)) throw err;
    const gone = err.code === 'no-message' || err.code === 'refused' || err.code === 'no-channel';
    log.warn({ channel, messages: group.length, slack: err.slack }, 'could not look for second copies');
    await looked(gone ? null : clock.now() + MINUTE_MS);
  }
  return true;
};

/** A copy that somebody deleted before us. */
const unlessGone = (err: unknown): void => {
  if (!(err instanceof ChatError) || err.code !== 'no-message') throw err;
};

/** Where a message was sent: its file, its thread, or '' for the channel itself. */
const placeOfTold = async (
  { ts, incident: id, file, thread }: Told,
  store: DeliveryDeps['store'],
): Promise<string> => {
  if (file !== undefined || thread !== undefined) return file ?? thread ?? '';
  const root = (await store.incident(id))?.root?.ts;
  return root === ts ? '' : (root ?? '');
};

/** Every copy but the ones our state links. */
const copiesOf = async (
  group: readonly Told[],
  channel: string,
  place: string,
  chat: DeliveryDeps['chat'],
): Promise<readonly { readonly channel: string; readonly ts: string }[]> => {
  const [first] = group;
  if (first?.file !== undefined)
    return (await chat.uploads.shares(first.file)).filter((one) => one.channel === channel).slice(1);
  const since = Math.min(...group.map(({ at }) => at)) - LOOK_BACK_MS;
  const keys = new Set(group.map(({ key }) => key));
  const found = await chat.find({ channel, since, ...(place === '' ? {} : { thread: place }) }, keys);
  return group.flatMap(({ key, ts: ours }) =>
    (found.get(key) ?? []).filter((ts) => ts !== ours).map((ts) => ({ channel, ts })),
  );
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
