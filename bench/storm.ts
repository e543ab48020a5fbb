import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '../chaos/random.ts';
import { type Host, hostsOf, noise, tampering } from '../chaos/subjects.ts';
import { readStatus } from '../src/cli/status-file.ts';
import { type Bench, figure } from './bench.ts';
import { CHANNELS } from './config.ts';
import { counted } from './counted.ts';
import { openWorld, polledTwice, type World } from './world.ts';

/** Fault 24: so many events a minute for so long, one in a hundred of a rule, under the PCE's cap of rows and budget of calls. */
const PER_SECOND = 100_000 / 60;
const STORM_S = 5 * 60;
const MATCHING = 0.01;
const HOSTS = 30;
/** After the storm: longer than a poll and a sweep may take to read what is left. */
const DRAIN_S = 4 * 60;

/** A storm of events in real time. A run takes nine minutes, so only one is made. */
export const storm: Bench = {
  name: 'storm',
  about: '100,000 events a minute for 5 min: lost, behind, memory (one run of 9 min, not in `all`)',
  async run(_runs, say) {
    const world = await openWorld({ workloads: 60, callsPerMinute: 500 });
    try {
      const bot = world.bot();
      await bot.ready();
      await polledTwice(world);
      const hosts = hostsOf(world.pce, HOSTS, createRandom(1, 'hosts'));
      let matching = 0;
      let injected = 0;
      let lagS = 0;
      let mostMb = 0;
      const began = Date.now();
      for (let second = 1; second <= STORM_S + DRAIN_S; second += 1) {
        const due = Math.min(second, STORM_S) * PER_SECOND - injected;
        const batch = Array.from(
          { length: Math.round(due) },
          (_, n) => (injected + n) % (1 / MATCHING) === 0,
        );
        const at = new Date().toISOString();
        if (batch.length > 0)
          world.pce.control.events(
            batch.map((matches, n) =>
              matches ? tampering(hosts[Math.round((injected + n) * MATCHING) % HOSTS] as Host) : noise(at),
            ),
          );
        injected += batch.length;
        matching += batch.filter((matches) => matches).length;
        mostMb = Math.max(mostMb, bot.residentMb());
        const found = await readStatus(join(bot.folder, 'data'), Date.now());
        if (found.running) lagS = Math.max(lagS, (found.file.status.pces[0]?.lagMs ?? 0) / 1_000);
        if (second % 60 === 0)
          say(`minute ${second / 60}: ${mostMb.toFixed(0)} MB, ${lagS.toFixed(0)} s behind`);
        await sleep(Math.max(0, began + second * 1_000 - Date.now()));
      }
      await bot.stop();
      return [
        figure('events', 'events', [injected]),
        figure(
          'matching events not counted, or counted twice',
          'events',
          [Math.abs(matching - (await counted(join(bot.folder, 'data'))))],
          { most: 0 },
        ),
        figure(
          'hosts that nobody was told of',
          'hosts',
          [hosts.filter(({ name }) => !isTold(world, name)).length],
          {
            most: 0,
          },
        ),
        figure('least time between two posts of one incident', 's', [leastGap(world)], { least: 5 }),
        figure('most behind', 's', [lagS], { most: 300 }),
        figure('most resident memory', 'MB', [mostMb], { most: 300 }),
      ];
    } finally {
      await world.close();
    }
  },
};

const isTold = ({ slack }: World, name: string): boolean =>
  new RegExp(`${name}\\b`).test(JSON.stringify(slack.control.state()['channels']));

const leastGap = ({ slack }: World): number => {
  const calls = slack.control.state()['calls'] as readonly { method: string; channel: string; at: number }[];
  const posts = calls.filter(
    ({ method, channel }) => method === 'chat.postMessage' && channel === CHANNELS[0],
  );
  return Math.min(...posts.slice(1).map(({ at }, n) => (at - (posts[n]?.at ?? 0)) / 1_000));
};
