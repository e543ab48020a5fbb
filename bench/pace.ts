import { setTimeout as sleep } from 'node:timers/promises';
import { judge, namesIn, wordsOf } from '../chaos/judge.ts';
import { createRandom } from '../chaos/random.ts';
import { hostsOf, tampering } from '../chaos/subjects.ts';
import { type Bench, figure } from './bench.ts';
import { CHANNELS, type ConfigParts } from './config.ts';
import { openWorld, polledTwice, type World } from './world.ts';

const FINDINGS = 300;
const LONG_MS = 90_000;
const SHORT_MS = 15_000;
/** Twenty workloads of the fleet's pattern hold eighteen with a VEN. */
const FLEET = Math.ceil(FINDINGS / 18) * 20;

/** A message per host. */
const EACH = `{channel: ${CHANNELS[0]}, group_by: [rule, subject]}`;

interface Seen {
  readonly named: number;
  readonly messages: number;
  readonly refusals: number;
}

/**
 * Many findings in one poll, at Slack's one post a second and channel. Counted is what a person could read: names in undeleted messages,
 * thread lines and files. The time begins when the PCE has the events, not when the bot has read them. Runs with a message per host wait
 * for 90 s and do little else, so they are made side by side; that can only make them slower.
 */
export const pace: Bench = {
  name: 'pace',
  about: `${FINDINGS} findings at 1 post/s and channel: messages per host in 90 s, and all of them named in 15 s`,
  async run(runs, say) {
    say(`${runs} × 90 s side by side`);
    const long = await Promise.all(
      Array.from({ length: runs }, () => storm(LONG_MS, { routes: [EACH], folding: false })),
    );
    const short: Seen[] = [];
    for (let run = 1; run <= runs; run += 1) {
      say(`with defaults ${run}/${runs}`);
      short.push(await storm(SHORT_MS, {}));
    }
    return [
      figure(
        'a message per host: visible after 90 s',
        'hosts',
        long.map(({ named }) => named),
        { least: 88 },
      ),
      figure(
        'a message per host: posts refused',
        'calls',
        long.map(({ refusals }) => refusals),
        { most: 3 },
      ),
      figure(
        'defaults: named after 15 s',
        'hosts',
        short.map(({ named }) => named),
        { least: FINDINGS },
      ),
      figure(
        'defaults: messages',
        'messages',
        short.map(({ messages }) => messages),
        { most: 10 },
      ),
    ];
  },
};

const storm = async (ms: number, given: Pick<ConfigParts, 'routes' | 'folding'>): Promise<Seen> => {
  const world = await openWorld({ workloads: FLEET });
  try {
    await world.bot({ events: '1s', ...given }).ready();
    await polledTwice(world);
    const hosts = hostsOf(world.pce, FINDINGS, createRandom(1, 'bench'));
    world.pce.control.events(hosts.map((host) => tampering(host)));
    await sleep(ms);
    return seen(world, new Set(hosts.map(({ name }) => name)), given.routes === undefined);
  } finally {
    await world.close();
  }
};

/** @param joined the story of all of them leads the message of them all, and its first names stand nowhere else */
const seen = ({ slack }: World, names: ReadonlySet<string>, joined: boolean): Seen => {
  const state = slack.control.state();
  const channels = state['channels'] as readonly {
    readonly messages: readonly { readonly deleted: boolean; readonly [key: string]: unknown }[];
  }[];
  const standing = channels.flatMap(({ messages }) => messages.filter(({ deleted }) => !deleted));
  const led = joined ? standing.flatMap((message) => [...namesIn(wordsOf(message), names)]) : [];
  const calls = state['calls'] as readonly { readonly method: string; readonly status: number }[];
  return {
    named: new Set([...judge(state, names).visible, ...led]).size,
    messages: standing.length,
    refusals: calls.filter(({ method, status }) => method === 'chat.postMessage' && status === 429).length,
  };
};
