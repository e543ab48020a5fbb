import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { stdin } from 'node:process';
import { fileBytes, readFlows } from '../adapters/pce/index.ts';
import { blockedAnalysis } from '../analytics/blocked.ts';
import type { TopKey } from '../analytics/countings.ts';
import { crossAnalysis } from '../analytics/cross.ts';
import { type Summary, summaryAnalysis } from '../analytics/summary.ts';
import { topAnalysis } from '../analytics/top.ts';
import { gatherTraffic, type Traffic } from '../analytics/traffic.ts';
import { instant } from '../core/foreign.ts';
import { type Steps, whenHeld, withPauses } from '../core/steps.ts';
import { counted, grouped } from '../core/text.ts';
import { BARS, type Drawn, figuresOf } from '../report/figures.ts';
import { reportPage } from '../report/page.ts';
import { type Table, tablesOf } from '../report/tables.ts';
import { textOf } from '../report/text.ts';
import { atCwd } from './load-config.ts';
import { defineVerb, type Edge, EXIT, UsageError } from './verb.ts';

const MOST = 100_000;

export const verb = defineVerb({
  name: 'analyze',
  usage: 'analyze --flows F|- [--n 10] [--label env] [--now ISO] [--html F] [--json]',
  help: `Reads downloaded traffic and prints who talks, what is blocked and who scans. Nothing is sent anywhere.

  --flows F    a JSON array, one object a line, or CSV; plain or gzip, told by content; - reads stdin
  --n 10       rows of each list; 0 = all
  --label env  the label key of the cross matrix
  --now ISO    the time that relative words are measured from; changes no number
  --html F     also writes a page with charts and every list; it needs nothing but itself
  --json       one document {flows, rejected, window, decisions, top, blocked, cross, scans, sweeps}

A flow that both ends report counts once, on the side with the most connections. Counters are day-bucket totals. Scans and sweeps are raw:
known edges are not removed. Rows that cannot be used are counted as rejected. Exits 1 when the file cannot be read to its end.`,
  options: {
    flows: { type: 'string' },
    n: { type: 'string', default: '10' },
    label: { type: 'string', default: 'env' },
    now: { type: 'string' },
    html: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  async run({ flags }, edge) {
    const { flows: file, label, now, html: page } = flags;
    if (file === undefined) throw new UsageError('Name the flows: --flows F, or - for stdin.');
    const most = Number(flags.n);
    if (!/^\d+$/.test(flags.n) || most > MOST)
      throw new UsageError(`--n takes a number from 0 (all) to ${MOST}, not "${flags.n}".`);
    if (label === '') throw new UsageError('--label takes a label key, for example env.');
    if (now !== undefined && instant(now) === undefined)
      throw new UsageError(`--now takes a time with a zone such as 2026-07-01T10:00:00Z, not "${now}".`);
    const traffic = gatherTraffic();
    const rejected = await read(file, traffic, edge);
    if (rejected === undefined) return EXIT.failed;
    const summary = await breathing(summaryAnalysis.of(traffic, { most, label }));
    if (flags.json) edge.out(JSON.stringify(documentOf(summary, rejected)));
    if (flags.json && page === undefined) return EXIT.done;
    const facts = basisOf(summary, rejected);
    const basis = facts.join(' · ');
    const tables = tablesOf(summary, await alsoShown(traffic, { most, label }));
    if (!flags.json) for (const line of linesOf(summary, basis, tables)) edge.out(line);
    if (page === undefined) return EXIT.done;
    const report = reportPage({
      source: file === '-' ? 'stdin' : basename(file),
      basis,
      ...summary,
      inexact: summary.inexact === true,
      tables,
      charts: figuresOf(await drawn(traffic, label), facts.slice(0, 2).join(' · ')),
      now: instant(now) ?? Date.now(),
    });
    return writePage(page, report, edge);
  },
});

/** Rows that could not be used; undefined when the file cannot be read, after it was told. */
const read = async (file: string, traffic: Traffic, edge: Edge): Promise<number | undefined> => {
  const bytes: AsyncIterable<Buffer> = file === '-' ? stdin : fileBytes(atCwd(edge, file));
  try {
    return (await readFlows(bytes, traffic.add)).rejected;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Part of a file would look like all of it: nothing is printed (design §4.5).
    edge.err(`${file} cannot be read: ${code ?? message}`);
    return undefined;
  }
};

const breathing = <T>(steps: Steps<T>): Promise<T> =>
  withPauses(
    steps,
    whenHeld(
      () => performance.now(),
      () => new Promise(setImmediate),
    ),
  );

/** definitions §6, in the order it names the fields. */
const documentOf = ({ flows, ...rest }: Summary, rejected: number): object => ({ flows, rejected, ...rest });

const basisOf = ({ flows, window }: Summary, rejected: number): string[] => [
  `${counted(flows, 'flow')}, ${grouped(rejected)} rejected`,
  ...(window === null ? [] : [`${window.from} to ${window.to}`]),
  'day-bucket totals',
  'all decisions and whatever PCE the file is of',
];

const linesOf = (
  { decisions, inexact }: Summary,
  basis: string,
  tables: readonly Table[],
): readonly string[] =>
  [
    basis,
    `Decisions: ${Object.entries(decisions)
      .map(([decision, count]) => `${decision} ${grouped(count)}`)
      .join(', ')}`,
    ...(inexact ? ['Some sums are beyond 2^53 and no longer exact.'] : []),
    ...tables.flatMap(textOf),
  ].map((line) => line.replace(/\p{Cc}/gu, '?'));

const alsoShown = async (traffic: Traffic, { most, label }: { most: number; label: string }) => {
  const top = async (by: 'process' | 'label') =>
    (await breathing(topAnalysis.of(traffic, { by, label, most, ties: 'key' }))).rows;
  return { processes: await top('process'), labels: await top('label') };
};

const drawn = async (traffic: Traffic, label: string): Promise<Drawn> => {
  const top = (by: TopKey) => breathing(topAnalysis.of(traffic, { by, most: BARS, ties: 'key' }));
  return {
    sources: await top('src'),
    destinations: await top('dst'),
    services: await top('service'),
    blocked: await breathing(blockedAnalysis.of(traffic, { most: BARS })),
    cross: { key: label, rows: await breathing(crossAnalysis.of(traffic, { label })) },
  };
};

const writePage = async (file: string, report: string, edge: Edge): Promise<number> => {
  try {
    await writeFile(atCwd(edge, file), report);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    edge.err(`${file} cannot be written: ${code ?? message}`);
    return EXIT.failed;
  }
  edge.err(`The report is in ${file}`);
  return EXIT.done;
};
