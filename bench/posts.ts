import { setTimeout as sleep } from 'node:timers/promises';
import { tampering } from '../chaos/subjects.ts';
import { watchRequests } from './requests.ts';
import type { Turn } from './turns.ts';
import { now, type World } from './world.ts';

/** A finding that could be read from an answer at `visibleAt` (epoch ms), and where it must be told. */
export interface Given {
  readonly channel: string;
  readonly visibleAt: number;
}

interface CallRecord {
  readonly at: number;
  readonly method: string;
  readonly channel: string | null;
  readonly ok: boolean;
  readonly status: number;
}

/** An event is that old when the PCE shows it: older than any difference of clocks, and soon outside of the polls' overlap. */
const AGE_MS = 100_000;

/**
 * Lets each poll's answer hold one new event, in turn about a host of each channel, and notes when that answer had left the PCE.
 * @param turns hosts by channel; each is used once
 */
export const givePerPoll = async (world: World, turns: readonly Turn[]): Promise<readonly Given[]> => {
  const given: Given[] = [];
  let next = 0;
  let pending: string | undefined;
  const stop = watchRequests(world.pce.port, ({ when, path }) => {
    if (!path.endsWith('/events')) return;
    if (when === 'answered') {
      if (pending !== undefined) given.push({ channel: pending, visibleAt: now() });
      pending = undefined;
      return;
    }
    // The simulator has not seen the request yet: its answer is the first that holds this event.
    const turn = turns[next];
    if (turn === undefined) return;
    next += 1;
    pending = turn.channel;
    world.pce.control.events(tampering(turn, { timestamp: new Date(Date.now() - AGE_MS).toISOString() }));
  });
  while (given.length < turns.length) await sleep(100);
  stop();
  // What was given last must still be told.
  await sleep(1_500);
  return given;
};

/** When Slack had each call of chat.postMessage, whatever it answered. Oldest first. */
export const postsOf = ({ slack }: World): readonly CallRecord[] =>
  (slack.control.state()['calls'] as readonly CallRecord[]).filter(
    ({ method }) => method === 'chat.postMessage',
  );

/** For each finding the time until its channel's next post that belongs to no earlier one. Infinity when there is none. */
export const latencies = (given: readonly Given[], posts: readonly CallRecord[]): number[] => {
  const used = new Set<CallRecord>();
  return given.map(({ channel, visibleAt }) => {
    const post = posts.find(
      (one) => one.channel === channel && one.at >= visibleAt - SLACK_MS && !used.has(one),
    );
    if (post === undefined) return Number.POSITIVE_INFINITY;
    used.add(post);
    return post.at - visibleAt;
  });
};

/** The bot may hold the whole answer before Node tells this process that it has been sent. */
const SLACK_MS = 20;
