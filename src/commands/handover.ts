import type { Command } from '../core/command.ts';
import { panelView } from '../views/panel.ts';
import { chosenDesks } from './desks.ts';
import { handoverPanel } from './handover/panel.ts';
import { unexpected } from './problem.ts';
import { parseWords } from './words.ts';

const DAY_MS = 86_400_000;

/** What the next shift has to know, at any time; digests say the same at theirs. */
export const handover: Command = {
  id: 'handover',
  summary: 'what the next shift has to know: open, acknowledged, in quarantine, silenced, blind spots, noise',
  usage: '/illumio handover [--since 24h] [--pce name] [--share]',
  examples: ['/illumio handover', '/illumio handover --since 7d', '/illumio handover --share'],
  role: 'analyst',
  scope: 'estate',
  async run(given, _asker, deps) {
    const parsed = parseWords(given, { id: 'handover', example: '/illumio handover' }, [
      'since',
      'pce',
      'share',
    ]);
    if (!parsed.ok) return parsed.problem;
    const [word] = parsed.words;
    if (word !== undefined) return unexpected('handover', word);
    const desks = chosenDesks(deps.desks, parsed.flags.pce);
    if ('kind' in desks) return desks;
    const panel = await handoverPanel(desks, parsed.flags.since ?? DAY_MS, deps);
    return { kind: 'answer', share: parsed.flags.share === true, message: panelView(panel) };
  },
};
