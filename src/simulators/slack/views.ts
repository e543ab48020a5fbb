import { isObject } from './args.ts';
import { fillIds } from './blocks/fill.ts';
import { elementsIn } from './blocks/walk.ts';
import { APP } from './seed.ts';
import type { Sim } from './sim.ts';
import type { Json, View } from './types.ts';
import { initialState } from './view-state.ts';

/** A person's open modals, the one on top last. */
export const stackOf = (sim: Sim, user: string): View[] =>
  [...sim.world.views.values()].filter((view) => view.user === user);

/** The blocks of a view. */
export const blocksOf = (view: View): Json[] =>
  Array.isArray(view.body['blocks']) ? view.body['blocks'].filter(isObject) : [];

/** Shows a modal as a new stack; whatever the person had open is gone. */
export const openView = (sim: Sim, user: string, body: Json): View => {
  for (const open of stackOf(sim, user)) sim.world.views.delete(open.id);
  const id = sim.ids.next('V');
  return store(sim, { id, user, type: 'modal', root: id, previous: null, body });
};

/** Shows a modal above another one. */
export const pushView = (sim: Sim, below: View, body: Json): View =>
  store(sim, {
    id: sim.ids.next('V'),
    user: below.user,
    type: 'modal',
    root: below.root,
    previous: below.id,
    body,
  });

/** Replaces what a view shows; what was typed stays where block_id and action_id stay. */
export const replaceView = (sim: Sim, view: View, body: Json): View => {
  view.body = { ...body, blocks: fillIds(bodyBlocks(body), sim.ids) };
  const kept = view.values;
  view.values = initialState(blocksOf(view));
  for (const { block, element } of elementsIn(blocksOf(view))) {
    const blockId = String(block['block_id']);
    const actionId = String(element['action_id']);
    const typed = kept[blockId]?.[actionId];
    const now = view.values[blockId]?.[actionId];
    if (typed !== undefined && now?.['type'] === typed['type'])
      view.values[blockId] = { ...view.values[blockId], [actionId]: typed };
  }
  view.errors = {};
  view.hash = sim.ids.hash();
  sim.changes.bump();
  return view;
};

/** Publishes a person's App Home. */
export const publishHome = (sim: Sim, user: string, body: Json): View => {
  const known = sim.world.homes.get(user);
  if (known !== undefined) return replaceView(sim, known, body);
  const id = sim.ids.next('V');
  const home = create(sim, { id, user, type: 'home', root: id, previous: null, body });
  sim.world.homes.set(user, home);
  sim.changes.bump();
  return home;
};

type Fresh = Pick<View, 'id' | 'user' | 'type' | 'root' | 'previous' | 'body'>;

const store = (sim: Sim, fresh: Fresh): View => {
  const view = create(sim, fresh);
  sim.world.views.set(view.id, view);
  sim.changes.bump();
  return view;
};

const create = (sim: Sim, fresh: Fresh): View => {
  const blocks = fillIds(bodyBlocks(fresh.body), sim.ids);
  return {
    ...fresh,
    body: { ...fresh.body, blocks },
    hash: sim.ids.hash(),
    values: initialState(blocks),
    offered: {},
    errors: {},
  };
};

const bodyBlocks = (body: Json): Json[] =>
  Array.isArray(body['blocks']) ? body['blocks'].filter(isObject) : [];

/** A view as the Web API and the payloads show it (fixtures/slack/app-backend/ViewSubmissionPayload.json). */
export const apiView = (view: View): Json => ({
  id: view.id,
  team_id: APP.team,
  type: view.type,
  title: view.body['title'] ?? null,
  submit: view.body['submit'] ?? null,
  close: view.body['close'] ?? null,
  blocks: view.body['blocks'],
  private_metadata: view.body['private_metadata'] ?? '',
  callback_id: view.body['callback_id'] ?? '',
  external_id: view.body['external_id'] ?? '',
  state: { values: view.values },
  hash: view.hash,
  clear_on_close: view.body['clear_on_close'] ?? false,
  notify_on_close: view.body['notify_on_close'] ?? false,
  root_view_id: view.root,
  previous_view_id: view.previous,
  app_id: APP.app,
  app_installed_team_id: APP.team,
  bot_id: APP.bot,
});
