import { refuse } from './refusal.ts';
import type { Sim } from './sim.ts';
import type { ResponseUrl, Trigger } from './world.ts';

/** Lifetimes of what a payload carries (facts/slack §3). */
const TRIGGER_MS = 3_000;
export const RESPONSE_URL_MS = 30 * 60_000;
export const RESPONSE_URL_USES = 5;

/** A new trigger_id for this person; `fromView` when it comes from a modal, so that a view may be pushed. */
export const handOutTrigger = (sim: Sim, user: string, fromView: string | null = null): string => {
  const id = sim.ids.trigger();
  const now = sim.clock.now();
  for (const [old, { at }] of sim.world.triggers) {
    if (now - at <= 60_000) break;
    sim.world.triggers.delete(old);
  }
  sim.world.triggers.set(id, { user, at: now, fromView, used: false });
  return id;
};

/** Exchanges a trigger_id, once and within 3 s: invalid_trigger_id, expired_trigger_id, exchanged_trigger_id. */
export const exchangeTrigger = (sim: Sim, id: string): Trigger => {
  const trigger = sim.world.triggers.get(id) ?? refuse('invalid_trigger_id');
  if (trigger.used) refuse('exchanged_trigger_id');
  if (sim.clock.now() - trigger.at > TRIGGER_MS) refuse('expired_trigger_id');
  trigger.used = true;
  return trigger;
};

/** A new response_url, absolute and pointing at this simulator. */
export const handOutResponseUrl = (sim: Sim, about: Omit<ResponseUrl, 'at' | 'uses'>): string => {
  const id = sim.ids.secret();
  sim.world.responseUrls.set(id, { ...about, at: sim.clock.now(), uses: 0 });
  return `${sim.url}/response/${id}`;
};
