import type { App } from '@slack/bolt';
import { type Dict, dict, number, text } from '../../core/foreign.ts';
import type { ChatError, Clock, Log } from '../../core/ports.ts';
import { aborted } from './aborted.ts';
import { parse } from './answer.ts';
import type { Api } from './api.ts';
import { chatError } from './errors.ts';
import { dial, type Wire } from './wire.ts';

/** Times of one Socket Mode connection, in ms. */
export interface LineTimes {
  /** From dialling until Slack says hello. */
  readonly helloMs: number;
  /** Without a pong for so long a connection is dead; found within twice that. Slack's 5 s make false alarms (facts/slack §9). */
  readonly pongMs: number;
  /** Until a connection that ended is closed, and then for a clean goodbye before it is cut. */
  readonly closeMs: number;
  /** More connections than ours for so long are not ones of ours that Slack has not let go of yet. */
  readonly crowdMs: number;
}

/** How a connection ended: Slack's reason, or ours. */
export interface Ended {
  /** How long it was up; undefined when Slack never said hello. */
  readonly upMs: number | undefined;
  readonly reason: string;
  /** Set when apps.connections.open failed. */
  readonly error?: ChatError;
}

/**
 * One connection from asking for its URL to its end; never rejects. Envelopes go to the App as from a receiver of Bolt's. The protocol
 * (facts/slack §2) is spoken here because Slack's client closes at every notice for 5 s, leaves rejections that nobody catches, and takes
 * most of the time until an acknowledgement (docs/performance.md, "Ack").
 */
export const connect = async (
  deps: {
    /** The Web API with the app token. */
    readonly asApp: Api;
    readonly app: App;
    readonly clock: Clock;
    readonly log: Log;
  },
  times: LineTimes,
  on: {
    readonly up: () => void;
    /** Slack's hello said how many connections the app has, this one included. */
    readonly crowd: (connections: number) => void;
  },
  signal: AbortSignal,
): Promise<Ended> => {
  const { asApp, clock } = deps;
  const ended = new AbortController();
  let wire: Wire | undefined;
  let upAt: number | undefined;
  let reason = 'dropped';
  let error: ChatError | undefined;
  const end = (why: string): void => {
    if (ended.signal.aborted) return;
    reason = why;
    ended.abort();
  };

  const greeted = (hello: Dict, { socket }: Wire): void => {
    if (ended.signal.aborted) return;
    upAt = clock.mono();
    const connections = number(hello['num_connections']);
    if (connections !== undefined) on.crowd(connections);
    on.up();
    void silence(socket, clock, times.pongMs, ended.signal).then(() => end('no_pong'));
  };
  const speak = async (): Promise<void> => {
    const { url } = await asApp('apps.connections.open', {}, { repeatable: true });
    if (ended.signal.aborted) return;
    const line = dial(text(url) ?? '');
    wire = line;
    line.socket.on('error', (cause) => end(chatError(cause, true).slack));
    line.socket.on('close', () => end('dropped'));
    line.socket.on('message', (data) => {
      const message = dict(parse(String(data)));
      if (message['type'] === 'hello') greeted(message, line);
      else if (message['type'] === 'disconnect') end(text(message['reason']) ?? 'disconnect');
      else void deliver(message, line, deps);
    });
  };
  signal.addEventListener('abort', () => end('stopping'), { once: true, signal: ended.signal });
  speak().catch((cause: unknown) => {
    error = chatError(cause, true);
    end(error.slack);
  });
  void clock.sleep(times.helloMs, ended.signal).then(() => {
    if (upAt === undefined) end('no_hello');
  });
  if (signal.aborted) end('stopping');
  await aborted(ended.signal);

  const closing = wire === undefined ? undefined : hangUp(wire, clock, times.closeMs, signal);
  if (signal.aborted) await closing;
  const upMs = upAt === undefined ? undefined : clock.mono() - upAt;
  return error === undefined ? { upMs, reason } : { upMs, reason, error };
};

/** Hands an envelope to the App. One that fails is acknowledged all the same: Slack's repeat would fail again while a person waits. */
const deliver = async (
  message: Dict,
  wire: Wire,
  { app, log }: { readonly app: App; readonly log: Log },
): Promise<void> => {
  const envelope = text(message['envelope_id']);
  if (envelope === undefined) return log.warn({ type: message['type'] }, 'slack message without envelope');
  const ack = (payload?: unknown): Promise<void> =>
    wire.send(payload === undefined ? { envelope_id: envelope } : { envelope_id: envelope, payload });
  try {
    await app.processEvent({ body: dict(message['payload']), ack, customProperties: { envelope } });
  } catch (err) {
    log.error({ err, envelope }, 'envelope failed');
    await ack().catch((cause: unknown) => log.warn({ err: cause, envelope }, 'ack failed'));
  }
};

/** Resolves when a ping went without its pong, or with the signal. Slack's own pings are answered by the package. */
const silence = async (
  socket: Wire['socket'],
  clock: Clock,
  pongMs: number,
  signal: AbortSignal,
): Promise<void> => {
  let heard = true;
  socket.on('pong', () => {
    heard = true;
  });
  while (heard && !signal.aborted) {
    heard = false;
    socket.ping();
    await clock.sleep(pongMs, signal);
  }
};

/**
 * Says goodbye, and cuts a socket whose peer does not answer it. Before, what Slack sent on it and what is not acknowledged yet has some
 * time, unless the bot stops.
 */
const hangUp = async ({ socket }: Wire, clock: Clock, closeMs: number, stop: AbortSignal): Promise<void> => {
  if (socket.readyState === socket.CLOSED) return;
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  await clock.sleep(closeMs, AbortSignal.any([gone.signal, stop]));
  socket.close();
  await clock.sleep(closeMs, gone.signal);
  socket.terminate();
};
