import type { Command } from '../core/command.ts';
import { nearestText, problem } from './problem.ts';

/** Ends a silence before its time. */
export const unsilence: Command = {
  id: 'unsilence',
  summary: 'end a silence; what it hid is told',
  usage: '/illumio unsilence <silence id>',
  examples: [
    '/illumio unsilence 8fK2mQ0aXy',
    '/illumio silences',
    '/illumio silence host=web-01 for 2h because patching',
  ],
  role: 'responder',
  scope: 'own',
  async run([id, extra], _asker, { store }) {
    if (id === undefined || extra !== undefined)
      return problem('I expected the id of one silence; /illumio silences shows them.', '/illumio silences');
    if ((await store.silence(id)) === undefined) {
      const known = (await store.silences()).filter(({ state }) => state !== 'ended').map((one) => one.id);
      return problem(`I know no silence "${id}".${nearestText(id, known)}`, '/illumio silences');
    }
    return { kind: 'deed', deed: { verb: 'unsilence', id } };
  },
};
