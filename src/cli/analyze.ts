import { createReadStream } from 'node:fs';
import { stdin } from 'node:process';
import { readFlows } from '../adapters/pce/index.ts';
import { type Summary, summaryAnalysis } from '../analytics/summary.ts';
import { type TopRow, topAnalysis } from '../analytics/top.ts';
import { gatherTraffic, type Traffic } from '../analytics/traffic.ts';
import { instant } from '../core/foreign.ts';
import { type Steps, withPauses } from '../core/steps.ts';
import { counted, grouped } from '../core/text.ts';
import { atCwd } from './load-config.ts';
import { defineVerb, type Edge, EXIT, UsageError } from './verb.ts';

const PIECE_BYTES = 64 * 1024;
const MOST = 100_000;

export const verb = defineVerb({
  name: 'analyze',
  usage: 'analyze --flows F|- [--n 10] [--label env] [--now ISO] [--json]',
  help: `Reads downloaded traffic and prints who talks, what is blocked and who scans. Nothing is sent anywhere.

  --flows F    a JSON array, one object a line, or CSV; plain or gzip, told by content; - reads stdin
  --n 10       rows of each list; 0 = all
  --label env  the label key of the cross matrix
  --now ISO    the time that relative words are measured from; changes no number
  --json       one document {flows, rejected, window, decisions, top, blocked, cross, scans, sweeps}

A flow that both ends report counts once, on the side with the most connections. Counters are day-bucket totals. Scans and sweeps are raw:
known edges are not removed. Rows that cannot be used are counted as rejected. Exits 1 when the file cannot be read to its end.`,
  options: {
    flows: { type: 'string' },
    n: { type: 'string', default: '10' },
    label: { type: 'string', default: 'env' },
    now: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  async run({ flags }, edge) {
    const { flows: file, label, now } = flags;
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
    else for (const line of await asText(traffic, summary, rejected, { most, label })) edge.out(line);
    return EXIT.done;
  },
});

/** Rows that could not be used; undefined when the file cannot be read, after it was told. */
const read = async (file: string, traffic: Traffic, edge: Edge): Promise<number | undefined> => {
  const bytes: AsyncIterable<Buffer> =
    file === '-' ? stdin : createReadStream(atCwd(edge, file), { highWaterMark: PIECE_BYTES });
  try {
    return (await readFlows(bytes, traffic.add)).rejected;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Part of a file would look like all of it: nothing is printed (design §4.5).
    edge.err(`${file} cannot be read: ${code ?? message}`);
    return undefined;
  }
};

const breathing = <T>(steps: Steps<T>): Promise<T> => withPauses(steps, () => new Promise(setImmediate));

/** definitions §6, in the order it names the fields. */
const documentOf = ({ flows, ...rest }: Summary, rejected: number): object => ({ flows, rejected, ...rest });

const asText = async (
  traffic: Traffic,
  summary: Summary,
  rejected: number,
  { most, label }: { most: number; label: string },
): Promise<string[]> => {
  const { flows, window, decisions, top, blocked, cross, scans, sweeps } = summary;
  const more = async (by: 'process' | 'label'): Promise<readonly TopRow[]> =>
    (await breathing(topAnalysis.of(traffic, { by, label, most, ties: 'key' }))).rows;
  return [
    `${counted(flows, 'flow')}, ${grouped(rejected)} rejected${window === null ? '' : ` · ${window.from} to ${window.to}`} · day-bucket totals`,
    `Decisions: ${Object.entries(decisions)
      .map(([decision, count]) => `${decision} ${grouped(count)}`)
      .join(', ')}`,
    ...(summary.inexact ? ['Some sums are beyond 2^53 and no longer exact.'] : []),
    ...listed('Top sources', top.src.map(topLine)),
    ...listed('Top destinations', top.dst.map(topLine)),
    ...listed('Top hosts, as source and destination', top.host.map(topLine)),
    ...listed('Top pairs', top.pair.map(topLine)),
    ...listed('Top services', top.service.map(topLine)),
    ...listed('Top processes', (await more('process')).map(topLine)),
    ...listed(`Top by ${label}`, (await more('label')).map(topLine)),
    ...listed('Blocked hosts', blocked.hosts.map(blockedLine)),
    ...listed('Blocked services', blocked.services.map(blockedLine)),
    ...listed(
      `Between values of ${cross.key}`,
      cross.rows.map(
        ({ from, to, decision, connections }) => `${from} → ${to}  ${decision}  ${grouped(connections)}`,
      ),
    ),
    ...listed(
      'Port scans (raw: known edges not removed)',
      scans.map(
        ({ src, dst, services, first, last }) => `${src} → ${dst}  ${services} services  ${first} to ${last}`,
      ),
    ),
    ...listed(
      'Sweeps (raw: known edges not removed)',
      sweeps.map(
        ({ src, service, destinations, first, last }) =>
          `${src}  ${service}  ${destinations} destinations  ${first} to ${last}`,
      ),
    ),
  ].map((line) => line.replace(/\p{Cc}/gu, '?'));
};

const listed = (title: string, lines: readonly string[]): string[] => [
  '',
  title,
  ...(lines.length === 0 ? ['  none'] : lines.map((line) => `  ${line}`)),
];

const topLine = ({ name, connections, bytes, peers, flows }: TopRow): string =>
  `${name}  ${grouped(connections)} connections  ${grouped(bytes)} bytes  ${grouped(peers)} peers  ${grouped(flows)} flows`;

const blockedLine = ({ name, blocked, potentially_blocked }: Summary['blocked']['hosts'][number]): string =>
  `${name}  ${grouped(blocked)} blocked  ${grouped(potentially_blocked)} potentially blocked`;
