import type { Args } from '../args.ts';
import { type Context, list, object } from '../blocks/check.ts';
import { LIMITS } from '../blocks/limits.ts';
import { optionGroup, optionsOf, plainOption } from '../blocks/objects.ts';
import { elementsIn, type Placed } from '../blocks/walk.ts';
import { cannot } from '../cannot.ts';
import { ackBody, type Delivery } from '../delivery.ts';
import { blockSuggestion } from '../payloads.ts';
import type { Sim } from '../sim.ts';
import type { Json } from '../types.ts';
import { blocksOf } from '../views.ts';
import { type Outcome, outcome, tellError } from './outcome.ts';
import { actor, need } from './person.ts';

/** Slack asks the app from so many characters on where an element does not say (types of @slack/types 3.2). */
const QUERY = 3;

/**
 * A person types into an external select of a view (`view_id`, `action_id`, `value`); the outcome has the `options` that the client
 * shows. It asks for none below `min_query_length`. An answer Slack would not take shows nothing, and is the person's error.
 */
export const suggest = async (sim: Sim, delivery: Delivery, body: Args): Promise<Outcome> => {
  const user = actor(sim, need(body, 'user'), false);
  const view = sim.world.views.get(need(body, 'view_id'));
  if (view === undefined || view.user !== user.id)
    return cannot(`${user.name} has no view ${String(body['view_id'])} open`);
  const placed = externalIn(blocksOf(view), need(body, 'action_id'));
  const typed = String(body['value'] ?? '');
  const { min_query_length: least = QUERY } = placed.element;
  if (typed.length < Number(least)) return { ok: true, acked: false, ms: null, options: [] };
  const delivered = await delivery.deliver('interactive', blockSuggestion(user, view, placed, typed));
  const about = `suggest ${String(placed.element['action_id'])}`;
  if (!delivered.acked) return outcome(sim, delivered, user.id, about, { options: [] });
  const answer = ackBody(delivered.payload) ?? {};
  const problems = problemsOf(answer);
  if (problems.length > 0) {
    tellError(sim, user.id, about, 'invalid_options', problems);
    return { ok: false, acked: true, ms: delivered.ms, error: 'invalid_options', problems, options: [] };
  }
  const options = optionsOf(answer);
  const place = `${String(placed.block['block_id'])}/${String(placed.element['action_id'])}`;
  view.offered[place] = [...(view.offered[place] ?? []), ...options];
  return { ok: true, acked: true, ms: delivered.ms, options };
};

const externalIn = (blocks: readonly Json[], wanted: string): Placed => {
  const placed = elementsIn(blocks).find(({ element }) => element['action_id'] === wanted);
  if (placed === undefined) return cannot(`no element ${wanted} here`);
  const { type } = placed.element;
  return String(type).endsWith('external_select') ? placed : cannot(`a ${String(type)} has its own options`);
};

/** At most 100 options, or 100 groups of them (facts/slack §3); an empty list is "No results". */
const ANSWERS = {
  options: object({ fields: { options: list(plainOption, LIMITS.selectOptions, 0) }, required: ['options'] }),
  groups: object({
    fields: { option_groups: list(optionGroup, LIMITS.optionGroups, 0) },
    required: ['option_groups'],
  }),
};

const problemsOf = (answer: Json): readonly string[] => {
  const context: Context = { surface: 'modal', problems: [], fileReady: () => false };
  ANSWERS['option_groups' in answer ? 'groups' : 'options'](answer, '', context);
  return context.problems;
};
