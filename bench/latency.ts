import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bench, figure } from './bench.ts';
import { filledFolder } from './fill.ts';
import { givePerPoll, latencies, watchPosts } from './posts.ts';
import { percentile } from './statistics.ts';
import { FLEET, POLL, ROUTES, turnsOf, WARM_UP } from './turns.ts';
import { openWorld, polledTwice } from './world.ts';

const SAMPLES = 100;
const STATE_BYTES = 1_048_576;
/** As long as the journal's line of one alert. */
const LINE = `${'x'.repeat(2_000)}\n`;

/**
 * The whole bot over loopback: from the moment in which the simulated PCE has handed out the answer that holds an event to the moment in
 * which the simulated Slack gets the call that tells of it. Between them lie parsing, detecting, the durable commit of what was found,
 * rendering, the durable intent, and both connections.
 */
export const latency: Bench = {
  name: 'latency',
  about: 'event visible in the answer of the PCE → Slack has the call, durable, with 1 MB of state',
  async run(runs, say) {
    const folder = await filledFolder(STATE_BYTES);
    const p50: number[] = [];
    const p99: number[] = [];
    const first: number[] = [];
    const disk: number[][] = [];
    for (let run = 1; run <= runs; run += 1) {
      say(`${run}/${runs}`);
      const all = await measure(folder);
      const times = all.slice(WARM_UP);
      first.push(all[0] ?? Number.NaN);
      disk.push(diskWaits(folder));
      p50.push(percentile(times, 0.5));
      p99.push(percentile(times, 0.99));
    }
    await rm(folder, { recursive: true, force: true });
    return [
      figure('event visible → Slack call, p50', 'ms', p50, { most: 5 }),
      figure('event visible → Slack call, p99', 'ms', p99, { most: 25 }),
      figure('the same of the first alert after the start, which is not among them', 'ms', first),
      ...[0.5, 0.99].map((part) =>
        figure(
          `the disk alone, a line made durable, p${part * 100}`,
          'ms',
          disk.map((waits) => percentile(waits, part)),
        ),
      ),
    ];
  },
};

/** How long single lines take to become durable at the end of a file, ms. An alert waits for one before it is posted about. */
const diskWaits = (folder: string): number[] => {
  const path = join(folder, 'disk-alone');
  const file = openSync(path, 'w');
  const waits = Array.from({ length: SAMPLES }, () => {
    const from = performance.now();
    writeSync(file, LINE);
    fdatasyncSync(file);
    return performance.now() - from;
  });
  closeSync(file);
  rmSync(path);
  return waits;
};

const measure = async (dataFrom: string): Promise<number[]> => {
  const world = await openWorld({ workloads: FLEET });
  try {
    await world.bot({ events: POLL, routes: ROUTES }, dataFrom).ready();
    await polledTwice(world);
    const posts = watchPosts(world);
    const given = await givePerPoll(world, turnsOf(world, SAMPLES + WARM_UP));
    return latencies(given, posts());
  } finally {
    await world.close();
  }
};
