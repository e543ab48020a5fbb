import { auditTest } from '../core/audit-search.ts';
import type { Command } from '../core/command.ts';
import { auditCsv, auditView } from '../views/audit.ts';
import { minutes, windowOf } from './window.ts';
import { parseWords } from './words.ts';

const ROWS = 10;
/** A message holds no more. */
const MOST_ROWS = 15;
const DAY_MS = 86_400_000;
const EXAMPLE = '/illumio audit web-01 --since 7d';

/** The bot's own record: who did, asked for or was refused what. */
export const auditLog: Command = {
  id: 'audit',
  summary: "the bot's own record of a host, a person or an action: who did, asked for or was refused what",
  usage: '/illumio audit [host|user|action] [--since 7d | --from T --to T] [-n rows] [--page n] [--files]',
  examples: [
    '/illumio audit web-01 --since 7d',
    '/illumio audit quarantine --since 30d --files',
    '/illumio audit',
  ],
  role: 'analyst',
  scope: 'estate',
  async run(given, _asker, { trail, clock }) {
    const parsed = parseWords(given, { id: 'audit', example: EXAMPLE }, [
      'since',
      'from',
      'to',
      'n',
      'page',
      'files',
    ]);
    if (!parsed.ok) return parsed.problem;
    const { flags } = parsed;
    const about = parsed.words.join(' ');
    const window = windowOf(flags, clock.now(), { example: EXAMPLE }, 7 * DAY_MS);
    if ('kind' in window) return window;
    const found = await trail.find(window, auditTest(about));
    const rows = Math.min(flags.n ?? ROWS, MOST_ROWS);
    const pages = Math.max(1, Math.ceil(found.records.length / rows));
    const page = Math.min(flags.page ?? 1, pages);
    const [from, to] = [window.from, window.to].map((ms) => new Date(ms).toISOString());
    const again = `audit ${about === '' ? '' : `${about} `}--from ${from} --to ${to} -n ${rows}`;
    return {
      kind: 'answer',
      message: auditView({
        about,
        total: found.records.length,
        records: found.records.slice((page - 1) * rows, page * rows),
        page,
        pages,
        again,
        basis: [
          window.words,
          `${found.read} records read`,
          found.completeFrom <= window.from
            ? 'complete'
            : `truncated: complete from ${minutes(found.completeFrom)} on, older ones were not read`,
          ...(found.bad === 0 ? [] : [`${found.bad} lines are no good records: run audit verify`]),
        ],
      }),
      ...(flags.files === true
        ? {
            direct: true,
            files: [{ name: 'audit.csv', title: 'Audit log', content: auditCsv(found.records) }],
          }
        : {}),
    };
  },
};
