import { once } from 'node:events';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  /** Default plain text. */
  readonly type?: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpServer {
  readonly port: number;
  /** Ends all connections. */
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  /** PEM texts; without them plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** How long head and whole call may take, and how often that is looked at. */
  readonly times: { readonly headersMs: number; readonly requestMs: number; readonly checkMs: number };
  readonly connections: number;
}

export interface Serving {
  /** Undefined when the caller went away: nobody is to be answered. Never rejects. */
  answer(request: IncomingMessage): Promise<HttpAnswer | undefined>;
  /** What does not even speak HTTP, or too slowly; it is answered with nothing that could help it. @param from its address */
  garbled?(from: string): void;
}

const PLAIN = 'text/plain; charset=utf-8';

/**
 * The one way this bot answers HTTP by itself: few connections, short times, small heads, one call a connection, nothing kept by a
 * cache or guessed by a browser. Rejects when the port is taken.
 */
export const openServer = async (
  { host, port, tls, times, connections }: ServerOptions,
  { answer, garbled }: Serving,
): Promise<HttpServer> => {
  const timing = {
    headersTimeout: times.headersMs,
    requestTimeout: times.requestMs,
    connectionsCheckingInterval: times.checkMs,
    maxHeaderSize: 8_192,
  };
  const take = (request: IncomingMessage, response: ServerResponse): void =>
    void answer(request).then((one) => one !== undefined && send(request, response, one));
  const server =
    tls === undefined
      ? createHttp(timing, take)
      : createHttps({ ...timing, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: times.headersMs }, take);
  server.maxConnections = connections;
  server.on('clientError', (_, socket) => {
    garbled?.('remoteAddress' in socket ? String(socket.remoteAddress) : 'unknown');
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

/** What is served at the path that was asked for; undefined for what nobody put there. */
export const servedAt = <T>(routes: Readonly<Record<string, T>>, request: IncomingMessage): T | undefined => {
  const path = pathOf(request);
  return Object.hasOwn(routes, path) ? routes[path] : undefined;
};

/** Without what follows a `?`, and no longer than any path of ours. */
export const pathOf = ({ url = '' }: IncomingMessage): string => (url.split('?', 1)[0] ?? '').slice(0, 100);

const send = (
  request: IncomingMessage,
  response: ServerResponse,
  { status, type, body, headers }: HttpAnswer,
): void => {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'content-type': type ?? PLAIN,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    connection: 'close',
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
};
