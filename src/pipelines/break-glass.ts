import { ALONE_LOOK_BACK_MS, aloneProblem, isUnreviewed } from '../core/break-glass.ts';
import { sameAccount, samePerson } from '../core/person.ts';
import type { Handling } from '../core/ports.ts';
import { outcomeOf, type Response } from '../core/response.ts';
import { aloneCard, aloneForm } from '../views/break-glass.ts';
import { md } from '../views/parts.ts';
import { notice } from '../views/response.ts';
import { outcomeLines } from '../views/response-outcome.ts';
import type { Pressed } from './approval.ts';
import type { Wish } from './cards.ts';
import { createMutex } from './mutex.ts';
import { refusalText } from './refusal.ts';
import type { RespondingDeps } from './response-desk.ts';
import type { Submission } from './response-draft.ts';

const DRAFT_MS = 10 * 60_000;
/** What was done alone is shown as it stands for so long; unreviewed for as long as it is. */
const SHOWN_MS = 7 * 24 * 3_600_000;

const TITLE = { title: 'Act alone' };

/** What a requester does whom nobody of the approver list answers (definitions §7.5 "Break-glass"), and how they look at it afterwards. */
export interface BreakGlass {
  /** [Act alone…]: opens a form that asks for the host's name and why it cannot wait. Changes nothing. */
  open(pressed: Pressed & { readonly triggerId: string }): Promise<void>;
  /** The form: durable before it is acknowledged, then carried out like what was approved. */
  submit(submission: Submission): Handling;
  /** [Reviewed]: one of the approver list, not the one who did it, has looked at it. */
  reviewed(pressed: Pressed): Promise<void>;
  wishes(): Promise<Wish[]>;
}

export const createBreakGlass = (
  deps: RespondingDeps,
  carryOut: (response: Response) => Promise<Response | undefined>,
): BreakGlass => {
  const { store, chat, gate, audit, clock, ids, actions, board, limits } = deps;
  const drafts = new Map<string, { readonly request: Response; readonly expires: number }>();
  const oneAtATime = createMutex();

  const problemWith = async (id: string, person: Pressed['person']): Promise<string | undefined> => {
    if (!limits.breakGlass) return 'the configuration does not allow it';
    const now = clock.now();
    return aloneProblem(
      await store.batch(id),
      person,
      await store.responsesSince(now - ALONE_LOOK_BACK_MS),
      now,
    );
  };

  const record = (
    { action, pce, target, id }: Response,
    person: Pressed['person'],
    actorName: string,
    what: { readonly action: string; readonly why?: string; readonly reason?: string },
  ): Promise<void> =>
    audit.append({
      actor: person,
      actorName,
      verdict: what.why === undefined ? 'allowed' : 'refused',
      pce,
      target: { href: target.href, name: target.name },
      response: id,
      ...what,
      action: `${action} ${what.action}`,
    });

  return {
    async open({ id, person, say, triggerId }) {
      const request = await store.response(id);
      const why = await problemWith(id, person);
      if (request === undefined || why !== undefined) {
        if (request !== undefined)
          await record(request, person, person.user, { action: 'alone', why: why ?? '' });
        return say(md`You can't act alone: ${why ?? ''}. Nothing was changed.`, "You can't act alone");
      }
      for (const [old, { expires }] of drafts) if (expires < clock.mono()) drafts.delete(old);
      const draft = ids.next();
      drafts.set(draft, { request, expires: clock.mono() + DRAFT_MS });
      await chat.openView(triggerId, aloneForm(request, draft));
    },

    submit({ draft: key, person, viewId, values }) {
      const draft = drafts.get(key);
      if (draft === undefined || draft.expires < clock.mono() || !sameAccount(draft.request.by, person))
        return { ack: { update: notice(TITLE, '', [md`This form is no longer valid. Nothing was done.`]) } };
      const { request } = draft;
      const { name } = request.target;
      const reason = (values['words'] ?? '').trim();
      if ((values['typed'] ?? '').trim().toLowerCase() !== name.toLowerCase())
        return { ack: { errors: { typed: `Type ${name}, so that it is no other host.` } } };
      if (reason === '') return { ack: { errors: { words: 'Say why it cannot wait.' } } };
      drafts.delete(key);
      let why: string | undefined;
      const tell = async (lines: Parameters<typeof notice>[2]): Promise<void> =>
        chat.updateView(viewId, notice(TITLE, name, lines)).catch((err: unknown) => {
          deps.log.info({ err }, 'the form was closed before the outcome was known');
        });
      return {
        ack: { update: notice(TITLE, name, [md`Checking ${name} …`]) },
        // One after the other: two forms at once would each find the allowance unused.
        before: () =>
          oneAtATime(async () => {
            why = await problemWith(request.id, person);
            if (why !== undefined) return;
            await store.commit([{ type: 'response-alone', id: request.id, at: clock.now(), reason }]);
            deps.reached?.('vote durable');
          }),
        work: async () => {
          await record(request, person, request.byName, {
            action: 'alone',
            reason,
            ...(why === undefined ? {} : { why }),
          });
          if (why !== undefined) return tell([md`You can't act alone: ${why}. Nothing was changed.`]);
          const ended = await carryOut(request);
          const action = actions.find((one) => one.id === request.action);
          const outcome = ended && outcomeOf(ended);
          if (ended !== undefined && action !== undefined && outcome !== undefined)
            return tell(outcomeLines(outcome, action, ended));
          return tell([md`It goes on; the message in the announce channel says what came of it.`]);
        },
      };
    },

    async reviewed({ id, person, channel, say }) {
      const row = await store.response(id);
      if (row?.alone === undefined || row.alone.reviewed !== undefined)
        return say(md`There is nothing to review any more. Nothing was changed.`, 'Nothing to review');
      const { verdict, profile } = await gate.check(person, 'approve', {
        targets: [row.target.labels],
        channel,
      });
      const own = samePerson(profile, await chat.profile(row.by)) ? 'you did it yourself' : undefined;
      const why = verdict.allowed ? own : verdict.why;
      await record(row, person, profile.name, { action: 'reviewed', ...(why === undefined ? {} : { why }) });
      if (why !== undefined) {
        const refused = verdict.allowed ? { allowed: false as const, why, who: [], where: [] } : verdict;
        const { words, plain } = refusalText(`review what was done to ${row.target.name}`, refused);
        return say(words, plain);
      }
      const vote = { by: person, name: profile.name, at: clock.now() };
      await store.commit([{ type: 'response-reviewed', id, vote }]);
    },

    async wishes() {
      const since = clock.now() - SHOWN_MS;
      const rows = [...(await store.responsesSince(since)), ...(await store.quarantines())];
      const alone = new Map(rows.filter((row) => row.alone !== undefined).map((row) => [row.id, row]));
      return Promise.all(
        [...alone.values()].map(async (row): Promise<Wish> => {
          const release = row.releasedBy === undefined ? undefined : await store.response(row.releasedBy);
          const releasedBy = release && { name: release.byName, other: !sameAccount(release.by, row.by) };
          const open = isUnreviewed(row, releasedBy?.other === true);
          return {
            key: `alone.${row.id}`,
            channel: board.channel,
            face: `${row.state} ${open ? 'open' : 'seen'} ${releasedBy === undefined ? '' : 'released'}`,
            message: () => aloneCard(row, board.approvers, releasedBy),
          };
        }),
      );
    },
  };
};
