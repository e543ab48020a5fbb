import type { Incident } from '../core/alert.ts';
import { newRoot } from '../core/new-root.ts';
import { type Chat, ChatError, type Clock, type Log, type Store } from '../core/ports.ts';
import { type Card, HELD_FACE } from '../core/state.ts';
import { counted } from '../core/text.ts';
import { heldBack } from '../views/held-back.ts';
import { isExternal } from './external.ts';

/** Messages older than this are nobody's work any more; their buttons refuse all the same. */
const LOOK_BACK_MS = 7 * 24 * 3_600_000;
/** Slack's clock and ours differ. */
const UNCLEAR_MS = 5 * 60_000;

export interface HeldBackDeps {
  readonly store: Pick<
    Store,
    'firing' | 'alertsSince' | 'alerts' | 'incidentsOf' | 'told' | 'cards' | 'commit'
  >;
  readonly chat: Pick<Chat, 'channel' | 'slot' | 'edit' | 'find'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  readonly fallback: string;
  tell(trouble: string): void;
}

/**
 * Takes what is ours away from a channel that has become shared with another organisation (definitions §8): alerts, the lines in their
 * threads, and requests, reminders and lists become one line each without names or buttons. What still fires or is asked is shown in the
 * fallback channel. What Slack does not take is tried again at the next look.
 */
export const createHeldBack = (deps: HeldBackDeps): (() => Promise<void>) => {
  const { store, clock, tell, fallback } = deps;
  return async () => {
    const alerts = [...(await store.firing()), ...(await store.alertsSince(clock.now() - LOOK_BACK_MS))];
    const incidents = await store.incidentsOf(new Set(alerts.map(({ fingerprint }) => fingerprint)));
    const byChannel = new Map<string, Incident[]>();
    for (const one of incidents)
      if (one.root !== undefined)
        byChannel.set(one.root.channel, [...(byChannel.get(one.root.channel) ?? []), one]);
    for (const [channel, shown] of byChannel) {
      if (channel === fallback || !(await isExternal(channel, deps))) continue;
      const taken = [];
      for (const one of shown) if (await takeAway(one, deps)) taken.push(one);
      if (taken.length > 0)
        tell(
          `The channel ${channel} is shared with another organisation now: ${counted(taken.length, 'message')} of mine there ${taken.length === 1 ? 'is' : 'are'} held back with the lines below, and what still fires is in the fallback channel. Lines older than 48 h and files stand there: remove them by hand.`,
        );
    }
    await holdBackCards(deps);
  };
};

/** Requests, reminders, lists and boards: posted anew by whoever keeps them up to date, where they may stand. */
const holdBackCards = async (deps: HeldBackDeps): Promise<void> => {
  const { store, clock, tell, fallback } = deps;
  const byChannel = new Map<string, Card[]>();
  for (const card of await store.cards())
    if (card.face !== HELD_FACE) byChannel.set(card.channel, [...(byChannel.get(card.channel) ?? []), card]);
  for (const [channel, shown] of byChannel) {
    if (!(await isExternal(channel, deps))) continue;
    let taken = 0;
    for (const card of shown) {
      const place = await placeOf(card, deps);
      if (place === 'not known yet' || !(await cover(place, deps))) continue;
      await store.commit([{ type: 'card-shown', card: { ...card, at: clock.now(), face: HELD_FACE } }]);
      taken += 1;
    }
    if (taken > 0)
      tell(
        `The channel ${channel} is shared with another organisation now: ${counted(taken, 'request, reminder or list', 'requests, reminders and lists')} of mine there ${taken === 1 ? 'is' : 'are'} held back${channel === fallback ? '; it is the fallback channel too, so they stand nowhere' : ', and what still matters is in the fallback channel'}.`,
      );
  }
};

/** Where a card stands; one whose post was never confirmed is looked up. */
const placeOf = async (
  { key, channel, at, ts }: Card,
  { chat }: HeldBackDeps,
): Promise<Place | undefined | 'not known yet'> => {
  if (ts !== undefined) return { channel, ts };
  try {
    const found = (await chat.find({ channel, since: at - UNCLEAR_MS }, new Set([key]))).get(key);
    return found === undefined ? undefined : { channel, ts: found[0] };
  } catch (err) {
    if (err instanceof ChatError) return 'not known yet';
    throw err;
  }
};

interface Place {
  readonly channel: string;
  readonly ts: string;
}

/** Makes one message the line without names; what is gone needs none. @returns false when it is to be tried again */
const cover = async (at: Place | undefined, { chat, log }: HeldBackDeps): Promise<boolean> => {
  if (at === undefined) return true;
  try {
    await chat.slot(at.channel, 'edit');
    await chat.edit(at, heldBack());
    return true;
  } catch (err) {
    if (!(err instanceof ChatError)) throw err;
    log.warn({ ...at, slack: err.slack }, 'a message in a shared channel could not be held back');
    return err.code === 'no-message';
  }
};

/** The root first, then the lines below it: each is tried again as long as one of them is not. */
const takeAway = async (incident: Incident, deps: HeldBackDeps): Promise<boolean> => {
  const { store, clock, fallback } = deps;
  const { root, id } = incident;
  if (root === undefined) return false;
  if (!(await cover(root, deps))) return false;
  for (const { channel, ts, thread, file } of await store.told(id))
    if (channel === root.channel && thread === root.ts && file === undefined)
      if (!(await cover({ channel, ts }, deps))) return false;
  const alerts = await store.alerts(incident.alerts);
  const burns = alerts.some(({ state }) => state === 'firing');
  await store.commit([
    { type: 'incident-unlinked', id },
    ...(burns ? newRoot(incident, alerts, clock.now(), fallback) : []),
  ]);
  return true;
};
