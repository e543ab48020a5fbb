import { type BlockedRow, blockedAnalysis } from '../analytics/blocked.ts';
import { blockedChart } from '../charts/blocked.ts';
import type { Command } from '../core/command.ts';
import { counted, grouped } from '../core/text.ts';
import {
  analysed,
  basisOf,
  labelQuestion,
  listAnswer,
  pictureOf,
  readTraffic,
  SHOWN_ROWS,
} from './traffic-question.ts';

const THIS = { id: 'blocked', example: '/illumio blocked', narrow: '/illumio blocked env=prod' };

/** What was kept from whom: destinations and services, from a query for those decisions alone. */
export const blocked: Command = {
  id: 'blocked',
  summary: 'hosts and services with the most blocked and potentially blocked connections',
  usage:
    '/illumio blocked [key=value …] [--since 24h | --from T --to T] [-n rows] [--page n] [--pce name] [--share] [--files]',
  examples: ['/illumio blocked', '/illumio blocked env=prod --since 7d', '/illumio blocked -n 20'],
  role: 'analyst',
  scope: 'estate',
  async run(given, _asker, deps) {
    const question = labelQuestion(given, deps, THIS, ['blocked', 'potentially_blocked']);
    if ('kind' in question) return question;
    const { traffic, read } = await readTraffic(question);
    const { hosts, services, total } = await analysed(blockedAnalysis.of(traffic), deps);
    const lines = (kind: string, rows: readonly BlockedRow[]): string[][] =>
      rows.map((row) => [`${kind} ${row.name}`, grouped(row.blocked), grouped(row.potentially_blocked)]);
    const most = Math.ceil((question.flags.n ?? 10) / 2);
    return listAnswer(question, {
      title: 'Blocked traffic by destination and service',
      says:
        total.hosts === 0
          ? 'Nothing was blocked or would be.'
          : `${counted(total.blocked, 'connection')} blocked and ${grouped(total.potentially_blocked)} potentially blocked, to ${counted(total.hosts, 'host')} on ${counted(total.services, 'service')}.`,
      columns: ['What', 'Blocked', 'Potentially'],
      rows: [
        ...lines('to', hosts.slice(0, most)),
        ...lines('on', services.slice(0, most)),
        ...lines('to', hosts.slice(most)),
        ...lines('on', services.slice(most)),
      ],
      right: [1, 2],
      basis: basisOf(question, read),
      file: 'blocked.csv',
      picture: () =>
        pictureOf(
          'blocked.png',
          'Blocked traffic by destination',
          blockedChart(
            {
              rows: hosts.slice(0, question.flags.n ?? SHOWN_ROWS),
              total: { ...total, count: total.hosts },
            },
            {
              title: 'Blocked and potentially blocked connections by destination',
              basis: basisOf(question, read).join(' · '),
            },
          ),
        ),
    });
  },
};
