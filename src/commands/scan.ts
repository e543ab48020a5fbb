import { scansAnalysis } from '../analytics/scans.ts';
import { sweepsAnalysis } from '../analytics/sweeps.ts';
import type { Command } from '../core/command.ts';
import { counted } from '../core/text.ts';
import { analysed, basisOf, labelQuestion, listAnswer, readTraffic } from './traffic-question.ts';

const THIS = { id: 'scan', example: '/illumio scan', narrow: '/illumio scan env=prod' };

/** Who scans: the raw definition, by first_detected; nothing that is usual is removed, and the answer says so (definitions §5, §6). */
export const scan: Command = {
  id: 'scan',
  summary: 'port scans and sweeps, by the raw definition',
  usage:
    '/illumio scan [key=value …] [--since 24h | --from T --to T] [-n rows] [--pce name] [--share] [--files]',
  examples: ['/illumio scan', '/illumio scan env=prod --since 7d', '/illumio scan --since 2h'],
  role: 'analyst',
  scope: 'estate',
  async run(given, _asker, deps) {
    const question = labelQuestion(given, deps, THIS);
    if ('kind' in question) return question;
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

const between = ({ first, last }: { readonly first: string; readonly last: string }): string =>
  first.slice(0, 10) === last.slice(0, 10) ? `${first} – ${last.slice(11)}` : `${first} – ${last}`;
