import process from 'node:process';
import { parseArgs } from 'node:util';
import { ack } from './ack.ts';
import type { Bench, Report } from './bench.ts';
import { events } from './events.ts';
import { flows } from './flows.ts';
import { intake } from './intake.ts';
import { latency } from './latency.ts';
import { lookup } from './lookup.ts';
import { neighbours } from './neighbours.ts';
import { pace } from './pace.ts';
import { start } from './start.ts';
import { store } from './store.ts';
import { storm } from './storm.ts';
import { table } from './table.ts';

const BENCHES: readonly Bench[] = [
  flows,
  events,
  lookup,
  store,
  ack,
  start,
  latency,
  intake,
  neighbours,
  pace,
];

const USAGE = `npm run -s bench -- NAME|all [--json] [--runs N=5]
${[...BENCHES, storm].map(({ name, about }) => `  ${name.padEnd(12)}${about}`).join('\n')}
Exit 0 when it ran, also when a budget is missed; 1 when it could not run; 2 usage.`;

/** `npm run -s bench`: the figures on stdout, progress on stderr. */
const main = async (args: readonly string[]): Promise<number> => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      runs: { type: 'string', default: '5' },
      help: { type: 'boolean', default: false },
    },
  });
  const [name, ...more] = positionals;
  const chosen = name === 'all' ? BENCHES : [...BENCHES, storm].filter((one) => one.name === name);
  const runs = Number(values.runs);
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  if (chosen.length === 0 || more.length > 0 || !Number.isInteger(runs) || runs < 1)
    throw new TypeError(USAGE);
  const reports: Report[] = [];
  for (const bench of chosen) {
    const report = await measured(bench, runs);
    reports.push(report);
    if (!values.json) process.stdout.write(`${table(report)}\n\n`);
  }
  if (values.json) process.stdout.write(`${JSON.stringify(name === 'all' ? reports : reports[0])}\n`);
  return 0;
};

const measured = async ({ name, run }: Bench, runs: number): Promise<Report> => {
  const figures = await run(runs, (line) => void process.stderr.write(`${name}: ${line}\n`));
  return { bench: name, figures, within: figures.every(({ within }) => within), runs, node: process.version };
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  // What the command line cannot mean: parseArgs throws a TypeError too.
  const usage = error instanceof TypeError && (error.message === USAGE || 'code' in error);
  process.stderr.write(`${usage ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = usage ? 2 : 1;
}
// Connections that linger must not keep a finished run alive.
process.exit();
