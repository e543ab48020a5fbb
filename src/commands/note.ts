import type { Command } from '../core/command.ts';
import { oneAlert } from './find-alerts.ts';
import { problem } from './problem.ts';

const MOST = 500;

/** Writes a line under an alert, for who looks at it next. */
export const note: Command = {
  id: 'note',
  summary: 'write a line under an alert, for whoever looks at it next',
  usage: '/illumio note <alert id|host> <words>',
  examples: ['/illumio note web-01 patched by the platform team', '/illumio alerts', '/illumio why web-01'],
  role: 'responder',
  scope: 'own',
  async run([asked, ...words], _asker, { store }) {
    const text = words.join(' ').trim();
    if (text === '' || text.length > MOST)
      return problem(
        text === '' ? 'I expected words after the alert.' : `A note has at most ${MOST} characters.`,
        `/illumio note ${asked ?? 'web-01'} patched by the platform team`,
      );
    const alert = await oneAlert(asked, 'note', ` ${text}`, store);
    if ('kind' in alert) return alert;
    return { kind: 'deed', deed: { verb: 'note', alerts: [alert.id], text } };
  },
};
