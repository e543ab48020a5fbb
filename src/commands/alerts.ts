import type { Outsider, Person } from '../core/alert.ts';
import type { Command, CommandDeps } from '../core/command.ts';
import { ChatError } from '../core/ports.ts';
import { alertsCsv, alertsView } from '../views/alerts.ts';
import { chosenDesks } from './desks.ts';
import { unexpected } from './problem.ts';
import { parseWords } from './words.ts';

const ROWS = 10;

/** What is firing now, newest first. */
export const alerts: Command = {
  id: 'alerts',
  summary: 'what is firing now',
  usage: '/illumio alerts [-n rows] [--page n] [--pce name] [--share] [--files]',
  examples: ['/illumio alerts', '/illumio alerts -n 50', '/illumio alerts --pce prod-east'],
  role: 'viewer',
  scope: 'estate',
  async run(given, _asker, deps) {
    const parsed = parseWords(given, { id: 'alerts', example: '/illumio alerts' }, [
      'pce',
      'n',
      'page',
      'share',
      'files',
    ]);
    if (!parsed.ok) return parsed.problem;
    const [word] = parsed.words;
    if (word !== undefined) return unexpected('alerts', word);
    const desks = chosenDesks(deps.desks, parsed.flags.pce);
    if ('kind' in desks) return desks;
    const firing = (await deps.store.firing(parsed.flags.pce)).toSorted((a, b) => b.firstAt - a.firstAt);
    const { pce, n: rows = ROWS, page: wanted = 1, share, files } = parsed.flags;
    const pages = Math.max(1, Math.ceil(firing.length / rows));
    const page = Math.min(wanted, pages);
    const shown = await Promise.all(
      firing.slice((page - 1) * rows, page * rows).map(async (alert) => ({
        alert,
        acknowledgedBy: alert.acknowledged && (await nameOf(alert.acknowledged.by, deps)),
      })),
    );
    const again = ['alerts', '-n', rows, ...(pce === undefined ? [] : ['--pce', pce])].join(' ');
    return {
      kind: 'answer',
      share: share === true,
      direct: files === true,
      message: alertsView(
        shown,
        { total: firing.length, rest: Math.max(0, firing.length - page * rows), page, pages, again },
        desks.map(({ pce: { name } }) => name),
      ),
      ...(share === true || files === true
        ? { files: [{ name: 'alerts.csv', title: 'Open alerts', content: alertsCsv(firing) }] }
        : {}),
    };
  },
};

/** A person's name, or his id when Slack does not tell. */
const nameOf = async (person: Person | Outsider, { chat }: CommandDeps): Promise<string> => {
  if ('via' in person) return `${person.name} via ${person.via}`;
  try {
    return (await chat.profile(person)).name;
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    return person.user;
  }
};
