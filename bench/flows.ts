import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Bench, figure } from './bench.ts';
import { NODE_OPTIONS } from './dist.ts';
import { ROWS, writeFlows } from './flow-rows.ts';
import { type Sender, startSender } from './flows-sender.ts';

interface Measured {
  readonly ms: number;
  /** Time on a processor: steadier than `ms` where others use the machine. */
  readonly cpuMs: number;
  readonly rows: number;
  readonly rssMb: number;
  readonly loopMs: number;
}

/** Reading 200,000 rows and all analyses at once, against JSON.parse of the same bytes in the same run (design §11). */
export const flows: Bench = {
  name: 'flows',
  about: `${ROWS} rows of traffic, all analyses at once, from file and HTTP, against JSON.parse, parse + loop and DuckDB`,
  async run(runs, say) {
    const folder = mkdtempSync(join(tmpdir(), 'bench-flows-'));
    const few = join(folder, 'flows.json');
    const many = join(folder, 'many.json');
    say('writing the files');
    writeFlows(few, 2_000);
    writeFlows(many, 100_000);
    const sender = await startSender(few);
    try {
      say(`${Math.round(statSync(few).size / 1e6)} MB`);
      // The sender's first answers would be measured with it: nothing of its own is compiled yet.
      for (const url of [sender.whole, sender.chunked]) await child('http', url);
      const rounds = await measured(runs, { few, many, sender }, say);
      const of = (way: Way, value: (one: Measured) => number): number[] =>
        rounds.flatMap((round) => round[way].map(value));
      const ratio = (way: Way, to: Way, value: (one: Measured) => number = ({ ms }) => ms): number[] =>
        rounds.flatMap((round) => {
          const whole = mean(round[to].map(value));
          return round[way].map((one) => value(one) / whole);
        });
      const rss = ({ rssMb }: Measured): number => rssMb;
      const loop = ({ loopMs }: Measured): number => loopMs;
      const processor = ({ cpuMs }: Measured): number => cpuMs;
      const [whole, chunked] = [ratio('whole', 'parse'), ratio('chunked', 'parse')];
      return [
        figure('from a file', '× JSON.parse', ratio('file', 'parse'), { most: 0.4 }),
        figure('from loopback HTTP', '× JSON.parse', [...whole, ...chunked], { most: 0.4 }),
        figure('peak RSS, file', 'MB', of('file', rss), { most: 170 }),
        figure('peak RSS, HTTP', 'MB', [...of('whole', rss), ...of('chunked', rss)], { most: 170 }),
        figure('longest loop delay, file', 'ms', of('file', loop), { most: 20 }),
        figure('longest loop delay, HTTP', 'ms', [...of('whole', loop), ...of('chunked', loop)], {
          most: 20,
        }),
        figure('100,000 workloads, from a file', '× JSON.parse', ratio('many', 'manyParse'), { most: 0.9 }),
        figure('100,000 workloads, peak RSS', 'MB', of('many', rss), { most: 300 }),
        figure('for scale: of HTTP, with the length said before', '× JSON.parse', whole),
        figure('for scale: of HTTP, in chunks', '× JSON.parse', chunked),
        figure(
          'for scale: from loopback HTTP, read from a file while it is sent',
          '× JSON.parse',
          ratio('piped', 'parse'),
        ),
        figure('for scale: processor time, from a file', '× JSON.parse', ratio('file', 'parse', processor)),
        figure(
          'for scale: processor time, from loopback HTTP',
          '× JSON.parse',
          ratio('whole', 'parse', processor),
        ),
        figure('for scale: parse + loop', '× JSON.parse', ratio('loop', 'parse')),
        figure('for scale: parse + loop, peak RSS', 'MB', of('loop', rss)),
        figure('for scale: parse + loop, longest loop delay', 'ms', of('loop', loop)),
        figure('for scale: DuckDB on one thread, one grouping', '× JSON.parse', ratio('duckdb', 'parse')),
        figure('for scale: DuckDB, peak RSS', 'MB', of('duckdb', rss)),
        figure(
          'for scale: JSON.parse',
          'ms',
          of('parse', ({ ms }) => ms),
        ),
      ];
    } finally {
      sender.close();
      rmSync(folder, { recursive: true });
    }
  },
};

const WAYS = {
  parse: 'parse',
  file: 'file',
  whole: 'http',
  chunked: 'http',
  piped: 'http',
  loop: 'loop',
  duckdb: 'duckdb',
  manyParse: 'parse',
  many: 'file',
} as const;
type Way = keyof typeof WAYS;
type Round = Readonly<Record<Way, Measured[]>>;

const empty = (): Round => ({
  parse: [],
  file: [],
  whole: [],
  chunked: [],
  piped: [],
  loop: [],
  duckdb: [],
  manyParse: [],
  many: [],
});

/**
 * What is measured in a round, in this order. The ways take turns, so that a machine that slows down slows all of them; what has a budget
 * comes twice, between two readings of what it is compared with.
 */
const ORDER: readonly Way[] = [
  ...(['parse', 'file', 'whole', 'chunked', 'file', 'whole', 'chunked', 'parse'] as const),
  ...(['piped', 'loop', 'duckdb', 'manyParse', 'many'] as const),
];

const measured = async (
  runs: number,
  { few, many, sender }: { few: string; many: string; sender: Sender },
  say: (line: string) => void,
): Promise<Round[]> => {
  const from = { ...sender, parse: few, file: few, loop: few, duckdb: few, manyParse: many, many };
  const rounds: Round[] = [];
  for (let run = 0; run < runs; run += 1) {
    const round = empty();
    for (const way of ORDER) round[way].push(await child(WAYS[way], from[way]));
    rounds.push(round);
    say(`run ${run + 1} of ${runs}`);
  }
  return rounds;
};

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const CHILD = fileURLToPath(new URL('./flows-child.js', import.meta.url));

const child = async (way: string, from: string): Promise<Measured> => {
  const { stdout } = await promisify(execFile)(process.execPath, [...NODE_OPTIONS, CHILD, way, from]);
  const result = JSON.parse(stdout) as Measured;
  if (result.rows !== ROWS) throw new Error(`${way} saw ${result.rows} rows of ${ROWS}`);
  return result;
};
