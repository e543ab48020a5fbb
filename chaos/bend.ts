import { setTimeout as sleep } from 'node:timers/promises';
import type { Transition } from '../src/core/state.ts';
import type { Order } from './options.ts';

type Commit = (transitions: readonly Transition[]) => Promise<void>;

/** How long a bot that sends first takes to remember it: long enough for a random kill to fall into. */
const LATER_MS = 400;

/** A store's commit that remembers in the wrong order, or forgets; everything else goes through as it is. */
export const bend = (order: Order, commit: Commit): Commit => {
  switch (order) {
    case 'send-first':
      return sendFirst(commit);
    case 'remember-first':
      return rememberFirst(commit);
    case 'put-first':
      return putFirst(commit);
    case 'forget-end':
      return forgetEnd(commit);
    case 'as built':
      return commit;
    default:
      return order satisfies never;
  }
};

/** What a PUT replaces is remembered only with what came of it: whoever dies in between knows nothing of a write of his own. */
const putFirst = (commit: Commit): Commit => {
  let held: readonly Transition[] = [];
  return async (transitions) => {
    const early = transitions.filter((one) => one.type === 'response-moved' && one.to === 'writing');
    if (early.length > 0) {
      held = early;
      return;
    }
    const both = [...held, ...transitions];
    held = [];
    await commit(both);
  };
};

/** Nobody remembers until when a quarantine was asked for: its end comes, and nobody is asked. */
const forgetEnd =
  (commit: Commit): Commit =>
  (transitions) =>
    commit(
      transitions.map((one): Transition => {
        if (one.type !== 'response-requested') return one;
        const { review: _forgotten, ...response } = one.response;
        return { ...one, response };
      }),
    );

/** No intent is kept, and what was posted is remembered later: whoever dies in between posts it again. */
const sendFirst =
  (commit: Commit): Commit =>
  async (transitions) => {
    if (transitions.some(({ type }) => type === 'delivery-sent')) await sleep(LATER_MS);
    await commit(transitions.filter(({ type }) => type !== 'delivery-intent'));
  };

/** What is about to be posted counts as posted: whoever dies in between never posts it. */
const rememberFirst = (commit: Commit): Commit => {
  const told = new Set<string>();
  let count = 0;
  return async (transitions) => {
    await commit(
      transitions.flatMap((one): Transition[] => {
        if (one.type === 'delivery-intent') {
          told.add(one.key);
          count += 1;
          const ts = `${Math.floor(one.at / 1_000)}.${String(count).padStart(6, '0')}`;
          // As if the newest state stood there: an edit would find no such message, and heal what was lost.
          const revision = Number.MAX_SAFE_INTEGER;
          return [
            one,
            { type: 'delivery-sent', key: one.key, channel: one.channel, ts, at: one.at, revision },
          ];
        }
        const over =
          one.type === 'delivery-sent' || one.type === 'delivery-failed' || one.type === 'delivery-dead';
        return over && told.has(one.key) ? [] : [one];
      }),
    );
  };
};
