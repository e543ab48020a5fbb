import type { Command } from '../core/command.ts';
import { silencesView } from '../views/silence.ts';
import { unexpected } from './problem.ts';

/** What is hidden now, by whom and until when. */
export const silences: Command = {
  id: 'silences',
  summary: 'what is hidden now, by whom and until when',
  usage: '/illumio silences',
  examples: ['/illumio silences', '/illumio silence host=web-01 for 2h because patching', '/illumio alerts'],
  role: 'viewer',
  scope: 'estate',
  async run([word], _asker, { store, clock }) {
    if (word !== undefined) return unexpected('silences', word);
    return { kind: 'answer', message: silencesView(await store.silences(), clock.now()) };
  },
};
