import { ChatError } from '../core/ports.ts';
import { outcomeOf, type Response } from '../core/response.ts';
import type { Markup } from '../views/parts.ts';
import { announcement, notDoneLine, notice } from '../views/response.ts';
import { outcomeLines } from '../views/response-outcome.ts';
import type { RespondingDeps } from './response-desk.ts';

/**
 * Has people know what came of a response. What is owed is durable with its end (`untold`), and is paid when it stands in Slack: a kill in
 * between costs a second look at Slack, never the answer.
 */
export interface Telling {
  /** Whoever asked waits before a form for what comes of these: nobody else tells him meanwhile. @returns ends that */
  answering(ids: readonly string[]): () => void;
  /** The one who asked has read what came of it; what all are to read is announced. */
  answered(response: Response): Promise<void>;
  /** Says to the one who asked, alone, what came of it, under what he asked for. Throws a ChatError when Slack does not take it. */
  toRequester(response: Response, lines: readonly Markup[]): Promise<void>;
  /** Pays what is owed about an ended response, unless that is under way. */
  pay(response: Response): Promise<void>;
}

type Deps = Pick<RespondingDeps, 'store' | 'chat' | 'actions' | 'desks' | 'announce' | 'log'>;

export const createTelling = ({ store, chat, actions, desks, announce, log }: Deps): Telling => {
  const formsOpen = new Set<string>();
  /** Lines handed over and not yet seen to stand. */
  const onTheWay = new Set<string>();

  const told = async ({ id, untold }: Response): Promise<void> => {
    onTheWay.delete(id);
    if (untold === true) await store.commit([{ type: 'response-told', id }]);
  };

  const sayAloud = (response: Response): void => {
    const { id, state, batch } = response;
    const action = actions.find((one) => one.id === response.action);
    if (action === undefined || onTheWay.has(id)) return;
    onTheWay.add(id);
    // What lapsed unanswered is said together with what it was asked for with, by whoever ended it.
    const about = state === 'lapsed' ? (batch ?? id) : id;
    const line = state === 'done' ? announcement(response, action) : notDoneLine(response, action);
    announce(`${state}.${about}`, line, async () => {
      for (const row of await store.batch(about)) if (row.state === state) await told(row);
    });
  };

  const toRequester: Telling['toRequester'] = async ({ target, channel, by, action }, lines) => {
    if (channel === null) throw new ChatError('no-channel', 'it was asked for in no channel');
    const of = actions.find(({ id }) => id === action) ?? { title: action };
    await chat.ephemeral(
      { channel, user: by.user },
      { text: `${of.title} ${target.name}`, blocks: notice(of, target.name, lines).blocks },
    );
  };

  const isForAll = ({ state }: Response): boolean => state === 'done' || state === 'lapsed';

  return {
    answering(ids) {
      for (const id of ids) formsOpen.add(id);
      return () => {
        for (const id of ids) formsOpen.delete(id);
      };
    },

    async answered(response) {
      if (response.untold !== true) return;
      if (isForAll(response)) sayAloud(response);
      else await told(response);
    },

    toRequester,

    async pay(response) {
      const { id, pce, target } = response;
      if (response.untold !== true || formsOpen.has(id) || onTheWay.has(id)) return;
      // Its alerts say how it stands; a kill may have come before they were shown anew.
      await desks.get(pce)?.touchHost(target.href);
      if (isForAll(response)) return sayAloud(response);
      const action = actions.find((one) => one.id === response.action);
      const outcome = outcomeOf(response);
      if (action === undefined || outcome === undefined) return told(response);
      try {
        await toRequester(response, outcomeLines(outcome, action, response));
        await told(response);
      } catch (err) {
        if (!(err instanceof ChatError)) throw err;
        log.info({ err, response: id }, 'the one who asked cannot be told alone');
        sayAloud(response);
      }
    },
  };
};
