import type { Command } from '../core/command.ts';
import type { PceEvent } from '../core/event.ts';
import { byText } from '../core/event-words.ts';
import {
  commitMessageOf,
  type Fate,
  isPolicyEvent,
  isProvisioning,
  policyChanges,
  versionOf,
} from '../core/policy-changes.ts';
import { counted } from '../core/text.ts';
import { EVENT_FLAGS, eventQuestion, eventsAnswer, readEvents } from './event-question.ts';
import { unexpected } from './problem.ts';
import { minutes } from './window.ts';
import { parseWords } from './words.ts';

const THIS = { id: 'changes', example: '/illumio changes --since 24h' };

/** Draft and provisioned policy: who changed what, before → after, and what became of it. */
export const changes: Command = {
  id: 'changes',
  summary: 'changes of the policy, draft and provisioned: who, before → after',
  usage:
    '/illumio changes [--since 24h | --from T --to T] [-n rows] [--page n] [--as csv|json|cef|leef] [--pce name] [--share]',
  examples: ['/illumio changes', '/illumio changes --since 7d', '/illumio changes --since 7d --as csv'],
  role: 'analyst',
  scope: 'estate',
  async run(given, _asker, deps) {
    const parsed = parseWords(given, THIS, EVENT_FLAGS);
    if (!parsed.ok) return parsed.problem;
    const [word] = parsed.words;
    if (word !== undefined) return unexpected(THIS.id, word);
    const question = eventQuestion(THIS.id, parsed.flags, deps);
    if ('kind' in question) return question;
    const found = await readEvents(question, {}, isPolicyEvent);
    const all = policyChanges(found.events, question.desk.inventory);
    const fates = new Map(all.map(({ event, fate }) => [event.href, fate]));
    const drafts = all.filter(({ fate }) => fate.kind === 'draft').length;
    const provisioned = found.events.filter(
      (event) => isProvisioning(event) && event.status !== 'failure',
    ).length;
    return await eventsAnswer(
      question,
      found,
      {
        title:
          all.length + provisioned === 0
            ? 'No change of the policy'
            : `${counted(all.length, 'change')} of the policy`,
        says: `${counted(provisioned, 'provisioning')}; ${counted(drafts, 'change')} not provisioned in this time. /illumio policy pending shows what waits.`,
        file: 'policy-changes',
        note: (event) => noteOf(event, fates.get(event.href)),
      },
      deps,
    );
  },
};

const noteOf = (event: PceEvent, fate: Fate | undefined): string | undefined => {
  if (isProvisioning(event)) {
    const message = commitMessageOf(event);
    return `version ${versionOf(event) ?? 'unknown'}${message === undefined ? ', no message' : `: ${message}`}`;
  }
  switch (fate?.kind) {
    case 'draft':
      return 'draft';
    case 'provisioned':
      return `provisioned${fate.version === undefined ? '' : ` as version ${fate.version}`} by ${byText(fate.event)} ${minutes(fate.event.at)}`;
    case 'reverted':
      return `thrown away by ${byText(fate.event)} ${minutes(fate.event.at)}`;
    case undefined:
      return undefined;
    default:
      return fate satisfies never;
  }
};
