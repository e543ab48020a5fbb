import { reachedAnalysis } from '../analytics/reached.ts';
import { scansAnalysis } from '../analytics/scans.ts';
import { sweepsAnalysis } from '../analytics/sweeps.ts';
import type { Command, CommandDeps, Reply } from '../core/command.ts';
import type { End } from '../core/flow.ts';
import { isLabelTerm } from '../core/label-query.ts';
import { counted } from '../core/text.ts';
import { matcherOf } from './ends.ts';
import {
  analysed,
  basisOf,
  listAnswer,
  readTraffic,
  TRAFFIC_FLAGS,
  type TrafficQuestion,
  trafficQuestion,
} from './traffic-question.ts';
import { parseWords } from './words.ts';

const THIS = { id: 'scan', example: '/illumio scan', narrow: '/illumio scan env=prod' };

/** Who scans: the raw definition, by first_detected; nothing that is usual is removed, and the answer says so (definitions §5, §6). */
export const scan: Command = {
  id: 'scan',
  summary: 'port scans and sweeps, by the raw definition; of a host, all that it reached',
  usage:
    '/illumio scan [host|network] [key=value …] [--since 24h | --from T --to T] [-n rows] [--page n] [--pce name] [--share] [--files]',
  examples: ['/illumio scan', '/illumio scan env=prod --since 7d', '/illumio scan web-01 --since 2h'],
  role: 'analyst',
  scope: 'estate',
  async run(given, _asker, deps) {
    const parsed = parseWords(given, THIS, TRAFFIC_FLAGS);
    if (!parsed.ok) return parsed.problem;
    const { words, flags } = parsed;
    const question = trafficQuestion(given, words, flags, deps, THIS);
    if ('kind' in question) return question;
    if (words.some((word) => !isLabelTerm(word))) return reachedBy(words, question, deps);
    const { traffic, read } = await readTraffic(question);
    const scans = await analysed(scansAnalysis.of(traffic), deps);
    const sweeps = await analysed(sweepsAnalysis.of(traffic), deps);
    return listAnswer(question, {
      title: 'Port scans and sweeps',
      says:
        scans.length + sweeps.length === 0
          ? 'Nobody reached 5 services of one host, or more than 20 hosts on one service, within a minute.'
          : `${counted(scans.length, 'port scan')} and ${counted(sweeps.length, 'sweep')} within a minute each.`,
      columns: ['From → to', 'Reached', 'First – last'],
      rows: [
        ...scans.map((row) => [
          `${row.srcName} → ${row.dstName}`,
          counted(row.services, 'service'),
          between(row),
        ]),
        ...sweeps.map((row) => [
          `${row.srcName} → ${row.service}`,
          counted(row.destinations, 'host'),
          between(row),
        ]),
      ],
      right: [],
      basis: basisOf(question, read, ['raw: known edges not removed']),
      file: 'scans.csv',
    });
  },
};

/** The list behind a scan: every destination of a source, what it tried there first, and when. */
const reachedBy = async (
  words: readonly string[],
  question: TrafficQuestion,
  deps: CommandDeps,
): Promise<Reply> => {
  const source = matcherOf(words, question.desk, deps, THIS);
  if (typeof source === 'object') return source;
  const { traffic, read } = await readTraffic(question, (flow) => source(flow.source));
  const rows = await analysed(reachedAnalysis.of(traffic), deps);
  return listAnswer(question, {
    title: `What ${words.join(' ')} reached`,
    says:
      rows.length === 0
        ? 'It reached nothing that was reported.'
        : `${counted(rows.length, 'destination')}, most services first.`,
    columns: ['From → to', 'Reached', 'First – last'],
    rows: rows.map((row) => [
      `${row.source.name} → ${named(row.destination)}`,
      `${counted(row.services, 'service')}: ${row.earliest.join(', ')}${row.services > row.earliest.length ? ' …' : ''}`,
      between(row),
    ]),
    right: [],
    basis: basisOf({ ...question, terms: [] }, read, ['raw: known edges not removed']),
    file: 'reached.csv',
  });
};

/** `db-07 (env=prod role=db)` */
const named = ({ name, labels }: End): string =>
  labels.length === 0 ? name : `${name} (${labels.map(({ key, value }) => `${key}=${value}`).join(' ')})`;

const between = ({ first, last }: { readonly first: string; readonly last: string }): string =>
  first.slice(0, 10) === last.slice(0, 10) ? `${first} – ${last.slice(11)}` : `${first} – ${last}`;
