import { type Args, isObject, text } from '../args.ts';
import { optionsOf } from '../blocks/objects.ts';
import { elementsIn, type Placed } from '../blocks/walk.ts';
import { cannot } from '../cannot.ts';
import type { Delivery } from '../delivery.ts';
import { handOutTrigger } from '../handouts.ts';
import { apiMessage, findMessage } from '../messages.ts';
import { blockActions } from '../payloads.ts';
import { responseUrl } from '../responses.ts';
import type { Sim } from '../sim.ts';
import type { Ephemeral, Json, Message, User } from '../types.ts';
import { enter, initialState, isStateful } from '../view-state.ts';
import { apiView, blocksOf } from '../views.ts';
import { type Outcome, outcome } from './outcome.ts';
import { actor, need, openedBy } from './person.ts';

/**
 * A person presses a button or chooses in a menu: in a message (`channel`, `ts`), in something only they see (the same)
 * or in a view (`view_id`, also an App Home). `value` or `selected_option` is what they chose: an option's value, an id,
 * a date. Refused in a sentence when the element is not there. `block_id` tells twins apart.
 */
export const click = async (sim: Sim, delivery: Delivery, body: Args): Promise<Outcome> => {
  const forged = body['forged'] === true;
  const user = actor(sim, need(body, 'user'), forged);
  const place =
    text(body, 'view_id') === undefined ? inMessage(sim, user, body, forged) : inView(sim, user, body);
  const placed = findElement(place.blocks, body);
  const action = actionOf(sim, placed, body, place.offered(placed));
  place.remember(placed, action);
  const delivered = await delivery.deliver(
    'interactive',
    blockActions(user, action, place.trigger, place.where(placed, action)),
  );
  return outcome(sim, delivered, user.id, need(body, 'action_id'), { trigger_id: place.trigger });
};

/** Where the element is: its blocks, what the payload says of it, and what stays chosen there. */
interface Place {
  readonly blocks: readonly Json[];
  readonly trigger: string;
  /** What an external select there has shown so far. */
  readonly offered: (placed: Placed) => readonly Json[];
  readonly where: (placed: Placed, action: Json) => Json;
  readonly remember: (placed: Placed, action: Json) => void;
}

const inMessage = (sim: Sim, user: User, body: Args, forged: boolean): Place => {
  const channel = openedBy(sim, user, need(body, 'channel'), forged);
  const ts = need(body, 'ts');
  const ephemeral = sim.world.ephemerals.findLast(
    (one) => one.ts === ts && one.user === user.id && !one.deleted,
  );
  const message =
    ephemeral ?? findMessage(channel, ts) ?? cannot(`no message ${ts} in #${channel.name} for ${user.name}`);
  return {
    blocks: message.blocks,
    trigger: handOutTrigger(sim, user.id),
    offered: () => [],
    remember: () => undefined,
    where: (placed, action) => ({
      container: {
        type: 'message',
        message_ts: ts,
        channel_id: channel.id,
        is_ephemeral: ephemeral !== undefined,
        ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
      },
      channel: { id: channel.id, name: channel.kind === 'im' ? 'directmessage' : channel.name },
      ...(isMessage(message) ? { message: apiMessage(sim, channel, message, false) } : {}),
      state: { values: chosen(initialState(message.blocks), placed, action) },
      response_url: responseUrl(
        sim,
        { user: user.id, channel: channel.id, original: { ts, ephemeral: ephemeral !== undefined } },
        message.threadTs,
      ),
    }),
  };
};

const isMessage = (message: Message | Ephemeral): message is Message => 'botId' in message;

const inView = (sim: Sim, user: User, body: Args): Place => {
  const id = need(body, 'view_id');
  const view = sim.world.views.get(id) ?? sim.world.homes.get(user.id);
  if (view === undefined || view.id !== id || view.user !== user.id)
    return cannot(`${user.name} has no view ${id} open`);
  return {
    blocks: blocksOf(view),
    trigger: handOutTrigger(sim, user.id, view.type === 'modal' ? view.id : null),
    offered: ({ block, element }) =>
      view.offered[`${String(block['block_id'])}/${String(element['action_id'])}`] ?? [],
    remember: (placed, action) => {
      view.values = chosen(view.values, placed, action);
      sim.changes.bump();
    },
    where: () => ({ container: { type: 'view', view_id: view.id }, view: apiView(view) }),
  };
};

const findElement = (blocks: readonly Json[], body: Args): Placed => {
  const wanted = need(body, 'action_id');
  const blockId = text(body, 'block_id');
  const all = elementsIn(blocks);
  const placed = all.find(
    ({ block, element }) =>
      element['action_id'] === wanted && (blockId === undefined || block['block_id'] === blockId),
  );
  if (placed === undefined) {
    return cannot(
      `no element ${wanted} here; there are ${all.map(({ element }) => element['action_id']).join(', ') || 'none'}`,
    );
  }
  const input = placed.block['type'] === 'input' && placed.block['dispatch_action'] !== true;
  return input
    ? cannot(`${wanted} is an input without dispatch_action: its value is sent on submit`)
    : placed;
};

const actionOf = (sim: Sim, { block, element }: Placed, body: Args, offered: readonly Json[]): Json => {
  const { action_id, type } = element;
  const entered = body['selected_option'] ?? body['value'] ?? body['selected_options'];
  const base = { type, action_id, block_id: block['block_id'], action_ts: sim.ids.ts() };
  if (type === 'overflow') return { ...base, selected_option: overflowChoice(element, entered) };
  if (isStateful(element))
    return {
      ...base,
      ...enter(element, entered ?? cannot(`say which value of ${String(action_id)}`), offered),
    };
  return {
    ...base,
    text: element['text'],
    ...(element['value'] === undefined ? {} : { value: element['value'] }),
  };
};

const overflowChoice = (element: Json, entered: unknown): Json => {
  const value = isObject(entered) ? entered['value'] : entered;
  const options = optionsOf(element);
  const values = options.map((option) => String(option['value'])).join(', ');
  return (
    options.find((option) => option['value'] === value) ??
    cannot(`no option ${String(value)}; there are ${values}`)
  );
};

/** The state with what was just chosen in it; buttons and overflow menus leave none. */
const chosen = (
  values: Record<string, Record<string, Json>>,
  { block, element }: Placed,
  action: Json,
): Record<string, Record<string, Json>> => {
  if (!isStateful(element)) return values;
  const blockId = String(block['block_id']);
  const { action_id, block_id, action_ts, ...entry } = action;
  return { ...values, [blockId]: { ...values[blockId], [String(action_id)]: entry } };
};
