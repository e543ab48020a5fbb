import type { Command } from '../core/command.ts';
import { durationMs } from '../core/duration.ts';
import { oneAlert } from './find-alerts.ts';
import { problem } from './problem.ts';

const HOUR_MS = 3_600_000;

/** Puts one alert off, as the button does: for an hour or less (definitions §8). */
export const snooze: Command = {
  id: 'snooze',
  summary: 'put one alert off for up to an hour: it is counted, and says nothing new',
  usage: '/illumio snooze <alert id|host> [for 30m]',
  examples: ['/illumio snooze web-01', '/illumio snooze web-01 for 30m', '/illumio alerts'],
  role: 'responder',
  scope: 'own',
  async run([asked, ...rest], _asker, { store }) {
    const [word, given = '1h', extra] = rest[0] === 'for' ? rest : ['for', ...rest];
    const forMs = durationMs(given);
    if (word !== 'for' || forMs === undefined || extra !== undefined)
      return problem(
        `I can't read "${rest.join(' ')}": I expected for and a duration.`,
        `/illumio snooze ${asked ?? 'web-01'} for 30m`,
      );
    if (forMs > HOUR_MS)
      return problem(
        'I put an alert off for an hour at most; a silence may be longer.',
        `/illumio silence host=${asked ?? 'web-01'} for ${given} because …`,
      );
    const alert = await oneAlert(asked, 'snooze', '', store);
    if ('kind' in alert) return alert;
    return { kind: 'deed', deed: { verb: 'snooze', alerts: [alert.id], forMs } };
  },
};
