import { firstRoots } from '../../core/first-roots.ts';
import type { Transition } from '../../core/state.ts';
import type { DeliveryDeps } from './deps.ts';
import { FOLD_FROM } from './turn.ts';
import { placeOf, waitingIn } from './waiting.ts';

/** A root post that may go out as soon as it is durable: its slot is taken. */
export interface Claim {
  readonly key: string;
  readonly channel: string;
  /** To be durable together with what queues it. */
  readonly intent: Transition;
  /** The slot, unused. */
  giveBack(): void;
}

/**
 * Takes the slots that the root posts of a commit would get at once, one a channel: where nothing else waits, nobody works, and no
 * storm is to be joined first. Everything else goes the way of `send`.
 * @param free whether the channel is nobody's now
 */
export const claimsFor = async (
  transitions: readonly Transition[],
  free: (channel: string) => boolean,
  { store, chat, clock, folding }: DeliveryDeps,
): Promise<readonly Claim[]> => {
  const roots = firstRoots(transitions, clock.now());
  if (roots.size === 0) return [];
  const { rows, incidents } = await waitingIn(store);
  const taken = new Set(rows.map((row) => placeOf(row, incidents)));
  const claims: Claim[] = [];
  for (const [channel, { row, among }] of roots) {
    if (taken.has(channel) || !free(channel) || (folding && among >= FOLD_FROM)) continue;
    const giveBack = chat.claim(channel);
    if (giveBack === undefined) continue;
    const intent: Transition = { type: 'delivery-intent', key: row.key, at: clock.now(), channel };
    claims.push({ key: row.key, channel, intent, giveBack });
  }
  return claims;
};
