import { type Args, text } from '../args.ts';
import { cannot } from '../cannot.ts';
import type { Delivery } from '../delivery.ts';
import { FAULT_KINDS, type Fault } from '../faults.ts';
import { isLoopbackHost } from '../http.ts';
import type { Sim } from '../sim.ts';
import type { Disturbance } from '../socket.ts';
import type { Json } from '../types.ts';
import { need } from './person.ts';

/** Adds a fault (faults.ts); its id. */
export const addFault = (sim: Sim, body: Args): Json => {
  const fault = { method: '*', ...body } as Args & Fault;
  if (!FAULT_KINDS.includes(fault.kind)) return cannot(`kind must be one of ${FAULT_KINDS.join(', ')}`);
  if (fault.times !== undefined && !(Number.isInteger(fault.times) && fault.times > 0))
    return cannot('times must be a whole number above 0');
  return { id: sim.faults.add(fault) };
};

/**
 * Disturbs Socket Mode: `{reason: "refresh_requested"}` (or any other) sends a disconnect with it, `{reason: "halfopen"}`
 * leaves the TCP connection open and silent, `{reason: "drop"}` ends it. `count` = the oldest so many, default all.
 */
export const disturbSockets = (delivery: Delivery, body: Args): Json => {
  const reason = need(body, 'reason');
  const what: Disturbance = reason === 'halfopen' || reason === 'drop' ? reason : { reason };
  const { count } = body;
  return { ok: true, disturbed: delivery.hub.disturb(what, typeof count === 'number' ? count : undefined) };
};

/** Switches between Socket Mode (`url: null`) and signed HTTP mode; only loopback is ever called. */
export const setRequestUrl = (sim: Sim, body: Args): Json => {
  sim.requestUrl = loopbackUrl(text(body, 'url') ?? null);
  return { ok: true, url: sim.requestUrl };
};

/** A URL the simulator may call, or null. */
export const loopbackUrl = (url: string | null): string | null => {
  if (url !== null && !(URL.canParse(url) && isLoopbackHost(new URL(url).host)))
    cannot('the request URL must be on 127.0.0.1');
  return url;
};
