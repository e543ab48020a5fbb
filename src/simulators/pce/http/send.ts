import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import type { Answer } from './answer.ts';

const PIECE_BYTES = 256 * 1024;
/** Smaller bodies are not worth compressing. */
const GZIP_FROM_BYTES = 1024;
const GZIP = { level: 1 };

/** Sends a whole answer; `gzip` = the client accepts it. Bodies above 256 KB are streamed. Resolves also when the client went away. */
export const send = async (answer: Answer, response: ServerResponse, gzip: boolean): Promise<void> => {
  writeHead(answer, response);
  const pieces = gather(answer.chunks ?? []);
  const first = pieces.next().value ?? Buffer.alloc(0);
  const second = pieces.next();
  if (second.done) {
    sendWhole(first, answer, response, gzip);
    return;
  }
  await stream(joined(first, second.value, pieces), answer, response, gzip).catch(() => response.destroy());
};

/** The whole body as bytes. */
export const bodyBytes = (answer: Answer): Buffer => Buffer.concat([...gather(answer.chunks ?? [])]);

/** Puts the status and the headers of an answer on the response. */
export const writeHead = (answer: Answer, response: ServerResponse): void => {
  response.statusCode = answer.status;
  if (answer.type !== undefined) response.setHeader('Content-Type', answer.type);
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
};

const sendWhole = (body: Buffer, answer: Answer, response: ServerResponse, gzip: boolean): void => {
  if (answer.status === 204) {
    response.end();
    return;
  }
  const announced = gzip && !answer.rawGzip && body.length >= GZIP_FROM_BYTES;
  if (announced) response.setHeader('Content-Encoding', 'gzip');
  const bytes = announced || answer.rawGzip ? gzipSync(body, GZIP) : body;
  response.setHeader('Content-Length', bytes.length);
  response.end(bytes);
};

const stream = async (
  pieces: Iterable<Buffer>,
  answer: Answer,
  response: ServerResponse,
  gzip: boolean,
): Promise<void> => {
  if (gzip && !answer.rawGzip) response.setHeader('Content-Encoding', 'gzip');
  const source = Readable.from(pieces, { objectMode: false });
  if (gzip || answer.rawGzip) await pipeline(source, createGzip(GZIP), response);
  else await pipeline(source, response);
};

function* gather(chunks: Iterable<string>): Generator<Buffer, undefined> {
  let parts: string[] = [];
  let size = 0;
  for (const chunk of chunks) {
    parts.push(chunk);
    size += chunk.length;
    if (size < PIECE_BYTES) continue;
    yield Buffer.from(parts.join(''));
    parts = [];
    size = 0;
  }
  if (parts.length > 0) yield Buffer.from(parts.join(''));
  return undefined;
}

function* joined(first: Buffer, second: Buffer, rest: Iterable<Buffer>): Iterable<Buffer> {
  yield first;
  yield second;
  yield* rest;
}
