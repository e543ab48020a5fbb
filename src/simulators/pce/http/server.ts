import type { IncomingMessage, ServerResponse } from 'node:http';
import { isoMillis } from '../clock.ts';
import type { RequestRecord } from '../journal.ts';
import type { World } from '../world.ts';
import type { Answer } from './answer.ts';
import { Refusal, refusalAnswer } from './answer.ts';
import { send } from './send.ts';
import { spoil } from './spoil.ts';

/** One call as it came in. */
export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  readonly ip: string;
  /** Which PCE of the supercluster was asked; 0 = the first, or the only one. */
  readonly node: number;
}

/** Answers a call; never throws. */
export type Application = (call: Call) => Answer;

const CONTROL = '/_sim/';

/** The listener of node:http: /_sim goes to `control`, everything else through the faults to `api`. */
export const createListener =
  (world: World, api: Application, control: Application, node = 0) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (world.supercluster.isDown(node)) return void request.socket.destroy();
    const call = await readCall(request, node);
    world.agenda.settle();
    response.sendDate = false;
    response.setHeader('Date', new Date(world.clock.now()).toUTCString());
    const accepted = /\bgzip\b/.test(call.headers['accept-encoding'] ?? '');
    const gzip = accepted && !world.settings.quirks.plainBodies;
    if (call.url.pathname.startsWith(CONTROL)) {
      await send(control(call), response, gzip);
      return;
    }
    response.setHeader('X-Request-Id', world.random.uuid());
    response.setHeader('Cache-Control', 'no-store');
    const record = noteRequest(world, call);
    const fault = world.faults.take(call.method, call.url.pathname);
    const apply = (): Answer => api(call);
    if (fault) {
      record.status = await spoil({ fault, method: call.method, apply, response, gzip });
      return;
    }
    const answer = apply();
    record.status = answer.status;
    await send(answer, response, gzip);
  };

/** Runs `handle`; a thrown refusal becomes its answer, anything else 500. */
export const answering = (handle: () => Answer): Answer => {
  try {
    return handle();
  } catch (error) {
    if (error instanceof Refusal) return refusalAnswer(error);
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return refusalAnswer(new Refusal(500, 'internal_server_error', message));
  }
};

const readCall = async (request: IncomingMessage, node: number): Promise<Call> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: request.method ?? 'GET',
    url: new URL(request.url ?? '/', 'http://localhost'),
    headers: Object.fromEntries(headers),
    bytes: Buffer.concat(parts),
    node,
    ip: (request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
  };
};

const noteRequest = (world: World, call: Call): RequestRecord => {
  const record: RequestRecord = {
    at: isoMillis(world.clock.now()),
    method: call.method,
    path: call.url.pathname,
    query: call.url.search.slice(1),
    status: 0,
    ...(world.supercluster.members > 0 ? { node: call.node } : {}),
  };
  world.journal.request(record);
  return record;
};
