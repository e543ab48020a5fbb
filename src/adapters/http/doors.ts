import type { IncomingMessage } from 'node:http';
import type { IntakeAnswer, IntakeRefusal, Log } from '../../core/ports.ts';
import {
  type HttpAnswer,
  type HttpServer,
  openServer,
  pathOf,
  type ServerOptions,
  servedAt,
} from './server.ts';
import type { Check } from './signatures.ts';

/** One thing that may be called. */
export interface Door {
  readonly check: Check;
  /** Called with what was signed. @param at when, epoch ms @returns what the caller is told */
  take(body: string, at: number): Promise<IntakeAnswer>;
}

export interface DoorsDeps {
  readonly log: Log;
  refused(call: IntakeRefusal): void;
}

/** What a caller may cost. A call is a few hundred bytes from a machine: seconds are plenty, and a slow one is cut off. */
const TIMES = { headersMs: 5_000, requestMs: 10_000, checkMs: 1_000 } as const;
const LIMITS = { bytes: 65_536, connections: 64 } as const;

/**
 * The port for calls from outside. Only POST, only the paths of `doors`, bodies up to 64 KiB, ended when head and body are not there within
 * 10 s. Nothing is parsed before its signature holds. Rejects when the port is taken. @param given `times`: tests are in a hurry
 */
export const openDoors = (
  {
    times = TIMES,
    ...given
  }: Omit<ServerOptions, 'times' | 'connections'> & Partial<Pick<ServerOptions, 'times'>>,
  doors: Readonly<Record<string, Door>>,
  { log, refused }: DoorsDeps,
): Promise<HttpServer> =>
  openServer(
    { ...given, times, connections: LIMITS.connections },
    {
      async answer(request) {
        const [path, from] = [pathOf(request), request.socket.remoteAddress ?? 'unknown'];
        try {
          const answer = await answerOf(request, doors);
          if (answer === undefined) return undefined;
          if ('refusal' in answer) refused({ path, from, ...answer.refusal });
          return inJson('refusal' in answer ? refusalOf(answer.refusal) : answer);
        } catch (err) {
          log.error({ err, path }, 'a call from outside failed');
          return inJson({ status: 500, body: { status: 'failed', why: 'try again' }, retryAfterS: 30 });
        }
      },
      garbled: (from) =>
        refused({ path: '', from, status: 400, why: 'not a call: broken, too slow or too long' }),
    },
  );

type Refusal = Pick<IntakeRefusal, 'status' | 'why'>;

const answerOf = async (
  request: IncomingMessage,
  doors: Readonly<Record<string, Door>>,
): Promise<IntakeAnswer | { readonly refusal: Refusal } | undefined> => {
  const refuse = (status: number, why: string) => ({ refusal: { status, why } });
  const door = servedAt(doors, request);
  if (door === undefined) return refuse(404, 'there is nothing here');
  if (request.method !== 'POST') return refuse(405, 'POST only');
  const body = await read(request);
  if (body === undefined) return refuse(413, `longer than ${LIMITS.bytes} bytes`);
  if (body === 'broken') return undefined;
  const checked = await door.check(request.headers, body);
  if (!checked.ok) return refuse(checked.status, checked.why);
  return await door.take(body.toString('utf8'), checked.at);
};

const refusalOf = ({ status, why }: Refusal): IntakeAnswer => ({ status, body: { status: 'refused', why } });

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

const inJson = ({ status, body, retryAfterS }: IntakeAnswer): HttpAnswer => ({
  status,
  type: 'application/json; charset=utf-8',
  body: `${JSON.stringify(body)}\n`,
  headers: {
    ...(retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) }),
    ...(status === 405 ? { allow: 'POST' } : {}),
  },
});
