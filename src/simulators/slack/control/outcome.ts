import type { Delivered } from '../delivery.ts';
import { addEphemeral } from '../messages.ts';
import { SLACKBOT } from '../seed.ts';
import type { Sim } from '../sim.ts';
import type { UserError } from '../types.ts';
import { remember } from '../world.ts';

/** What became of a person's act: `ok` = the app acknowledged in time. `ms` is the time to the ack. */
export interface Outcome {
  readonly ok: boolean;
  readonly acked: boolean;
  readonly ms: number | null;
  /** The payload of the ack, where Slack honours one. */
  readonly payload?: unknown;
  readonly error?: string;
  readonly [detail: string]: unknown;
}

/** The outcome of a delivery; an unacknowledged one is also what the person reads (facts/slack §2). */
export const outcome = (
  sim: Sim,
  delivered: Delivered,
  user: string,
  about: string,
  details: Record<string, unknown> = {},
): Outcome => {
  if (delivered.acked) {
    const payload = delivered.payload === undefined ? {} : { payload: delivered.payload };
    return { ok: true, acked: true, ms: delivered.ms, ...payload, ...details };
  }
  tellError(sim, user, about, delivered.error);
  return { ok: false, acked: false, ms: null, error: delivered.error, ...details };
};

/** Records what Slack's client tells a person when the app failed them. */
export const tellError = (
  sim: Sim,
  user: string,
  about: string,
  error: string,
  messages?: readonly string[],
): void => {
  const told: UserError = {
    at: sim.clock.now(),
    user,
    about,
    error,
    ...(messages === undefined ? {} : { messages }),
  };
  remember(sim.world.errors, told);
  sim.changes.bump();
};

/** A sentence only this person sees, from Slack itself. */
export const tellFromSlackbot = (sim: Sim, user: string, channel: string, text: string): void => {
  addEphemeral(sim, { user, channel, text, from: SLACKBOT, threadTs: null });
};
