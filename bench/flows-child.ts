import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import type { Traffic } from '../src/analytics/traffic.ts';
import type { TrafficQuery } from '../src/core/ports.ts';
import type { PceSettings } from '../src/core/settings.ts';
import { fromDist } from './dist.ts';
import { silent } from './silent.ts';

/**
 * One way of reading flows and summing them up, in a process of its own so that its memory is its own. What a bot that runs has done
 * long before comes first, and is not measured: modules are loaded, and the PCE has been asked something.
 */
const WAYS: Readonly<Record<string, (from: string) => Promise<() => Promise<number>>>> = {
  parse: async (file) => async () => (JSON.parse(readFileSync(file, 'utf8')) as unknown[]).length,
  loop: async (file) => async () => {
    const pairs = new Map<string, number>();
    const rows = JSON.parse(readFileSync(file, 'utf8')) as Plain[];
    for (const { src, dst, service, num_connections: count } of rows) {
      const key = `${src.ip} ${dst.ip} ${service.port}/${service.proto}`;
      pairs.set(key, (pairs.get(key) ?? 0) + count);
    }
    return rows.length;
  },
  duckdb: async (file) => {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    return async () => {
      const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
      const reader = await connection.runAndReadAll(
        `select src.ip, dst.ip, service.port, sum(num_connections) as connections, count(*) as flows
         from read_json('${file}', maximum_object_size = 100000000) group by all order by flows desc`,
      );
      return reader.getRows().reduce((sum, row) => sum + Number(row[4]), 0);
    };
  },
  file: async (file) => {
    const { fileBytes, readFlows } = await fromDist<Adapter>('adapters/pce/index.js');
    const analysed = await analysis();
    return () => analysed(async ({ add }) => void (await readFlows(fileBytes(file), add)));
  },
  // All that the bot does for a query: asked, looked at until it is finished, downloaded and deleted, with the bot's own client.
  http: async (url) => {
    const { openPce } = await fromDist<Adapter>('adapters/pce/index.js');
    const { systemClock: clock } = await fromDist<typeof import('../src/adapters/schedule/clock.ts')>(
      'adapters/schedule/clock.js',
    );
    const pce = openPce(settingsOf(url), { clock, log: silent, times: { queryPoll: 1 } });
    await pce.tryTraffic();
    const analysed = await analysis();
    const query: TrafficQuery = { from: 0, to: 1, labels: [], decisions: [] };
    return () => analysed(async ({ add }) => void (await pce.flows(query, add)));
  },
};

type Adapter = typeof import('../src/adapters/pce/index.ts');

const settingsOf = (url: string): PceSettings => ({
  name: 'bench',
  url,
  uiUrl: url,
  org: 1,
  read: { key: 'api_bench', secret: 'bench' },
  write: undefined,
  traffic: undefined,
  expires: undefined,
  caFile: undefined,
});

interface Plain {
  readonly src: { readonly ip: string };
  readonly dst: { readonly ip: string };
  readonly service: { readonly port: number; readonly proto: number };
  readonly num_connections: number;
}

/** Ours: read, gather, and every analysis of `analyze`. */
const analysis = async (): Promise<(read: (traffic: Traffic) => Promise<void>) => Promise<number>> => {
  const { gatherTraffic } =
    await fromDist<typeof import('../src/analytics/traffic.ts')>('analytics/traffic.js');
  const { summaryAnalysis } =
    await fromDist<typeof import('../src/analytics/summary.ts')>('analytics/summary.js');
  const { whenHeld, withPauses } = await fromDist<typeof import('../src/core/steps.ts')>('core/steps.js');
  return async (read) => {
    const traffic = gatherTraffic();
    await read(traffic);
    const pause = whenHeld(
      () => performance.now(),
      () => new Promise(setImmediate),
    );
    return (await withPauses(summaryAnalysis.of(traffic), pause)).flows;
  };
};

const [way = '', from = ''] = process.argv.slice(2);
const delay = monitorEventLoopDelay({ resolution: 1 });
const prepare = WAYS[way];
if (prepare === undefined) throw new TypeError(`no way "${way}"`);
const run = await prepare(from);
delay.enable();
// It counts from one tick to the next: before its first it would not notice that the loop stands still.
await new Promise((resolve) => setTimeout(resolve, 5));
const started = performance.now();
const cpu = process.cpuUsage();
const rows = await run();
const { user, system } = process.cpuUsage(cpu);
const ms = performance.now() - started;
// The monitor hears of a delay at its next tick only.
await new Promise((resolve) => setTimeout(resolve, 5));
delay.disable();
process.stdout.write(
  `${JSON.stringify({ ms, cpuMs: (user + system) / 1_000, rows, rssMb: process.resourceUsage().maxRSS / 1_024, loopMs: delay.max / 1e6 })}\n`,
);
process.exit();
