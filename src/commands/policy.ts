import type { Command } from '../core/command.ts';
import { isPolicyEvent, policyChanges } from '../core/policy-changes.ts';
import type { EventsFound, Pending } from '../core/ports.ts';
import type { Estate } from '../core/workload.ts';
import { pendingView } from '../views/pending.ts';
import { oneDesk } from './desks.ts';
import { problem } from './problem.ts';
import { parseWords } from './words.ts';

const THIS = { id: 'policy', example: '/illumio policy pending' };
/** How far back the log is read for what was changed in a draft. */
const LOOK_BACK_MS = 7 * 86_400_000;

/** What waits to be provisioned. */
export const policy: Command = {
  id: 'policy',
  summary: 'drafts that wait to be provisioned: what, whose, since when',
  usage: '/illumio policy pending [--page n] [--pce name] [--share]',
  examples: [
    '/illumio policy pending',
    '/illumio policy pending --pce prod-east',
    '/illumio policy pending --share',
  ],
  role: 'analyst',
  scope: 'estate',
  async run(given, _asker, deps) {
    const parsed = parseWords(given, THIS, ['pce', 'page', 'share']);
    if (!parsed.ok) return parsed.problem;
    if (parsed.words.join(' ') !== 'pending')
      return problem('policy wants the word "pending" after it.', THIS.example);
    const desk = oneDesk(deps.desks, parsed.flags.pce, THIS.example);
    if ('kind' in desk) return desk;
    const now = deps.clock.now();
    const drafts = await desk.pce.pending();
    const from = Math.max(now - LOOK_BACK_MS, Math.min(now, ...drafts.map(({ at }) => at ?? now)) - 1_000);
    const found =
      drafts.length === 0 ? undefined : await desk.pce.findEvents({ from, to: now }, isPolicyEvent);
    return {
      kind: 'answer',
      share: parsed.flags.share === true,
      message: pendingView(
        drafts.map((draft) => ({ ...draft, ...toldBy(draft, found, desk.inventory) })),
        {
          pce: desk.pce.name,
          now,
          from,
          completeFrom: found?.completeFrom ?? from,
          page: parsed.flags.page ?? 1,
        },
      ),
    };
  },
};

/** What the log says of a draft: who, and what was changed, newest last. */
const toldBy = (draft: Pending, found: EventsFound | undefined, estate: Estate) => {
  const events = found?.events ?? [];
  const mine = policyChanges(events, estate).filter(
    ({ changed, fate }) => fate.kind === 'draft' && (changed.href ?? '').startsWith(draft.href),
  );
  const author = events.find(({ actor }) => actor.href !== undefined && actor.href === draft.by.href);
  return {
    who: draft.by.name ?? author?.actor.name ?? mine.at(-1)?.event.actor.name,
    how: mine.flatMap(({ changed }) =>
      changed.href === draft.href
        ? changed.how
        : [`${changed.what}: ${changed.how.join(', ') || (changed.verb ?? 'changed')}`],
    ),
  };
};
