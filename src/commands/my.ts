import type { Command } from '../core/command.ts';
import { hasEnded } from '../core/response.ts';
import { context, md, message, section, time } from '../views/parts.ts';
import { problem } from './problem.ts';

const DAY_MS = 86_400_000;
const SHOWN = 10;

/** What the asker has asked this bot to do in the last 7 days, newest first. */
export const my: Command = {
  id: 'my',
  summary: 'what you asked this bot to do in the last 7 days',
  usage: '/illumio my actions',
  examples: ['/illumio my actions', '/illumio can-i quarantine web-01', '/illumio quarantined'],
  role: 'viewer',
  scope: 'own',
  async run(given, { profile: { person } }, { store, clock }) {
    if (given.length > 0 && given.join(' ').toLowerCase() !== 'actions')
      return problem(`I know only your actions, not "${given.join(' ')}".`, '/illumio my actions');
    const since = await store.responsesSince(clock.now() - 7 * DAY_MS);
    const mine = since.filter(({ by }) => by.user === person.user && by.team === person.team).reverse();
    const lines = mine
      .slice(0, SHOWN)
      .map(({ action, target, requestedAt, reason, state, outcome }) =>
        section(
          md`${time(requestedAt)} ${action} ${target.name}: ${hasEnded({ state }) || state === 'waiting' ? state : 'under way'}${outcome === undefined ? '' : `, ${outcome}`} (${reason})`,
        ),
      );
    return {
      kind: 'answer',
      message: message(`${mine.length} actions of yours in 7 days`, [
        ...(lines.length === 0 ? [section(md`You asked for nothing in the last 7 days.`)] : lines),
        ...(mine.length > SHOWN ? [context(md`and ${mine.length - SHOWN} more`)] : []),
      ]),
    };
  },
};
