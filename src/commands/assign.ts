import type { Command } from '../core/command.ts';
import { oneAlert } from './find-alerts.ts';
import { problem } from './problem.ts';

const USER = /^[UW][A-Z0-9]{2,}$/;

/** Says who looks after an alert. Slack gives us what was typed, never a name as an id: so it is `me` or a member id. */
export const assign: Command = {
  id: 'assign',
  summary: 'say who looks after an alert',
  usage: '/illumio assign <alert id|host> me|<member id>',
  examples: ['/illumio assign web-01 me', '/illumio alerts', '/illumio ack web-01'],
  role: 'responder',
  scope: 'own',
  async run([asked, who = 'me', extra], asker, { store, chat }) {
    if (extra !== undefined || (who !== 'me' && !USER.test(who)))
      return problem(
        `I can't read "${[who, extra].join(' ').trim()}" as a person: write me, or a member id (profile → ⋮ → Copy member ID).`,
        `/illumio assign ${asked ?? 'web-01'} me`,
      );
    const alert = await oneAlert(asked, 'assign', ` ${who}`, store);
    if ('kind' in alert) return alert;
    const { person } = asker.profile;
    const to = who === 'me' ? person.user : who;
    if (who !== 'me') {
      const profile = await chat.profile({ team: person.team, user: who });
      if (!profile.fullMember)
        return problem(`${who} can't be given an alert: ${profile.why ?? 'no member'}.`);
    }
    return { kind: 'deed', deed: { verb: 'assign', alerts: [alert.id], to } };
  },
};
