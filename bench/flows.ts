import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Bench, figure } from './bench.ts';
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
      const rounds = await measured(runs, { few, many, sender }, say);
      const ratio = (way: keyof Round, to: keyof Round): number[] =>
        rounds.map((one) => one[way].ms / one[to].ms);
      const processor = (way: keyof Round): number[] => rounds.map((one) => one[way].cpuMs / one.parse.cpuMs);
      const rss = (way: keyof Round): number[] => rounds.map((one) => one[way].rssMb);
      const loop = (way: keyof Round): number[] => rounds.map((one) => one[way].loopMs);
      return [
        figure('from a file', '× JSON.parse', ratio('file', 'parse'), { most: 0.4 }),
        figure('from loopback HTTP', '× JSON.parse', ratio('whole', 'parse'), { most: 0.4 }),
        figure('from loopback HTTP, chunked', '× JSON.parse', ratio('chunked', 'parse'), { most: 0.4 }),
        figure('peak RSS, file', 'MB', rss('file'), { most: 170 }),
        figure('peak RSS, HTTP', 'MB', rss('whole'), { most: 170 }),
        figure('longest loop delay, file', 'ms', loop('file'), { most: 20 }),
        figure('longest loop delay, HTTP', 'ms', loop('whole'), { most: 20 }),
        figure('longest loop delay, HTTP, chunked', 'ms', loop('chunked'), { most: 20 }),
        figure('100,000 workloads, from a file', '× JSON.parse', ratio('many', 'manyParse'), { most: 0.9 }),
        figure('100,000 workloads, peak RSS', 'MB', rss('many'), { most: 300 }),
        figure(
          'for scale: from loopback HTTP, read from a file while it is sent',
          '× JSON.parse',
          ratio('piped', 'parse'),
        ),
        figure('for scale: processor time, from a file', '× JSON.parse', processor('file')),
        figure('for scale: processor time, from loopback HTTP', '× JSON.parse', processor('whole')),
        figure('for scale: parse + loop', '× JSON.parse', ratio('loop', 'parse')),
        figure('for scale: parse + loop, peak RSS', 'MB', rss('loop')),
        figure('for scale: parse + loop, longest loop delay', 'ms', loop('loop')),
        figure('for scale: DuckDB on one thread, one grouping', '× JSON.parse', ratio('duckdb', 'parse')),
        figure('for scale: DuckDB, peak RSS', 'MB', rss('duckdb')),
        figure(
          'for scale: JSON.parse',
          'ms',
          rounds.map((one) => one.parse.ms),
        ),
      ];
    } finally {
      sender.close();
      rmSync(folder, { recursive: true });
    }
  },
};

type Round = Readonly<
  Record<
    'parse' | 'loop' | 'duckdb' | 'file' | 'whole' | 'chunked' | 'piped' | 'manyParse' | 'many',
    Measured
  >
>;

/** The ways take turns, so that a machine that slows down slows all of them. */
const measured = async (
  runs: number,
  { few, many, sender }: { few: string; many: string; sender: Sender },
  say: (line: string) => void,
): Promise<Round[]> => {
  const rounds: Round[] = [];
  for (let run = 0; run < runs; run += 1) {
    rounds.push({
      parse: await child('parse', few),
      file: await child('file', few),
      whole: await child('http', sender.whole),
      chunked: await child('http', sender.chunked),
      piped: await child('http', sender.piped),
      loop: await child('loop', few),
      duckdb: await child('duckdb', few),
      manyParse: await child('parse', many),
      many: await child('file', many),
    });
    say(`run ${run + 1} of ${runs}`);
  }
  return rounds;
};

const CHILD = fileURLToPath(new URL('./flows-child.js', import.meta.url));

const child = async (way: string, from: string): Promise<Measured> => {
  const { stdout } = await promisify(execFile)(process.execPath, [CHILD, way, from]);
  const result = JSON.parse(stdout) as Measured;
  if (result.rows !== ROWS) throw new Error(`${way} saw ${result.rows} rows of ${ROWS}`);
  return result;
};
