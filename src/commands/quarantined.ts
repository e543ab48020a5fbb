import type { Command } from '../core/command.ts';
import type { Response } from '../core/response.ts';
import { quarantinedView } from '../views/quarantined.ts';
import { chosenDesks } from './desks.ts';
import { parseWords } from './words.ts';

/** Every quarantine of ours that stands, of the hosts the asker's role covers. */
export const quarantined: Command = {
  id: 'quarantined',
  summary: 'hosts in quarantine: by whom, why, until when, what their policy became',
  usage: '/illumio quarantined [--pce name]',
  examples: ['/illumio quarantined', '/illumio quarantined --pce prod-east', '/illumio quarantined'],
  role: 'responder',
  scope: 'own',
  async run(given, asker, { desks: all, store }) {
    const parsed = parseWords(given, { id: 'quarantined', example: '/illumio quarantined' }, ['pce']);
    if (!parsed.ok) return parsed.problem;
    const desks = chosenDesks(all, parsed.flags.pce);
    if ('kind' in desks) return desks;
    const names = new Set(desks.map(({ pce }) => pce.name));
    const standing = (await store.quarantines()).filter(({ pce }) => names.has(pce));
    const shown: Response[] = [];
    for (const row of standing) if (await asker.may('quarantined', [row.target.labels])) shown.push(row);
    return { kind: 'answer', message: quarantinedView(shown, standing.length - shown.length) };
  },
};
