import { type Chat, ChatError, type Clock, type Log, type Message, type Store } from '../core/ports.ts';
import { HELD_FACE } from '../core/state.ts';
import { isExternal } from './external.ts';
import { createKeyedMutex } from './mutex.ts';

/** Slack's clock and ours differ. */
const LOOK_BACK_MS = 5 * 60_000;

export interface CardsDeps {
  readonly store: Pick<Store, 'card' | 'commit'>;
  readonly chat: Pick<Chat, 'slot' | 'post' | 'edit' | 'find' | 'channel'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** Where they stand instead, once their channel is shared with another organisation; absent = nowhere. */
  readonly fallback?: string;
}

export interface Cards {
  show(wish: Wish): Promise<void>;
}

export interface Wish {
  readonly key: string;
  readonly channel: string;
  /** Names what it shows: the same face is not sent again. */
  readonly face: string;
  message(): Message;
}

/**
 * Keeps messages of ours as they should be: posted once per key, edited when their face changes, posted anew when somebody deleted
 * them. What Slack does not take is tried again at the next call, also after a restart; an unclear post is looked up first. In a channel
 * that is shared with another organisation none of them stands (definitions §8).
 */
export const createCards = ({ store, chat, clock, log, fallback }: CardsDeps): Cards => {
  const exclusive = createKeyedMutex();

  const post = async ({ key, channel, face, message }: Wish, since: number | undefined): Promise<void> => {
    const at = since ?? clock.now();
    // An empty face: whatever stands there is edited once it was found.
    if (since === undefined)
      await store.commit([{ type: 'card-shown', card: { key, channel, at, face: '' } }]);
    else {
      const [ts] = (await chat.find({ channel, since: since - LOOK_BACK_MS }, new Set([key]))).get(key) ?? [];
      if (ts !== undefined) {
        await chat.slot(channel, 'edit');
        await chat.edit({ channel, ts }, message());
        return store.commit([{ type: 'card-shown', card: { key, channel, at, face, ts } }]);
      }
    }
    await chat.slot(channel, 'post');
    const ts = await chat.post({ channel, key }, message());
    await store.commit([{ type: 'card-shown', card: { key, channel, at, face, ts } }]);
  };

  /** Where it may stand; undefined = nowhere. */
  const placeOf = async ({ channel }: Wish): Promise<string | undefined> => {
    if (!(await isExternal(channel, { chat, log }))) return channel;
    const other = fallback === undefined || fallback === channel ? undefined : fallback;
    return other === undefined || (await isExternal(other, { chat, log })) ? undefined : other;
  };

  const show = async (wish: Wish): Promise<void> => {
    const known = await store.card(wish.key);
    if (known === undefined || known.face === HELD_FACE) {
      const channel = await placeOf(wish);
      return channel === undefined ? undefined : post({ ...wish, channel }, undefined);
    }
    if (known.ts !== undefined && known.face === wish.face) return;
    // It is about to be held back there; after that it begins anew elsewhere.
    if (await isExternal(known.channel, { chat, log })) return;
    if (known.ts === undefined) return post(wish, known.at);
    const { channel, ts } = known;
    await chat.slot(channel, 'edit');
    try {
      await chat.edit({ channel, ts }, wish.message());
    } catch (err) {
      if (!(err instanceof ChatError) || err.code !== 'no-message') throw err;
      return post(wish, undefined);
    }
    await store.commit([{ type: 'card-shown', card: { ...known, at: clock.now(), face: wish.face } }]);
  };

  return {
    show: (wish) =>
      exclusive(wish.key, async () => {
        try {
          await show(wish);
        } catch (err) {
          if (!(err instanceof ChatError)) throw err;
          log.warn({ err, card: wish.key }, 'a message about a response waits for Slack');
        }
      }),
  };
};
