import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HTTPReceiver } from '@slack/bolt';
import type { Clock, Log } from '../../core/ports.ts';
import type { SlackSettings } from '../../core/settings.ts';
import { sdkLogger } from './logger.ts';
import { ENDPOINT } from './manifest.ts';
import { createGuard } from './replay.ts';

/** Payloads with a message of 50 blocks stay far below it. */
const MAX_BYTES = 1024 * 1024;

/** What Slack sends: forms, and events as JSON (facts/slack §2). Bolt would try anything else as JSON. */
const SENT_AS: readonly string[] = ['application/x-www-form-urlencoded', 'application/json'];

/** A server for Slack's requests in HTTP mode; TLS is a proxy's work in front of it. */
export interface HttpDoor {
  readonly receiver: HTTPReceiver;
  /** Binds `settings.port` on all interfaces (default 3000). Rejects when it is taken. */
  listen(): Promise<number>;
  close(): Promise<void>;
}

/**
 * Bolt's receiver behind our own check: it takes stamps of the future and exact replays, and refuses a content type with a
 * charset (facts/slack §2). The endpoint is POST /slack/events for everything.
 */
export const createHttpDoor = (settings: SlackSettings, clock: Clock, log: Log): HttpDoor => {
  const secret = settings.signingSecret ?? '';
  const guard = createGuard(secret, clock);
  const receiver = new HTTPReceiver({
    signingSecret: secret,
    // Whatever gets here was checked by the guard, with the clock that everything else goes by; Bolt would ask the machine's.
    signatureVerification: false,
    endpoints: [ENDPOINT],
    logger: sdkLogger(log),
    bodyLimit: MAX_BYTES,
    processEventErrorHandler: async ({ error, response }) => {
      log.error({ err: error }, 'request failed');
      if (!response.headersSent) response.writeHead(200).end();
      return true;
    },
  });

  const server: Server = createServer((request, response) => {
    const refuse = (status: number, why: string): void => {
      log.warn({ why, status }, 'slack request refused');
      response.writeHead(status).end();
    };
    read(request).then(
      (body) => {
        if (body === undefined) return refuse(413, 'too large');
        const why = isSslCheck(request, body) ? undefined : guard(signed(request, body));
        if (why !== undefined) return refuse(401, why);
        if (!SENT_AS.includes(typeOf(request))) return refuse(415, 'no content type Slack uses');
        hand(receiver, request, response, body);
      },
      () => response.destroy(),
    );
  });

  return {
    receiver,
    listen: async () => {
      server.listen(settings.port ?? 3_000);
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    },
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      await closed;
    },
  };
};

/** Bolt answers a request for another path by throwing. */
const hand = (
  receiver: HTTPReceiver,
  request: IncomingMessage,
  response: Parameters<HTTPReceiver['requestListener']>[1],
  body: Buffer,
): void => {
  request.headers['content-type'] = typeOf(request);
  try {
    receiver.requestListener(Object.assign(request, { rawBody: body }), response);
  } catch {
    response.writeHead(404).end();
  }
};

/** The whole body; undefined when it is too large. */
const read = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes <= MAX_BYTES) pieces.push(piece);
  }
  return bytes <= MAX_BYTES ? Buffer.concat(pieces) : undefined;
};

const signed = (request: IncomingMessage, body: Buffer) => ({
  timestamp: header(request, 'x-slack-request-timestamp'),
  signature: header(request, 'x-slack-signature'),
  body: body.toString('utf8'),
});

/** The content type without its parameters; '' when there is none. */
const typeOf = (request: IncomingMessage): string =>
  header(request, 'content-type').split(';')[0]?.trim().toLowerCase() ?? '';

const header = (request: IncomingMessage, name: string): string => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
};

/** Slack tries the certificate with unsigned `ssl_check=1`, which Bolt answers without looking at anything else. */
const isSslCheck = (request: IncomingMessage, body: Buffer): boolean =>
  header(request, 'content-type').startsWith('application/x-www-form-urlencoded') &&
  new URLSearchParams(body.toString('utf8')).get('ssl_check') === '1';
