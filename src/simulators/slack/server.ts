import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { callApi } from './api.ts';
import { parseArgs } from './args.ts';
import type { Control } from './control/index.ts';
import { controlRoute } from './control/routes.ts';
import { applies } from './faults.ts';
import { mimeType, receiveUpload } from './files.ts';
import { type Answer, isFromHere, readBody, send, sendBytes } from './http.ts';
import type { Method } from './methods/method.ts';
import { servePage } from './page.ts';
import { useResponseUrl } from './responses.ts';
import type { Sim } from './sim.ts';
import type { Hub } from './socket.ts';
import { spoil } from './spoil.ts';

/** The HTTP side: `/api/…`, `/upload/…`, `/response/…`, `/files/…`, `/_sim/…`, the page; and the upgrade to sockets. */
export const createSlackServer = (sim: Sim, hub: Hub, control: Control): Server => {
  const connectionsOpen: Method = {
    token: 'app',
    scopes: [],
    tier: 'T3',
    run: () => ({ url: hub.openUrl() }),
  };
  const extra = { 'apps.connections.open': connectionsOpen };
  const server = createServer((request, response) => {
    route(sim, control, extra, request, response).catch((cause: unknown) => {
      if (response.headersSent) response.destroy();
      else sendBytes(response, 500, 'text/plain', `The simulator failed: ${String(cause)}\n`);
    });
  });
  // Longer than any pause of a client: a kept connection that ends by itself would look like an injected fault.
  server.keepAliveTimeout = 120_000;
  server.on('upgrade', (request, socket, head) => {
    if (isFromHere(request.headers)) hub.upgrade(request, socket, head);
    else socket.destroy();
  });
  return server;
};

const route = async (
  sim: Sim,
  control: Control,
  extra: Readonly<Record<string, Method>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  if (!isFromHere(request.headers)) return sendBytes(response, 403, 'text/plain', 'Only for this machine.\n');
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const contentType = request.headers['content-type'] ?? '';
  const [, area = '', name = ''] = url.pathname.split('/');
  const body = await readBody(request);
  switch (area) {
    case 'api': {
      const { authorization } = request.headers;
      const { answer, fault } = callApi(
        sim,
        { method: name, authorization, contentType, query: url.searchParams, body },
        extra,
      );
      return fault === undefined ? send(response, answer) : spoil(response, fault, answer, sim.clock);
    }
    case 'response': {
      const args = parseArgs(contentType === '' ? 'application/json' : contentType, body, url.searchParams);
      return faulty(sim, 'response_url', response, () => useResponseUrl(sim, name, args));
    }
    case 'upload': {
      const file = sim.world.files.get(name);
      if (file === undefined) return sendBytes(response, 404, 'text/plain', 'no such upload\n');
      const fault = sim.faults.take('upload', null);
      const said = fault === undefined || applies(fault) ? receiveUpload(sim, file, contentType, body) : 'OK';
      if (fault !== undefined)
        return spoil(response, fault, { status: 200, headers: {}, body: said }, sim.clock);
      return sendBytes(response, 200, 'text/plain', said);
    }
    case 'files': {
      const file = sim.world.files.get(name);
      if (file?.content == null) return sendBytes(response, 404, 'text/plain', 'no such file\n');
      return sendBytes(response, 200, mimeType(file), file.content);
    }
    case '_sim':
      return send(response, await controlRoute(control, request.method ?? 'GET', url, body));
    default:
      return servePage(url.pathname, response);
  }
};

const faulty = (sim: Sim, name: string, response: ServerResponse, run: () => Answer): void => {
  const fault = sim.faults.take(name, null);
  const effective = fault === undefined || applies(fault);
  const answer = effective ? run() : { status: 200, headers: {}, body: { ok: true } };
  if (fault === undefined) send(response, answer);
  else spoil(response, fault, answer, sim.clock);
};
