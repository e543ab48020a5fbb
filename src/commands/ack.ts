import type { Command } from '../core/command.ts';
import { oneAlert } from './find-alerts.ts';
import { unexpected } from './problem.ts';

/** Takes an alert on, as the button does. */
export const ack: Command = {
  id: 'ack',
  summary: 'acknowledge an alert: you look after it, and it escalates no further',
  usage: '/illumio ack <alert id|host>',
  examples: ['/illumio ack web-01', '/illumio alerts', '/illumio snooze web-01 for 30m'],
  role: 'responder',
  scope: 'own',
  async run([asked, extra], _asker, { store }) {
    if (extra !== undefined) return unexpected('ack', extra);
    const alert = await oneAlert(asked, 'ack', '', store);
    if ('kind' in alert) return alert;
    return { kind: 'deed', deed: { verb: 'acknowledge', alerts: [alert.id] } };
  },
};
