import { once } from 'node:events';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { IntakeAnswer, IntakeRefusal, Log } from '../../core/ports.ts';
import type { Check } from './signatures.ts';

/** One thing that may be called. */
export interface Door {
  readonly check: Check;
  /** Called with what was signed. @param at when, epoch ms @returns what the caller is told */
  take(body: string, at: number): Promise<IntakeAnswer>;
}

export interface IntakeServer {
  readonly port: number;
  /** Ends all connections. */
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  /** PEM texts; without them plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** How long head and whole call may take. Tests are in a hurry. */
  readonly times?: { readonly [K in keyof typeof TIMES]: number };
}

/** What a caller may cost. A call is a few hundred bytes from a machine: seconds are plenty, and a slow one is cut off. */
const TIMES = { headersMs: 5_000, requestMs: 10_000, checkMs: 1_000 } as const;
const LIMITS = { bytes: 65_536, connections: 64 } as const;

/**
 * The port for calls from outside. Only POST, only the paths of `doors`, bodies up to 64 KiB; each connection serves one call, and is ended when
 * head and body are not there within 10 s. Nothing is parsed before its signature holds. Rejects when the port is taken.
 */
export const openIntake = async (
  { host, port, tls, times = TIMES }: ServerOptions,
  doors: Readonly<Record<string, Door>>,
  { log, refused }: { readonly log: Log; refused(call: IntakeRefusal): void },
): Promise<IntakeServer> => {
  const timing = {
    headersTimeout: times.headersMs,
    requestTimeout: times.requestMs,
    connectionsCheckingInterval: times.checkMs,
    maxHeaderSize: 8_192,
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const refuse = (status: number, why: string): void => {
      refused({ path: pathOf(request), from: request.socket.remoteAddress ?? 'unknown', status, why });
      send(response, { status, body: { status: 'refused', why } });
    };
    serve(request, doors, refuse).then(
      (answer) => {
        if (answer !== undefined) send(response, answer);
      },
      (err: unknown) => {
        log.error({ err, path: pathOf(request) }, 'a call from outside failed');
        send(response, { status: 500, body: { status: 'failed', why: 'try again' }, retryAfterS: 30 });
      },
    );
  };
  const server =
    tls === undefined
      ? createHttp(timing, listener)
      : createHttps({ ...timing, ...tls, minVersion: 'TLSv1.2' }, listener);
  server.maxConnections = LIMITS.connections;
  // What does not even speak HTTP: answered with nothing that could help it.
  server.on('clientError', (_, socket) => {
    refused({
      path: '',
      from: addressOf(socket),
      status: 400,
      why: 'not a call: broken, too slow or too long',
    });
    socket.destroy();
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

const serve = async (
  request: IncomingMessage,
  doors: Readonly<Record<string, Door>>,
  refuse: (status: number, why: string) => void,
): Promise<IntakeAnswer | undefined> => {
  const path = pathOf(request);
  const door = Object.hasOwn(doors, path) ? doors[path] : undefined;
  if (door === undefined) return void refuse(404, 'there is nothing here');
  if (request.method !== 'POST') return void refuse(405, 'POST only');
  const body = await read(request);
  if (body === undefined) return void refuse(413, `longer than ${LIMITS.bytes} bytes`);
  if (body === 'broken') return undefined;
  const checked = door.check(request.headers, body);
  if (!checked.ok) return void refuse(checked.status, checked.why);
  return await door.take(body.toString('utf8'), checked.at);
};

const pathOf = ({ url = '' }: IncomingMessage): string => (url.split('?', 1)[0] ?? '').slice(0, 100);

const addressOf = (socket: object): string =>
  'remoteAddress' in socket && typeof socket.remoteAddress === 'string' ? socket.remoteAddress : 'unknown';

/** The whole body; undefined as soon as it is too long; `broken` when the caller went away. */
const read = async (request: IncomingMessage): Promise<Buffer | 'broken' | undefined> => {
  if (Number(request.headers['content-length'] ?? 0) > LIMITS.bytes) return undefined;
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > LIMITS.bytes) return undefined;
      pieces.push(piece);
    }
  } catch {
    return 'broken';
  }
  return Buffer.concat(pieces);
};

const send = (response: ServerResponse, { status, body, retryAfterS }: IntakeAnswer): void => {
  if (response.headersSent || response.destroyed) return;
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    connection: 'close',
    ...(retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) }),
    ...(status === 405 ? { allow: 'POST' } : {}),
  });
  response.end(text);
};
