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

/** A call of chat.postMessage, whatever Slack answered. */
export interface Post {
  readonly channel: string | null;
  readonly status: number;
  /** When its first bytes were there, epoch ms. */
  readonly startedAt: number;
}

/** An event is that old when the PCE shows it: older than any difference of clocks, and soon outside of the polls' overlap of 2 min. */
const AGE_MS = 110_000;

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

/** Watches the simulated Slack from now on. @returns all posts since, oldest first */
export const watchPosts = ({ slack }: World): (() => readonly Post[]) => {
  const started: number[] = [];
  const before = callsOf(slack).length;
  watchRequests(slack.port, ({ when, path }) => {
    if (when === 'started' && path.endsWith('/chat.postMessage')) started.push(now());
  });
  // Posts of one instant are taken in the order in which they came, so the n-th start is that of the n-th call.
  return () =>
    callsOf(slack)
      .slice(before)
      .map(({ channel, status }, n) => ({ channel, status, startedAt: started[n] ?? Number.NaN }));
};

const callsOf = ({ control }: World['slack']) =>
  (
    control.state()['calls'] as readonly {
      readonly method: string;
      readonly channel: string | null;
      readonly status: number;
    }[]
  ).filter(({ method }) => method === 'chat.postMessage');

/** For each finding the time until its channel's next post begins that belongs to no earlier one. Infinity when there is none. */
export const latencies = (given: readonly Given[], posts: readonly Post[]): number[] => {
  const used = new Set<Post>();
  return given.map(({ channel, visibleAt }) => {
    const post = posts.find(
      (one) => one.channel === channel && one.startedAt >= visibleAt - SLACK_MS && !used.has(one),
    );
    if (post === undefined) return Number.POSITIVE_INFINITY;
    used.add(post);
    return post.startedAt - visibleAt;
  });
};

/** The bot may hold the whole answer before Node tells this process that it has been sent. */
const SLACK_MS = 20;
