import type { IncomingMessage } from 'node:http';
import type { Log } from '../../core/ports.ts';
import { type HttpAnswer, type HttpServer, openServer, servedAt } from './server.ts';

/** By path, such as `/healthz`. */
export type Routes = Readonly<Record<string, () => Promise<HttpAnswer>>>;

/** Names this machine has for itself. A page that had its own name resolve to 127.0.0.1 still sends that name (DNS rebinding). */
const OURS = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i;
const TIMES = { headersMs: 10_000, requestMs: 10_000, checkMs: 1_000 } as const;
const CONNECTIONS = 50;

/**
 * A few fixed answers for probes on this machine. Only GET and HEAD, only by this machine's own names; bodies are never read.
 * Rejects when the port is taken.
 */
export const openProbes = (
  { port, host = '127.0.0.1' }: { readonly port: number; readonly host?: string },
  routes: Routes,
  log: Log,
): Promise<HttpServer> =>
  openServer(
    { host, port, times: TIMES, connections: CONNECTIONS },
    {
      async answer(request) {
        try {
          return await answerOf(request, routes);
        } catch (err) {
          log.error({ err, path: request.url }, 'a probe could not be answered');
          return { status: 500, body: 'failed, see the log\n' };
        }
      },
    },
  );

const answerOf = async (request: IncomingMessage, routes: Routes): Promise<HttpAnswer> => {
  const { method, headers } = request;
  if (!OURS.test(headers.host ?? '')) return { status: 421, body: 'ask for 127.0.0.1 or localhost\n' };
  const route = servedAt(routes, request);
  if (route === undefined) return { status: 404, body: `${Object.keys(routes).join('\n')}\n` };
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 405, body: 'GET only\n', headers: { allow: 'GET, HEAD' } };
  return await route();
};
