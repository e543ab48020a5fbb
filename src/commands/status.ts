import type { Command } from '../core/command.ts';
import { statusView } from '../views/status.ts';
import { unexpected } from './problem.ts';
import { parseWords } from './words.ts';

/** How the bot itself is doing. */
export const status: Command = {
  id: 'status',
  summary: 'how this bot is doing: what it has read, what waits, how far behind',
  usage: '/illumio status [--share]',
  examples: ['/illumio status', '/illumio status --share', '/illumio health'],
  role: 'viewer',
  scope: 'own',
  async run(given, _asker, { status: read, clock }) {
    const parsed = parseWords(given, { id: 'status', example: '/illumio status' }, ['share']);
    if (!parsed.ok) return parsed.problem;
    const [word] = parsed.words;
    if (word !== undefined) return unexpected('status', word);
    return {
      kind: 'answer',
      message: statusView(await read(), clock.now()),
      share: parsed.flags.share === true,
    };
  },
};
