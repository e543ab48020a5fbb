import type { Clock } from './clock.ts';

/** Allows `perSecond` on average and up to `burst` at once. */
interface Bucket {
  /** Takes one; 0 when allowed, else the whole seconds to wait (what Retry-After says, at least 1). */
  take(): number;
}

/** A token bucket on the given clock. It starts full. */
const createBucket = (clock: Clock, perSecond: number, burst: number): Bucket => {
  let tokens = burst;
  let filledAt = clock.now();
  return {
    take: () => {
      const now = clock.now();
      tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond);
      filledAt = now;
      if (tokens >= 1 - 1e-9) {
        tokens -= 1;
        return 0;
      }
      return Math.max(1, Math.ceil((1 - tokens) / perSecond - 1e-9));
    },
  };
};

/** Calls a minute and workspace, by tier (facts/slack §3); "several hundred" of chat.postMessage are taken as 300. */
const TIERS = { T1: 1, T2: 20, T3: 50, T4: 100, posts: 300, special: 300 } as const;
export type Tier = keyof typeof TIERS;

/** Posts a channel takes at once before the pace counts; Slack publishes no number (facts/slack §3). */
const POST_BURST = 3;

/** Slack's rate limits: one bucket per channel for posts, one per method. */
export interface Pace {
  /** Seconds to wait before this method may be called again, 0 = now. */
  method(name: string, tier: Tier): number;
  /** Seconds to wait before this channel takes another post, 0 = now. */
  post(channel: string): number;
}

/** `postsPerSecond` 0 or Infinity switches every limit off, tiers too. */
export const createPace = (clock: Clock, postsPerSecond: number): Pace => {
  if (postsPerSecond === 0 || postsPerSecond === Infinity) return { method: () => 0, post: () => 0 };
  const buckets = new Map<string, Bucket>();
  const bucket = (key: string, perSecond: number, burst: number): Bucket => {
    const known = buckets.get(key) ?? createBucket(clock, perSecond, burst);
    buckets.set(key, known);
    return known;
  };
  return {
    method: (name, tier) => bucket(`method ${name}`, TIERS[tier] / 60, TIERS[tier]).take(),
    post: (channel) => bucket(`post ${channel}`, postsPerSecond, POST_BURST).take(),
  };
};
