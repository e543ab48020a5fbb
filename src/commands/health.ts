import type { Command, PceDesk } from '../core/command.ts';
import { PceError } from '../core/ports.ts';
import { healthView, type ShownHealth } from '../views/health.ts';
import { chosenDesks } from './desks.ts';
import { unexpected } from './problem.ts';
import { parseWords } from './words.ts';

/** How the PCEs are doing, asked just now. One that cannot be read does not hide the others. */
export const health: Command = {
  id: 'health',
  summary: 'how the PCE is doing, node by node',
  usage: '/illumio health [--pce name] [--share]',
  examples: ['/illumio health', '/illumio health --pce prod-east', '/illumio health --share'],
  role: 'viewer',
  scope: 'own',
  async run(given, _asker, deps) {
    const parsed = parseWords(given, { id: 'health', example: '/illumio health' }, ['pce', 'share']);
    if (!parsed.ok) return parsed.problem;
    const [word] = parsed.words;
    if (word !== undefined) return unexpected('health', word);
    const desks = chosenDesks(deps.desks, parsed.flags.pce);
    if ('kind' in desks) return desks;
    const shown = await Promise.all(desks.map(read));
    return { kind: 'answer', message: healthView(shown), share: parsed.flags.share === true };
  },
};

const read = async ({ pce }: PceDesk): Promise<ShownHealth> => {
  try {
    const reading = await pce.health();
    return { pce: pce.name, reading, medianMs: pce.reach().medianMs };
  } catch (error) {
    if (!(error instanceof PceError)) throw error;
    return { pce: pce.name, reading: { failed: error.message }, medianMs: undefined };
  }
};
