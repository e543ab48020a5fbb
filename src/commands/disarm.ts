import { BRAKE_MS } from '../core/brake.ts';
import type { Command } from '../core/command.ts';
import { span } from '../core/text.ts';
import { brakeLine, brakeView } from '../views/brake.ts';
import { problem } from './problem.ts';
import { parseWords } from './words.ts';

/** The brake: no response is carried out until it ends or somebody re-arms. Any responder for 60 min, longer an admin. */
export const disarm: Command = {
  id: 'disarm',
  summary: 'stop all responses at once, for 60 min or longer',
  usage: '/illumio disarm <why> [--for 60m]',
  examples: [
    '/illumio disarm suspicious clicks by a colleague',
    '/illumio disarm maintenance of the PCE --for 30m',
    '/illumio disarm the labels are being rebuilt --for 60m',
  ],
  role: 'responder',
  scope: 'own',
  async run(given, asker, { store, clock }) {
    const parsed = parseWords(given, { id: 'disarm', example: '/illumio disarm suspicious clicks' }, ['for']);
    if (!parsed.ok) return parsed.problem;
    const why = parsed.words.join(' ').slice(0, 300);
    if (why === '') return problem('Say why: everybody reads it.', '/illumio disarm suspicious clicks');
    const ms = parsed.flags.for ?? BRAKE_MS;
    // The whole estate is meant, which no scope covers: a brake takes no more than the role.
    if (ms > BRAKE_MS && !(await asker.may('disarm longer', [])))
      return problem(
        `A responder may disarm for ${span(BRAKE_MS)}; longer is an admin's. Nothing was changed.`,
        `/illumio disarm ${why} --for 60m`,
      );
    const before = await store.brake();
    const at = clock.now();
    // A short brake must not end a long one.
    if (before !== undefined && (before.until === null || before.until > at + ms))
      return { kind: 'answer', message: brakeView(before) };
    const brake = { by: asker.profile.person, byName: asker.profile.name, at, until: at + ms, why };
    await store.commit([{ type: 'disarmed', brake }]);
    return { kind: 'answer', message: brakeView(brake), announce: brakeLine(brake) };
  },
};
