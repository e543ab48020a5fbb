import { disarmedText } from '../core/brake.ts';
import type { Command } from '../core/command.ts';
import { rearmedLine } from '../views/brake.ts';
import { problem } from './problem.ts';
import { parseWords } from './words.ts';

/** Lets go of the brake. */
export const rearm: Command = {
  id: 'rearm',
  summary: 'allow responses again after a disarm',
  usage: '/illumio rearm',
  examples: ['/illumio rearm', '/illumio status', '/illumio disarm suspicious clicks by a colleague'],
  role: 'approver',
  scope: 'own',
  async run(given, asker, { store, clock }) {
    const parsed = parseWords(given, { id: 'rearm', example: '/illumio rearm' }, []);
    if (!parsed.ok) return parsed.problem;
    const before = await store.brake();
    if (disarmedText(before, clock.now()) === undefined)
      return problem('Responses are not disarmed. Nothing was changed.');
    await store.commit([{ type: 'rearmed' }]);
    const line = rearmedLine(asker.profile.name);
    return { kind: 'answer', message: line, announce: line };
  },
};
