import { ChatError, type Clock } from '../../core/ports.ts';

/** What is paced. `lookup` is history and replies together. */
export type PacedCall = 'post' | 'edit' | 'lookup';

/** What waits in one channel, for "12 messages wait, ~14 s". */
export interface Backlog {
  readonly channel: string;
  readonly call: PacedCall;
  readonly waiting: number;
  /** Until the last of them has its turn, as things stand. */
  readonly waitMs: number;
}

/**
 * How fast Slack takes our calls (facts/slack §3). One channel's wait or refusal never delays another: every channel has a queue
 * of its own, and only heads of queues ask for the workspace's share.
 */
export interface Pacer {
  /** Resolves when the call may be made, and counts it. Rejects with ChatError('unavailable') once closed. */
  slot(channel: string, call: PacedCall): Promise<void>;
  /**
   * Counts the call if it may be made at this moment and nobody waits before it.
   * @returns how to take that back when the call is not made, or undefined when it would have to wait
   */
  claim(channel: string, call: PacedCall): (() => void) | undefined;
  /** Slack refused this call in this channel: none is let through there for that long. */
  refused(channel: string, call: PacedCall, retryAfterMs: number): void;
  /** Only channels in which somebody waits. */
  backlog(): readonly Backlog[];
  /** Ends every wait. */
  close(): void;
}

/** Calls per minute and workspace, and how many at once after a rest. T3 methods take 50 a minute: 45 + 5 never passes it. */
const WORKSPACE = {
  post: { perMinute: 240, burst: 4 },
  edit: { perMinute: 45, burst: 5 },
  lookup: { perMinute: 40, burst: 10 },
} as const satisfies Record<PacedCall, { perMinute: number; burst: number }>;

/** Between two calls in one channel. */
const CHANNEL_GAP_MS = { post: 1_000, edit: 0, lookup: 0 } as const satisfies Record<PacedCall, number>;

interface Lane {
  readonly channel: string;
  readonly call: PacedCall;
  /** Monotonic time from which the next call is allowed, by pace and by refusal. */
  next: number;
  blocked: number;
  waiting: number;
  tail: Promise<void>;
}

/** Bookkeeping and `clock.sleep`, nothing else. */
export const createPacer = (clock: Clock): Pacer => {
  const end = new AbortController();
  const lanes = new Map<string, Lane>();
  const shares = {
    post: createShare(clock, WORKSPACE.post, end.signal),
    edit: createShare(clock, WORKSPACE.edit, end.signal),
    lookup: createShare(clock, WORKSPACE.lookup, end.signal),
  };

  const laneOf = (channel: string, call: PacedCall): Lane => {
    const key = `${call} ${channel}`;
    const lane = lanes.get(key) ?? {
      channel,
      call,
      next: 0,
      blocked: 0,
      waiting: 0,
      tail: Promise.resolve(),
    };
    lanes.set(key, lane);
    return lane;
  };
  const wait = (lane: Lane): number => Math.max(lane.next, lane.blocked) - clock.mono();

  const turn = async (lane: Lane): Promise<void> => {
    for (;;) {
      for (let ms = wait(lane); ms > 0 && !end.signal.aborted; ms = wait(lane))
        await clock.sleep(ms, end.signal);
      await shares[lane.call].take();
      if (end.signal.aborted) throw new ChatError('unavailable', 'stopping');
      // A refusal may have come in while the workspace's share was waited for.
      if (wait(lane) <= 0) break;
    }
    count(lane);
  };

  const count = (lane: Lane): void => {
    // From when it was due, not from when the timer fired: else each late timer would lower the rate for good.
    const gap = CHANNEL_GAP_MS[lane.call];
    lane.next = Math.max(lane.next, clock.mono() - gap / 10) + gap;
  };

  return {
    slot: (channel, call) => {
      const lane = laneOf(channel, call);
      lane.waiting += 1;
      const mine = lane.tail
        .then(() => turn(lane))
        .finally(() => {
          lane.waiting -= 1;
        });
      lane.tail = mine.catch(() => {});
      return mine;
    },
    claim: (channel, call) => {
      const lane = laneOf(channel, call);
      if (end.signal.aborted || lane.waiting > 0 || wait(lane) > 0) return undefined;
      const giveBack = shares[call].claim();
      if (giveBack === undefined) return undefined;
      const before = lane.next;
      count(lane);
      const mine = lane.next;
      return () => {
        giveBack();
        // Unless another has counted since: its gap begins with its own call.
        if (lane.next === mine) lane.next = before;
      };
    },
    refused: (channel, call, retryAfterMs) => {
      const lane = laneOf(channel, call);
      lane.blocked = Math.max(lane.blocked, clock.mono() + retryAfterMs);
    },
    backlog: () =>
      [...lanes.values()]
        .filter((lane) => lane.waiting > 0)
        .map((lane) => {
          const gap = Math.max(CHANNEL_GAP_MS[lane.call], 60_000 / WORKSPACE[lane.call].perMinute);
          return {
            channel: lane.channel,
            call: lane.call,
            waiting: lane.waiting,
            waitMs: Math.max(0, wait(lane)) + (lane.waiting - 1) * gap,
          };
        }),
    close: () => end.abort(),
  };
};

interface Share {
  /** Resolves when a call may be made, and counts it. */
  take(): Promise<void>;
  /** Counts a call that may be made now; undefined when it would have to wait. @returns how to take that back */
  claim(): (() => void) | undefined;
}

/** The workspace's share of one kind of call: a token bucket, served in the order of asking. */
const createShare = (
  clock: Clock,
  { perMinute, burst }: { readonly perMinute: number; readonly burst: number },
  signal: AbortSignal,
): Share => {
  const every = 60_000 / perMinute;
  // Generic cell rate: the time at which the bucket would be full again.
  let full = 0;
  let tail = Promise.resolve();
  let waiting = 0;
  // Whole ms: a rest of a rounding error would be slept away in endless slices.
  const early = (): number => Math.ceil(full - (burst - 1) * every - clock.mono() - 1e-6);
  const count = (): void => {
    full = Math.max(full, clock.mono()) + every;
  };
  const turn = async (): Promise<void> => {
    for (let ms = early(); ms > 0 && !signal.aborted; ms = early()) await clock.sleep(ms, signal);
    count();
    waiting -= 1;
  };
  return {
    take() {
      waiting += 1;
      tail = tail.then(turn);
      return tail;
    },
    claim() {
      if (waiting > 0 || early() > 0) return undefined;
      count();
      return () => {
        full -= every;
      };
    },
  };
};
