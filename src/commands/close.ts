import { VERDICTS } from '../core/alert.ts';
import type { Command } from '../core/command.ts';
import { listed } from '../core/text.ts';
import { oneAlert } from './find-alerts.ts';
import { problem } from './problem.ts';

/** Says what an alert turned out to be, as the buttons do. */
export const closeAlert: Command = {
  id: 'close',
  summary: 'say what an alert turned out to be; the next one will say so',
  usage: '/illumio close <alert id|host> real|expected|false',
  examples: ['/illumio close web-01 expected', '/illumio close web-01 real', '/illumio alerts'],
  role: 'responder',
  scope: 'own',
  async run([asked, word, extra], _asker, { store }) {
    const as = VERDICTS.find((one) => one === word);
    if (as === undefined || extra !== undefined)
      return problem(
        `I expected ${listed(VERDICTS)} after the alert.`,
        `/illumio close ${asked ?? 'web-01'} expected`,
      );
    const alert = await oneAlert(asked, 'close', ` ${as}`, store);
    if ('kind' in alert) return alert;
    return { kind: 'deed', deed: { verb: 'close', alerts: [alert.id], as } };
  },
};
