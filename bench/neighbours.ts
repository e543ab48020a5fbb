import { type Bench, figure } from './bench.ts';
import { CHANNELS } from './config.ts';
import { givePerPoll, latencies, type Post, watchPosts } from './posts.ts';
import { percentile } from './statistics.ts';
import { FLEET, POLL, ROUTES, type Turn, turnsOf } from './turns.ts';
import { openWorld, polledTwice, type World } from './world.ts';

/** Findings of one phase, a quarter of them for the channel that is refused. */
const SAMPLES = 80;
const REFUSED = CHANNELS[0];
const RETRY_AFTER_S = 5;

/**
 * Findings for four channels in turn. In every other phase Slack refuses each post to one of them with Retry-After 5; measured is what
 * that costs the other three, against the phase before.
 */
export const neighbours: Bench = {
  name: 'neighbours',
  about: 'one channel refused with Retry-After 5: what the others lose',
  async run(runs, say) {
    const world = await openWorld({ workloads: FLEET });
    try {
      await world.bot({ events: POLL, routes: ROUTES }).ready();
      await polledTwice(world);
      const posts = watchPosts(world);
      const turns = turnsOf(world, SAMPLES * (2 * runs) + CHANNELS.length * 3);
      await others(world, posts, turns.splice(0, CHANNELS.length * 3));
      const free: number[] = [];
      const refused: number[] = [];
      for (let run = 1; run <= runs; run += 1) {
        say(`${run}/${runs}`);
        free.push(await others(world, posts, turns.splice(0, SAMPLES)));
        await refuse(world);
        refused.push(await others(world, posts, turns.splice(0, SAMPLES)));
        await world.slack.control.clearFaults();
      }
      const added = refused.map((ms, run) => ms - (free[run] ?? Number.NaN));
      return [
        figure('other channels, p99 added', 'ms', added, { most: 50 }),
        figure('other channels, p99 while one is refused', 'ms', refused),
        figure('other channels, p99 else', 'ms', free),
        figure('calls before Retry-After was over', 'calls', [tooEarly(posts())], { most: 0 }),
      ];
    } finally {
      await world.close();
    }
  },
};

/** p99 of the time until the findings of the other channels are told. */
const others = async (
  world: World,
  posts: () => readonly Post[],
  turns: readonly Turn[],
): Promise<number> => {
  const given = await givePerPoll(world, turns);
  const free = given.filter(({ channel }) => channel !== REFUSED);
  return percentile(latencies(free, posts()), 0.99);
};

const refuse = ({ slack }: World) =>
  slack.control.faults({
    method: 'chat.postMessage',
    channel: REFUSED,
    kind: 'status',
    status: 429,
    headers: { 'retry-after': String(RETRY_AFTER_S) },
  });

/** Calls that came to the refused channel while it was to be left alone. Refusal and call are timed by the same clock: 50 ms are its slack. */
const tooEarly = (posts: readonly Post[]): number =>
  posts
    .filter(({ channel }) => channel === REFUSED)
    .filter(({ startedAt }, n, mine) => {
      const before = mine[n - 1];
      return before?.status === 429 && startedAt - before.startedAt < RETRY_AFTER_S * 1_000 - 50;
    }).length;
