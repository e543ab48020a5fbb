import { isObject } from './args.ts';
import { postSigned } from './signed.ts';
import type { Sim } from './sim.ts';
import { createHub, type Hub } from './socket.ts';
import type { Json } from './types.ts';
import { remember } from './world.ts';

export type EnvelopeType = 'events_api' | 'slash_commands' | 'interactive';

/** How the app took a payload: acknowledged within the time, or what Slack tells the person instead. */
export type Delivered =
  | { readonly acked: true; readonly ms: number; readonly payload: unknown }
  | { readonly acked: false; readonly error: 'operation_timeout' | 'dispatch_failed' };

/** Which try of an event this is, and what became of the one before; 0 is the first. */
export interface Attempt {
  readonly number: number;
  readonly after: 'operation_timeout' | 'dispatch_failed' | null;
}

const LATE_MS = 60_000;

const FIRST: Attempt = { number: 0, after: null };

/** Takes payloads to the app, over Socket Mode or signed HTTP. */
export interface Delivery {
  readonly hub: Hub;
  /** Slash commands and interactions: once, never again (facts/slack §2). */
  deliver(type: EnvelopeType, payload: Json): Promise<Delivered>;
  /** An event: again at once, after 1 min and after 5 min while nobody acknowledges. Resolves after the first try. */
  deliverEvent(payload: Json): Promise<Delivered>;
}

export const createDelivery = (sim: Sim): Delivery => {
  const waiting = new Map<string, (message: Json) => void>();
  const hub = createHub(sim, (message) => waiting.get(String(message['envelope_id']))?.(message));

  const overSocket = (type: EnvelopeType, payload: Json, attempt: Attempt, id: string): Promise<Delivered> =>
    new Promise((resolve) => {
      const sentAt = sim.clock.now();
      const accepts = acceptsPayload(type, payload);
      const onAck = (message: Json): void => {
        giveUp();
        forget();
        waiting.delete(id);
        const ms = sim.clock.now() - sentAt;
        remember(sim.world.acks, { at: sim.clock.now(), type, ms });
        resolve({ acked: true, ms, payload: accepts ? message['payload'] : undefined });
      };
      const giveUp = sim.clock.after(sim.ackMs, () => resolve({ acked: false, error: 'operation_timeout' }));
      // A late ack is still recorded, so that a test sees how late; then nobody waits for it any more.
      const forget = sim.clock.after(
        sim.ackMs + LATE_MS,
        () => waiting.get(id) === onAck && waiting.delete(id),
      );
      waiting.set(id, onAck);
      const envelope = {
        envelope_id: id,
        type,
        payload,
        accepts_response_payload: accepts,
        ...(type === 'events_api'
          ? { retry_attempt: attempt.number, retry_reason: attempt.number === 0 ? '' : 'timeout' }
          : {}),
      };
      if (hub.send(envelope)) return;
      giveUp();
      forget();
      waiting.delete(id);
      resolve({ acked: false, error: 'dispatch_failed' });
    });

  const once = async (
    type: EnvelopeType,
    payload: Json,
    attempt: Attempt,
    id: string,
  ): Promise<Delivered> => {
    if (sim.requestUrl === null) return overSocket(type, payload, attempt, id);
    const delivered = await postSigned(sim, sim.requestUrl, type, payload, attempt);
    if (delivered.acked) remember(sim.world.acks, { at: sim.clock.now(), type, ms: delivered.ms });
    return delivered;
  };

  /** The same envelope_id may come twice (facts/slack §2), so a retry keeps it. */
  const again = (payload: Json, id: string, number: number, last: Delivered): void => {
    const delay = sim.retryMs[number - 1];
    if (last.acked || delay === undefined) return;
    sim.clock.after(delay, () => {
      once('events_api', payload, { number, after: last.error }, id).then(
        (delivered) => again(payload, id, number + 1, delivered),
        () => undefined,
      );
    });
  };

  return {
    hub,
    deliver: (type, payload) => once(type, payload, FIRST, sim.ids.envelope()),
    deliverEvent: async (payload) => {
      const id = sim.ids.envelope();
      const first = await once('events_api', payload, FIRST, id);
      again(payload, id, 1, first);
      return first;
    },
  };
};

/** Slack honours a payload in the ack of commands, submissions and suggestions, never of events (facts/slack §2). */
const acceptsPayload = (type: EnvelopeType, payload: Json): boolean =>
  type === 'slash_commands' ||
  (type === 'interactive' && ['view_submission', 'block_suggestion'].includes(String(payload['type'])));

/** The fields of an ack's payload; a string is a text; null when there is none. */
export const ackBody = (payload: unknown): Json | null => {
  if (typeof payload === 'string' && payload !== '') return { text: payload };
  return isObject(payload) && Object.keys(payload).length > 0 ? payload : null;
};
