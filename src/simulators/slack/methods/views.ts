import { type Args, required, text } from '../args.ts';
import { LIMITS } from '../blocks/limits.ts';
import { exchangeTrigger } from '../handouts.ts';
import { refuse } from '../refusal.ts';
import type { Sim } from '../sim.ts';
import type { Json, View } from '../types.ts';
import { apiView, openView, publishHome, pushView, replaceView, stackOf } from '../views.ts';
import { userOf } from './lookup.ts';
import { type Method, viewArgument } from './method.ts';

const view = (run: Method['run']): Method => ({ token: 'bot', scopes: [], tier: 'T4', run });

/** Modals and the App Home (facts/slack §3): trigger_id once within 3 s, a stack of 3, hash_conflict. */
export const VIEWS: Readonly<Record<string, Method>> = {
  'views.open': view(({ sim, args }) => {
    const body = viewArgument(sim, args, 'modal');
    uniqueExternalId(sim, body, null);
    const trigger = exchangeTrigger(sim, required(args, 'trigger_id'));
    return { view: apiView(openView(sim, trigger.user, body)) };
  }),
  'views.push': view(({ sim, args }) => {
    const body = viewArgument(sim, args, 'modal');
    uniqueExternalId(sim, body, null);
    const trigger = exchangeTrigger(sim, required(args, 'trigger_id'));
    const below = sim.world.views.get(trigger.fromView ?? '') ?? refuse('not_found');
    if (stackOf(sim, trigger.user).length >= LIMITS.viewStack) refuse('push_limit_reached');
    return { view: apiView(pushView(sim, below, body)) };
  }),
  'views.update': view(({ sim, args }) => {
    const known = findView(sim, args);
    const body = viewArgument(sim, args, known.type);
    uniqueExternalId(sim, body, known.id);
    sameHash(args, known);
    return { view: apiView(replaceView(sim, known, body)) };
  }),
  'views.publish': view(({ sim, args }) => {
    const user = userOf(sim, { user_id: required(args, 'user_id') }, 'user_id');
    const body = viewArgument(sim, args, 'home');
    const known = sim.world.homes.get(user.id);
    uniqueExternalId(sim, body, known?.id ?? null);
    if (known !== undefined) sameHash(args, known);
    return { view: apiView(publishHome(sim, user.id, body)) };
  }),
};

const allViews = (sim: Sim): View[] => [...sim.world.views.values(), ...sim.world.homes.values()];

const findView = (sim: Sim, args: Args): View => {
  const { view_id: id, external_id: externalId } = args;
  const known = allViews(sim).find(
    (one) => one.id === id || (externalId !== undefined && one.body['external_id'] === externalId),
  );
  return known ?? refuse('not_found');
};

const sameHash = (args: Args, known: View): void => {
  const hash = text(args, 'hash');
  if (hash !== undefined && hash !== known.hash) refuse('hash_conflict');
};

const uniqueExternalId = (sim: Sim, body: Json, self: string | null): void => {
  const id = body['external_id'];
  if (id === undefined || id === '') return;
  if (allViews(sim).some((one) => one.id !== self && one.body['external_id'] === id))
    refuse('duplicate_external_id');
};
