import type { Incident } from '../core/alert.ts';
import { newRoot } from '../core/new-root.ts';
import { type Chat, ChatError, type Clock, type Log, type Store } from '../core/ports.ts';
import { counted } from '../core/text.ts';
import { heldBack } from '../views/held-back.ts';
import { isExternal } from './external.ts';

/** Messages older than this are nobody's work any more; their buttons refuse all the same. */
const LOOK_BACK_MS = 7 * 24 * 3_600_000;

export interface HeldBackDeps {
  readonly store: Pick<Store, 'firing' | 'alertsSince' | 'alerts' | 'incidentsOf' | 'commit'>;
  readonly chat: Pick<Chat, 'channel' | 'slot' | 'edit'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  readonly fallback: string;
  tell(trouble: string): void;
}

/**
 * Takes alerts away from a channel that has become shared with another organisation (definitions §8): each message becomes one line
 * without names or buttons, and what still fires is shown in the fallback channel. What Slack refuses is tried again at the next look.
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
          `The channel ${channel} is shared with another organisation now: ${counted(taken.length, 'message')} of mine there ${taken.length === 1 ? 'is' : 'are'} held back, and what still fires is in the fallback channel. Lines in threads stand there; their buttons refuse.`,
        );
    }
  };
};

const takeAway = async (
  incident: Incident,
  { store, chat, clock, log, fallback }: HeldBackDeps,
): Promise<boolean> => {
  const { root, id } = incident;
  if (root === undefined) return false;
  try {
    await chat.slot(root.channel, 'edit');
    await chat.edit(root, heldBack());
  } catch (err) {
    if (!(err instanceof ChatError)) throw err;
    log.warn({ incident: id, slack: err.slack }, 'a message in a shared channel could not be held back yet');
    return false;
  }
  const alerts = await store.alerts(incident.alerts);
  const burns = alerts.some(({ state }) => state === 'firing');
  await store.commit([
    { type: 'incident-unlinked', id },
    ...(burns ? newRoot(incident, alerts, clock.now(), fallback) : []),
  ]);
  return true;
};
