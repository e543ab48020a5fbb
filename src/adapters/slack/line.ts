import { type App, SocketModeReceiver } from '@slack/bolt';
import { dict, number, text } from '../../core/foreign.ts';
import type { ChatError, Clock, Log } from '../../core/ports.ts';
import type { SlackSettings } from '../../core/settings.ts';
import { aborted } from './aborted.ts';
import { parse } from './answer.ts';
import { clientOptions } from './client.ts';
import { sdkLogger } from './logger.ts';
import { sdkError } from './sdk-errors.ts';
import { createWire, type Wire } from './wire.ts';

/** Times of one Socket Mode connection, in ms. */
export interface LineTimes {
  /** From dialling until Slack says hello. */
  readonly helloMs: number;
  /** Without a pong for so long a connection is dead; found within twice that. Slack's 5 s make false alarms (facts/slack §9). */
  readonly pongMs: number;
  /** For a clean goodbye before the socket is cut. */
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
 * One connection from dialling to its end; never rejects. A fresh receiver each time and no reconnecting of the SDK's own:
 * 3.1 waits 5 s at each refresh, and its failed reconnects are rejections nobody catches (facts/slack §2).
 */
export const connect = async (
  deps: { readonly settings: SlackSettings; readonly app: App; readonly clock: Clock; readonly log: Log },
  times: LineTimes,
  on: {
    readonly up: () => void;
    /** Slack's hello said how many connections the app has, this one included. */
    readonly crowd: (connections: number) => void;
  },
  signal: AbortSignal,
): Promise<Ended> => {
  const { clock } = deps;
  const wire = createWire();
  const { client } = createReceiver(deps, wire, times.pongMs);
  survive(client, deps.log);
  wire.takeTurns(client);
  const ended = new AbortController();
  let upAt: number | undefined;
  let reason = 'dropped';
  let error: ChatError | undefined;
  const end = (why?: string): void => {
    if (ended.signal.aborted) return;
    reason = why ?? reason;
    ended.abort();
  };

  client.on('ws_message', (data: unknown) => {
    const goodbye = goodbyeOf(data);
    if (goodbye !== undefined) return end(goodbye);
    const connections = helloOf(data);
    if (connections !== undefined && !ended.signal.aborted) on.crowd(connections);
  });
  client.on('connected', () => {
    if (ended.signal.aborted) return;
    upAt = clock.mono();
    on.up();
  });
  client.on('disconnected', () => end());
  // disconnect() while the URL is still awaited has no effect on the socket that is then opened (SDK 3.1).
  client.on('connecting', () => {
    if (ended.signal.aborted) queueMicrotask(() => void client.disconnect());
  });
  signal.addEventListener('abort', () => end('stopping'), { once: true, signal: ended.signal });

  client.start().catch((cause: unknown) => {
    // Undefined when the socket closed before hello: said by 'disconnected'.
    if (cause !== undefined) error = sdkError(cause, true);
    end(error?.slack);
  });
  void clock.sleep(times.helloMs, ended.signal).then(() => {
    if (upAt === undefined) end('no_hello');
  });
  if (signal.aborted) end('stopping');
  await aborted(ended.signal);

  const closing = hangUp(client, wire, clock, times.closeMs);
  if (signal.aborted) await closing;
  const upMs = upAt === undefined ? undefined : clock.mono() - upAt;
  return error === undefined ? { upMs, reason } : { upMs, reason, error };
};

const createReceiver = (
  { settings, app, log }: { readonly settings: SlackSettings; readonly app: App; readonly log: Log },
  { dispatcher }: Wire,
  pongMs: number,
): SocketModeReceiver => {
  const receiver = new SocketModeReceiver({
    appToken: settings.appToken ?? '',
    dispatcher,
    logger: sdkLogger(log),
    autoReconnectEnabled: false,
    clientPingTimeout: pongMs,
    // The receiver has no clientOptions of its own, it takes the installer's (facts/slack §1).
    installerOptions: { clientOptions: clientOptions(settings) },
    customPropertiesExtractor: (envelope) => ({ envelope: text(dict(envelope)['envelope_id']) }),
    processEventErrorHandler: async ({ error }) => {
      log.error({ err: error }, 'envelope failed');
      return true;
    },
  });
  receiver.init(app);
  return receiver;
};

/**
 * An `app_rate_limited` envelope makes 3.1 throw inside its async message handler, which nobody catches: an event flood would end
 * the process (facts/slack §2). Slack repeats nothing that matters here, so it is logged and dropped.
 */
const survive = (client: SocketModeReceiver['client'], log: Log): void => {
  const handlers = client.listeners('ws_message');
  client.removeAllListeners('ws_message');
  for (const handle of handlers) {
    client.on('ws_message', (...message: unknown[]) => {
      Promise.resolve(handle(...message)).catch((err: unknown) => log.warn({ err }, 'slack message dropped'));
    });
  }
};

/** The reason of a `disconnect` message; the SDK closes the socket on it but tells nobody why. */
const goodbyeOf = (data: unknown): string | undefined => {
  if (typeof data !== 'string' || !data.includes('"disconnect"')) return undefined;
  const message = dict(parse(data));
  return message['type'] === 'disconnect' ? (text(message['reason']) ?? 'disconnect') : undefined;
};

/** `num_connections` of a hello: all of the app's, whoever opened them (facts/slack §2). */
const helloOf = (data: unknown): number | undefined => {
  if (typeof data !== 'string' || !data.includes('"hello"')) return undefined;
  const message = dict(parse(data));
  return message['type'] === 'hello' ? number(message['num_connections']) : undefined;
};

/** Says goodbye; a socket whose peer does not answer is cut, and a second disconnect() lets the SDK forget it, instead of after its 30 s. */
const hangUp = async (
  client: SocketModeReceiver['client'],
  wire: Wire,
  clock: Clock,
  closeMs: number,
): Promise<void> => {
  const gone = new AbortController();
  void client.disconnect().then(() => gone.abort());
  await clock.sleep(closeMs, gone.signal);
  if (!gone.signal.aborted) void client.disconnect();
  wire.cut();
};
