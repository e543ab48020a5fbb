import { type Args, isObject } from '../args.ts';
import { LIMITS } from '../blocks/limits.ts';
import type { Verdict } from '../blocks/validate.ts';
import { elementsIn } from '../blocks/walk.ts';
import { cannot } from '../cannot.ts';
import { ackBody, type Delivery } from '../delivery.ts';
import { handOutTrigger } from '../handouts.ts';
import { judge } from '../methods/method.ts';
import { viewClosed, viewSubmission } from '../payloads.ts';
import type { Sim } from '../sim.ts';
import type { Json, User, View } from '../types.ts';
import { enter, missingInputs } from '../view-state.ts';
import { blocksOf, pushView, replaceView, stackOf } from '../views.ts';
import { type Outcome, outcome, tellError } from './outcome.ts';
import { actor, need } from './person.ts';

/**
 * A person fills in and submits a modal. `values` is `{block_id: {action_id: value}}` or `{action_id: value}`, values
 * as in `enter`. Required inputs left empty are refused by the client (`missing_required`, nothing is sent).
 * The ack closes the view unless it carries a response_action (update, push, errors, clear).
 */
export const submit = async (sim: Sim, delivery: Delivery, body: Args): Promise<Outcome> => {
  const { user, view } = opened(sim, body);
  if (view.body['submit'] === undefined) return cannot(`view ${view.id} has no submit button`);
  fillIn(view, isObject(body['values']) ? body['values'] : {});
  sim.changes.bump();
  const missing = missingInputs(blocksOf(view), view.values);
  if (missing.length > 0)
    return { ok: false, acked: false, ms: null, error: 'missing_required', fields: missing };
  const trigger = handOutTrigger(sim, user.id, view.id);
  const delivered = await delivery.deliver('interactive', viewSubmission(user, view, trigger));
  const about = `submit ${String(view.body['callback_id'] ?? view.id)}`;
  if (delivered.acked) obey(sim, view, ackBody(delivered.payload), about);
  return outcome(sim, delivered, user.id, about, { trigger_id: trigger });
};

/** A person closes a modal; the app hears of it only where it asked (`notify_on_close`). */
export const closeModal = async (sim: Sim, delivery: Delivery, body: Args): Promise<Outcome> => {
  const { user, view } = opened(sim, body);
  const isCleared = view.body['clear_on_close'] === true;
  const closed = isCleared ? stackOf(sim, user.id) : [view];
  for (const one of closed) sim.world.views.delete(one.id);
  sim.changes.bump();
  const heard = closed.filter((one) => one.body['notify_on_close'] === true);
  const all = await Promise.all(
    heard.map((one) => delivery.deliver('interactive', viewClosed(user, one, isCleared))),
  );
  const last = all.at(-1) ?? { acked: true, ms: 0, payload: undefined };
  return outcome(sim, last, user.id, `close ${view.id}`, { notified: heard.length });
};

const opened = (sim: Sim, body: Args): { user: User; view: View } => {
  const user = actor(sim, need(body, 'user'), false);
  const view = sim.world.views.get(need(body, 'view_id'));
  if (view === undefined || view.user !== user.id)
    return cannot(`${user.name} has no view ${String(body['view_id'])} open`);
  const top = stackOf(sim, user.id).at(-1);
  return top === view ? { user, view } : cannot(`view ${view.id} is covered by ${top?.id}`);
};

/** Puts what was typed into the view's state, with the types of its elements. */
const fillIn = (view: View, values: Json): void => {
  const elements = elementsIn(blocksOf(view));
  const known = new Set(elements.flatMap(({ block, element }) => [block['block_id'], element['action_id']]));
  for (const name of Object.keys(values)) if (!known.has(name)) cannot(`no input ${name} in view ${view.id}`);
  for (const { block, element } of elements) {
    const blockId = String(block['block_id']);
    const actionId = String(element['action_id']);
    const value = givenFor(values, blockId, actionId);
    if (value === undefined) continue;
    view.values[blockId] = {
      ...view.values[blockId],
      [actionId]: enter(element, value, view.offered[`${blockId}/${actionId}`]),
    };
  }
};

const givenFor = (values: Json, blockId: string, actionId: string): unknown => {
  const inBlock = values[blockId];
  return isObject(inBlock) && actionId in inBlock ? inBlock[actionId] : values[actionId];
};

/** Does what the ack of a submission asks for; what Slack cannot do becomes the person's error. */
const obey = (sim: Sim, view: View, reply: Json | null, about: string): void => {
  view.errors = {};
  const action = reply?.['response_action'];
  const next = reply?.['view'];
  if (action === undefined) sim.world.views.delete(view.id);
  else if (action === 'clear') for (const one of stackOf(sim, view.user)) sim.world.views.delete(one.id);
  else {
    const trouble = showNext(sim, view, String(action), next, reply?.['errors']);
    if (trouble !== null) tellError(sim, view.user, about, trouble.error, trouble.messages);
  }
  sim.changes.bump();
};

/** Carries out update, push or errors; null when Slack could, else why not. */
const showNext = (sim: Sim, view: View, action: string, next: unknown, errors: unknown): Verdict => {
  if (action === 'errors') return showErrors(view, errors);
  if (action !== 'update' && action !== 'push') return { error: 'invalid_response_action', messages: [] };
  const verdict = judge(sim, next, 'modal');
  if (verdict !== null) return verdict;
  if (action === 'update') replaceView(sim, view, next as Json);
  else if (stackOf(sim, view.user).length >= LIMITS.viewStack)
    return { error: 'push_limit_reached', messages: [] };
  else pushView(sim, view, next as Json);
  return null;
};

/** Errors must name input blocks of the view. */
const showErrors = (view: View, errors: unknown): Verdict => {
  const inputs = blocksOf(view)
    .filter((block) => block['type'] === 'input')
    .map((block) => block['block_id']);
  const given = isObject(errors) ? Object.entries(errors) : [];
  if (given.length === 0 || given.some(([blockId]) => !inputs.includes(blockId))) {
    return { error: 'invalid_errors', messages: [`input blocks are ${inputs.join(', ') || 'none'}`] };
  }
  view.errors = Object.fromEntries(given.map(([blockId, message]) => [blockId, String(message)]));
  return null;
};
