import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../../core/ports.ts';

export { ping } from './ping.ts';
export { openProcessFigures } from './process-figures.ts';

export interface HttpAnswer {
  readonly status: number;
  /** Default plain text. */
  readonly type?: string;
  readonly body: string;
}

/** By path, such as `/healthz`. */
export type Routes = Readonly<Record<string, () => Promise<HttpAnswer>>>;

export interface HttpServer {
  readonly port: number;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** Names this machine has for itself. A page that had its own name resolve to 127.0.0.1 still sends that name (DNS rebinding). */
const OURS = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i;
const PLAIN = 'text/plain; charset=utf-8';
const TIME_MS = 10_000;
const MOST_CONNECTIONS = 50;

/**
 * A server of a few fixed answers for probes on this machine. Only GET and HEAD, only by this machine's own names; bodies are never
 * read, and each connection serves one request. Rejects when the port is taken.
 */
export const openHttp = async (
  { port, host = '127.0.0.1' }: { readonly port: number; readonly host?: string },
  routes: Routes,
  log: Log,
): Promise<HttpServer> => {
  const server = createServer({ requestTimeout: TIME_MS, headersTimeout: TIME_MS }, (request, response) => {
    answer(request, routes).then(
      (one) => send(request, response, one),
      (err: unknown) => {
        log.error({ err, path: request.url }, 'a probe could not be answered');
        send(request, response, { status: 500, body: 'failed, see the log\n' });
      },
    );
  });
  server.maxConnections = MOST_CONNECTIONS;
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

const answer = async (
  { method, headers, url = '' }: IncomingMessage,
  routes: Routes,
): Promise<HttpAnswer> => {
  if (!OURS.test(headers.host ?? '')) return { status: 421, body: 'ask for 127.0.0.1 or localhost\n' };
  const path = url.split('?', 1)[0] ?? '';
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (route === undefined) return { status: 404, body: `${Object.keys(routes).join('\n')}\n` };
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: 'GET only\n' };
  return await route();
};

const send = (
  request: IncomingMessage,
  response: ServerResponse,
  { status, type, body }: HttpAnswer,
): void => {
  response.writeHead(status, {
    'content-type': type ?? PLAIN,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    connection: 'close',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
};
