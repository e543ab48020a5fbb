import type { Clock } from '../../core/ports.ts';

const SECOND_MS = 1_000;
/** At most one post per incident and 5 s, one root edit every 3 s (design §7). */
const PACE_MS = { incident: 5 * SECOND_MS, edit: 3 * SECOND_MS } as const;
/** Waits after a failure: doubling from 1 s to 60 s. */
export const RETRY_MS = { first: SECOND_MS, most: 60 * SECOND_MS } as const;
/**
 * While Slack is away each channel is tried now and then: four of them once a second together, and the first post stands within 5 s
 * of its return (fault 10).
 */
const AWAY_MS = { first: SECOND_MS, most: 4 * SECOND_MS } as const;

export type Pace = ReturnType<typeof createPace>;

/** When an incident may be posted to or edited again, and when a channel may be tried again. Monotonic. */
export const createPace = (clock: Clock) => {
  const next = new Map<string, number>();
  /** By channel: since when it could not be read. */
  const unread = new Map<string, number>();
  /** By channel: failures in a row. */
  const failures = new Map<string, number>();
  const wait = (key: string): number => Math.max(0, (next.get(key) ?? 0) - clock.mono());
  const hold = (key: string, ms: number): void => {
    if (next.size > 10_000) for (const [old, at] of next) if (at < clock.mono()) next.delete(old);
    next.set(key, Math.max(next.get(key) ?? 0, clock.mono() + ms));
  };
  return {
    hold,
    held: wait,
    /**
     * Slack did not take a post, or nobody knows: the channel rests, longer each time until one is taken. What a person must mend
     * first (a token, a right) is not hurried by trying: up to a minute.
     */
    failed(channel: string, mostMs: number = AWAY_MS.most): void {
      const before = failures.get(channel) ?? 0;
      failures.set(channel, before + 1);
      // One failure alone is no outage.
      if (before > 0) hold(channel, Math.min(AWAY_MS.first * 2 ** (before - 1), mostMs));
    },
    /** How long a channel's history cannot be read by now, ms: 0 at the first time. */
    unreadMs(channel: string): number {
      const since = unread.get(channel) ?? clock.mono();
      unread.set(channel, since);
      return clock.mono() - since;
    },
    read: (channel: string) => void unread.delete(channel),
    worked: (channel: string) => void failures.delete(channel),
    posted: (incident: string) => hold(`post ${incident}`, PACE_MS.incident),
    postWait: (incident: string) => wait(`post ${incident}`),
    edited: (incident: string) => hold(`edit ${incident}`, PACE_MS.edit),
    editWait: (incident: string) => wait(`edit ${incident}`),
  };
};
