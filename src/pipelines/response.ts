import type { Action, ActionContext } from '../core/action.ts';
import type { PceEvent } from '../core/event.ts';
import type { Handling, Message } from '../core/ports.ts';
import { hasEnded, isRunnable, type Outcome, outcomeOf, type Response } from '../core/response.ts';
import type { Workload } from '../core/workload.ts';
import { type Markup, md } from '../views/parts.ts';
import { notice } from '../views/response.ts';
import { outcomeLines } from '../views/response-outcome.ts';
import { contextFor } from './action-context.ts';
import { compareOwnEvents } from './aftermath.ts';
import { createApprovals, type Pressed } from './approval.ts';
import { type BreakGlass, createBreakGlass } from './break-glass.ts';
import { createCards } from './cards.ts';
import { carryOut } from './carry-out.ts';
import { createDisputes, type Disputes } from './disputes.ts';
import { explain, type MayI } from './explain.ts';
import { createKeyedMutex } from './mutex.ts';
import { createPolicyWatch } from './policy-watch.ts';
import { quarantineList } from './quarantine-list.ts';
import type { RespondingDeps } from './response-desk.ts';
import type { Submission } from './response-draft.ts';
import { createForms, type Opening } from './response-form.ts';
import { createTelling } from './telling.ts';
import { createTimeBox } from './time-box.ts';

export interface Responding {
  /** Checks the right, opens the modal, reads the host and shows what would change. Changes nothing. */
  open(opening: Opening): Promise<void>;
  /** Says whether somebody may do something to a host now, and why. Changes nothing. */
  explain(question: MayI): Promise<Message>;
  /** Carries out what the form showed, if it still holds. */
  submit(submission: Submission): Handling;
  /** Takes up responses that a stop or a crash left unfinished: each is read back before anything is written. */
  resume(): Promise<void>;
  /** A button of a request for approval. */
  decide(verdict: 'approve' | 'deny', pressed: Pressed): Promise<void>;
  /** A button of a reminder that the time of a quarantine ends. */
  review(verdict: 'extend' | 'keep', pressed: Pressed): Promise<void>;
  /** [Keep as it is] where a restored backup and the PCE disagree about a host. */
  keepAsIs: Disputes['keep'];
  /** What a requester does whom nobody answers. */
  readonly alone: Pick<BreakGlass, 'open' | 'submit' | 'reviewed'>;
  /** Ends what nobody answered, reminds of what is to be reviewed, and brings the messages about responses up to date. */
  tend(): Promise<void>;
  /** Looks whether the policy of finished responses has reached their hosts, and has their messages say so. */
  watch(): Promise<void>;
  /** Compares the PCE's own events of our PUTs with what was planned; what was overwritten is put back once (promise 3). */
  compare(pce: string, events: readonly PceEvent[]): Promise<void>;
}

export const createResponding = (deps: RespondingDeps): Responding => {
  const { desks, actions, store, chat, log } = deps;
  const forms = createForms(deps);
  const telling = createTelling(deps);
  const oneAtATime = createKeyedMutex();
  const cards = createCards(deps);
  const approvals = createApprovals(deps, ({ id, target }) => oneAtATime(target.href, () => takeUp(id)));

  const alone = createBreakGlass(deps, async ({ id, target }) => {
    await oneAtATime(target.href, () => takeUp(id));
    return store.response(id);
  });
  const disputes = createDisputes(deps);
  const timeBox = createTimeBox(deps, ({ id, target }) => oneAtATime(target.href, () => takeUp(id)));

  const tend = async (): Promise<void> => {
    await approvals.lapse();
    await timeBox.look();
    const wishes = [
      approvals.wishes(),
      timeBox.wishes(),
      alone.wishes(),
      disputes.wishes(),
      quarantineList(deps),
    ];
    for (const wish of (await Promise.all(wishes)).flat()) await cards.show(wish);
  };

  const submit = (submission: Submission): Handling => {
    const sent = forms.take(submission);
    if (!sent.ok) return sent.handling;
    const { action, responses } = sent;
    const name = titleOf(responses);
    const ids = responses.map(({ id }) => id);
    let answered = (): void => {};
    return {
      ack: { update: notice(action, name, [md`Checking ${name} …`]) },
      before: async () => {
        answered = telling.answering(ids);
        await store.commit(responses.map((response) => ({ type: 'response-requested' as const, response })));
        deps.reached?.('response durable');
      },
      work: () => answer(responses, action, submission.viewId).finally(() => answered()),
    };
  };

  /** Carries durable requests out, one after the other, and says what came of them, in the form or, if that is closed, to the person alone. */
  const answer = async (
    requests: readonly [Response, ...Response[]],
    action: Action,
    viewId: string,
  ): Promise<void> => {
    const name = titleOf(requests);
    const lines: Markup[] = [];
    const ended: Response[] = [];
    let waits = false;
    for (const { id, target } of requests) {
      const outcome = await oneAtATime(target.href, () => outcomeNow(id));
      const response = await store.response(id);
      if (response === undefined || outcome === undefined) continue;
      waits ||= outcome.state === 'waiting';
      if (hasEnded(response)) ended.push(response);
      // Several hosts that wait for the same people are told once where they are asked.
      const known = new Set(lines.map(({ mrkdwn }) => mrkdwn));
      lines.push(...outcomeLines(outcome, action, response).filter(({ mrkdwn }) => !known.has(mrkdwn)));
    }
    if (waits) await tend();
    try {
      await chat.updateView(viewId, notice(action, name, lines));
    } catch (err) {
      log.info({ err }, 'the form was closed before the outcome was known');
      await telling.toRequester({ ...requests[0], target: { ...requests[0].target, name } }, lines);
    }
    for (const response of ended) await telling.answered(response);
  };

  /** Right after a start the loop that takes up unfinished responses may have been faster. */
  const outcomeNow = async (id: string): Promise<Outcome | undefined> => {
    const response = await store.response(id);
    return response && (outcomeOf(response) ?? (await finish(response)));
  };

  const finish = async (response: Response): Promise<Outcome | undefined> => {
    const desk = desks.get(response.pce);
    const action = actions.find(({ id }) => id === response.action);
    if (desk === undefined || action === undefined) return undefined;
    const why = await deps.held();
    if (why !== undefined) return { state: 'blocked', why };
    const context = (workload: Workload): Promise<ActionContext> =>
      contextFor(workload, desk, deps, response);
    const outcome = await carryOut(response, action, desk, { ...deps, context });
    await desk.touchHost(response.target.href);
    return outcome;
  };

  /** Goes on with a response, unless while this waited for its turn somebody else has. */
  const takeUp = async (id: string): Promise<void> => {
    const response = await store.response(id);
    if (response === undefined || !isRunnable(response)) return;
    const outcome = await finish(response);
    log.info({ response: id, state: outcome?.state }, 'took up a response');
    await payFor(id);
  };

  /** Its form may be gone by now, and the audit log is nobody's answer. */
  const payFor = async (id: string): Promise<void> => {
    const ended = await store.response(id);
    if (ended !== undefined) await telling.pay(ended);
  };

  return {
    open: forms.open,
    explain: (question) => explain(question, deps),
    submit,
    decide: async (verdict, pressed) => {
      await approvals.decide(verdict, pressed);
      await tend();
    },
    review: async (verdict, pressed) => {
      await timeBox.decide(verdict, pressed);
      await tend();
    },
    async keepAsIs(host, pressed) {
      await disputes.keep(host, pressed);
      await tend();
    },
    alone: {
      open: alone.open,
      submit: (submission) => {
        const { work, ...handling } = alone.submit(submission);
        return work === undefined ? handling : { ...handling, work: () => work().finally(tend) };
      },
      reviewed: async (pressed) => {
        await alone.reviewed(pressed);
        await tend();
      },
    },
    tend,
    async resume() {
      if ((await deps.held()) !== undefined) return;
      for (const row of await store.responsesUnfinished())
        if (isRunnable(row)) await oneAtATime(row.target.href, () => takeUp(row.id));
      for (const { id } of await store.responsesUntold()) await payFor(id);
    },
    watch: createPolicyWatch(deps),
    compare: (pce, events) =>
      compareOwnEvents(pce, events, {
        ...deps,
        carryOut: (response) =>
          oneAtATime(response.target.href, async () => {
            await finish(response);
            await payFor(response.id);
          }),
      }),
  };
};

/** What a form about these hosts is called. */
const titleOf = ([first, ...others]: readonly [Response, ...Response[]]): string =>
  others.length === 0 ? first.target.name : `${others.length + 1} hosts`;
