import type { Person } from '../core/alert.ts';
import { decidedText, voteProblem } from '../core/approval.ts';
import { offersAlone } from '../core/break-glass.ts';
import { ChatError, type Profile } from '../core/ports.ts';
import type { Response } from '../core/response.ts';
import type { Transition } from '../core/state.ts';
import { approvalCard, lapsedLine } from '../views/approval.ts';
import { type Markup, md } from '../views/parts.ts';
import type { Wish } from './cards.ts';
import { createKeyedMutex } from './mutex.ts';
import { refusalText } from './refusal.ts';
import type { RespondingDeps } from './response-desk.ts';

/** Decided requests are shown as they are for so long. */
const SHOWN_MS = 24 * 3_600_000;

/** A button of a request: pressed by whom, about which response or batch. */
export interface Pressed {
  readonly id: string;
  readonly person: Person;
  readonly channel: string | null;
  /** Says something to that person alone. */
  say(text: Markup, plain: string): Promise<void>;
}

export interface Approvals {
  /** Counts one vote, or ends the request; with the last vote it needs `approved` is called for each row. */
  decide(verdict: 'approve' | 'deny', pressed: Pressed): Promise<void>;
  /** Ends what nobody answered, aloud. */
  lapse(): Promise<void>;
  /** Messages that should stand now: those of waiting requests, and of decided ones as they ended. */
  wishes(): Promise<Wish[]>;
}

type Rows = readonly [Response, ...Response[]];

export const createApprovals = (
  deps: RespondingDeps,
  approved: (response: Response) => Promise<unknown>,
): Approvals => {
  const { store, audit, gate, chat, clock, actions, board } = deps;
  const oneAtATime = createKeyedMutex();
  const titleOf = ({ action }: Response): string => actions.find(({ id }) => id === action)?.title ?? action;
  /** Who is mentioned: the one who asks could not decide. */
  const askedOf = ({ by }: Response): string[] => board.approvers.filter((user) => user !== by.user);
  const hostsOf = (rows: Rows): string => rows.map(({ target }) => target.name).join(', ');

  const note = (
    rows: Rows,
    profile: Profile,
    verdict: 'allowed' | 'refused',
    action: string,
    more: { readonly why?: string; readonly role?: string } = {},
  ): Promise<void> =>
    audit.append({
      actor: profile.person,
      actorName: profile.name,
      action: `${rows[0].action} ${action}`,
      verdict,
      pce: rows[0].pce,
      target: { href: rows.length === 1 ? rows[0].target.href : null, name: hostsOf(rows) },
      response: rows[0].batch ?? rows[0].id,
      ...more,
    });

  const decide: Approvals['decide'] = (verb, { id, person, channel, say }) =>
    oneAtATime(id, async () => {
      const rows = await store.batch(id);
      if (!some(rows))
        return say(md`This request is no longer known. Nothing was done.`, 'Unknown request, nothing done');
      const what = `${verb} ${rows[0].action} of ${hostsOf(rows)}`;
      const { verdict, profile } = await gate.check(person, 'approve', {
        targets: rows.map(({ target }) => target.labels),
        channel,
      });
      if (!verdict.allowed) {
        await note(rows, profile, 'refused', verb, { why: verdict.why });
        const { words, plain } = refusalText(what, verdict);
        return say(words, plain);
      }
      const waiting = rows.filter(({ state }) => state === 'waiting');
      const problem = some(waiting) ? await problemOf(waiting[0], profile) : decidedText(rows[0]);
      if (problem !== undefined) {
        await note(rows, profile, 'refused', verb, { why: problem });
        return say(md`You can't ${what}: ${problem}. Nothing was changed.`, `You can't ${verb} it`);
      }
      const at = clock.now();
      const vote = { by: person, name: profile.name, at };
      await store.commit(
        waiting.map(
          (row): Transition =>
            verb === 'approve'
              ? { type: 'response-voted', id: row.id, vote }
              : {
                  type: 'response-moved',
                  id: row.id,
                  from: 'waiting',
                  to: 'denied',
                  at,
                  outcome: `${profile.name} said no`,
                },
        ),
      );
      deps.reached?.('vote durable');
      await note(rows, profile, 'allowed', verb, { role: verdict.role });
      for (const row of waiting) {
        const now = await store.response(row.id);
        if (now?.state === 'approved') await approved(now);
      }
    });

  /** Who cannot be looked up cannot be told from the one who votes: then nobody decides. */
  const problemOf = async (response: Response, voter: Profile): Promise<string | undefined> => {
    try {
      const requester = await chat.profile(response.by);
      const voters = await Promise.all((response.votes ?? []).map(({ by }) => chat.profile(by)));
      return voteProblem(response, voter, { requester, voters }, clock.now());
    } catch (err) {
      if (!(err instanceof ChatError)) throw err;
      return 'Slack could not say who asked for it, so it cannot be told that you are somebody else. Try again';
    }
  };

  const groups = async (): Promise<Rows[]> => {
    const byKey = new Map<string, readonly Response[]>();
    for (const row of await store.responsesSince(clock.now() - SHOWN_MS))
      if (row.needs !== undefined || row.batch !== undefined) {
        const key = row.batch ?? row.id;
        byKey.set(key, [...(byKey.get(key) ?? []), row]);
      }
    // While one of several is still read, nobody is asked about the others.
    return [...byKey.values()]
      .filter(some)
      .filter((rows) => rows.every(({ state }) => state !== 'requested'));
  };

  return {
    decide,
    async lapse() {
      const now = clock.now();
      for (const rows of await groups()) {
        const over = rows.filter(({ state, lapsesAt = 0 }) => state === 'waiting' && lapsesAt <= now);
        if (!some(over)) continue;
        const outcome = 'nobody of the approver list answered within 15 min';
        await store.commit(
          over.map(({ id }) => ({
            type: 'response-moved' as const,
            id,
            from: 'waiting' as const,
            to: 'lapsed' as const,
            at: now,
            outcome,
          })),
        );
        const bot: Profile = {
          person: over[0].by,
          name: over[0].byName,
          fullMember: true,
          why: undefined,
          zone: undefined,
        };
        await note(over, bot, 'refused', 'lapsed', { why: outcome });
        const who = [...board.approvers, ...board.admins];
        deps.announce(`lapsed.${rows[0].batch ?? rows[0].id}`, lapsedLine(over, titleOf(over[0]), who), () =>
          store.commit(over.map(({ id }) => ({ type: 'response-told' as const, id }))),
        );
      }
    },
    async wishes() {
      const now = clock.now();
      return (await groups()).map((rows) => {
        const [first] = rows;
        const alone = deps.limits.breakGlass && offersAlone(rows, now);
        return {
          key: `approve.${first.batch ?? first.id}`,
          channel: board.channel,
          face: `${rows.map(({ state, votes = [] }) => `${state}${votes.length}`).join()}${alone ? ' alone' : ''}`,
          message: () => approvalCard(rows, titleOf(first), askedOf(first), alone),
        };
      });
    },
  };
};

const some = (rows: readonly Response[]): rows is Rows => rows.length > 0;
