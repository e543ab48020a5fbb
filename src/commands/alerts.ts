import type { Outsider, Person } from '../core/alert.ts';
import type { Command, CommandDeps } from '../core/command.ts';
import { ChatError } from '../core/ports.ts';
import { alertsView } from '../views/alerts.ts';
import { chosenDesks } from './desks.ts';
import { unexpected } from './problem.ts';
import { parseWords } from './words.ts';

const ROWS = 10;

/** What is firing now, newest first. */
export const alerts: Command = {
  id: 'alerts',
  summary: 'what is firing now',
  usage: '/illumio alerts [-n rows] [--pce name] [--share]',
  examples: ['/illumio alerts', '/illumio alerts -n 50', '/illumio alerts --pce prod-east'],
  role: 'viewer',
  scope: 'estate',
  async run(given, _asker, deps) {
    const parsed = parseWords(given, { id: 'alerts', example: '/illumio alerts' }, ['pce', 'n', 'share']);
    if (!parsed.ok) return parsed.problem;
    const [word] = parsed.words;
    if (word !== undefined) return unexpected('alerts', word);
    const desks = chosenDesks(deps.desks, parsed.flags.pce);
    if ('kind' in desks) return desks;
    const firing = (await deps.store.firing(parsed.flags.pce)).toSorted((a, b) => b.firstAt - a.firstAt);
    const shown = await Promise.all(
      firing.slice(0, parsed.flags.n ?? ROWS).map(async (alert) => ({
        alert,
        acknowledgedBy: alert.acknowledged && (await nameOf(alert.acknowledged.by, deps)),
      })),
    );
    const pces = desks.map(({ pce }) => pce.name);
    return {
      kind: 'answer',
      share: parsed.flags.share === true,
      message: alertsView(shown, firing.length, pces),
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
