import type { SeenEvents } from '../state.ts';
import type { Of, Reducers } from './draft.ts';

/** What a look at a PCE leaves: how far it was read, what counted, and what rules remember of it. */
export const pollReducers = {
  polled: (draft, t) => {
    if (t.cursor !== undefined) draft.set('cursors', `${t.pce}|${t.stream}`, t.cursor);
    if (t.seen.length > 0) draft.set('seen', t.pce, withSeen(draft.state.seen.get(t.pce), t));
    for (const [rule, memory] of Object.entries(t.memories))
      draft.set('memories', `${t.pce}|${rule}`, memory);
    for (const [rule, at] of Object.entries(t.wakes))
      if (at === null) draft.delete('wakes', `${t.pce}|${rule}`);
      else draft.set('wakes', `${t.pce}|${rule}`, at);
  },
} satisfies Partial<Reducers>;

const withSeen = (
  before: ReadonlyMap<number, SeenEvents> | undefined,
  { seen, at: seenAt }: Of<'polled'>,
): ReadonlyMap<number, SeenEvents> => {
  const minutes = new Map(before);
  const fresh = new Map<number, Map<string, number | null>>();
  for (const [href, at] of seen) {
    const minute = minuteOf(at);
    const events = fresh.get(minute) ?? new Map(minutes.get(minute));
    // An event is seen once: a rule that counts it later does not make it newer.
    if (!events.has(href)) events.set(href, seenAt === undefined ? null : minuteOf(seenAt));
    fresh.set(minute, events);
  }
  for (const [minute, events] of fresh) minutes.set(minute, events);
  return minutes;
};

const minuteOf = (ms: number): number => Math.floor(ms / 60_000);
