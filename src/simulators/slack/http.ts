import type { IncomingMessage, ServerResponse } from 'node:http';

/** An HTTP answer with a JSON body. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** HTTP 429 with Retry-After in whole seconds (facts/slack §3, §8). */
export const tooFast = (seconds: number, headers: Answer['headers'] = {}): Answer => ({
  status: 429,
  headers: { ...headers, 'retry-after': String(seconds) },
  body: { ok: false, error: 'ratelimited' },
});

/** Sends JSON. */
export const send = (response: ServerResponse, { status, body, headers }: Answer): void => {
  response.writeHead(status, { ...headers, 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
};

/** Sends a sentence or a file. */
export const sendBytes = (
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
): void => {
  response.writeHead(status, { 'content-type': type });
  response.end(body);
};

/** More than any upload a test makes; a larger body ends the connection. */
const MAX_BYTES = 64 * 1024 * 1024;

/** The whole body of a request. */
export const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request) {
    pieces.push(piece as Buffer);
    size += (piece as Buffer).length;
    if (size > MAX_BYTES) throw new Error(`request body exceeds ${MAX_BYTES} bytes`);
  }
  return Buffer.concat(pieces);
};

/** Whether a request comes from this machine and from no foreign web page: Host and, if sent, Origin are loopback. */
export const isFromHere = ({ host, origin }: IncomingMessage['headers']): boolean =>
  isLoopbackHost(host) &&
  (origin === undefined || (URL.canParse(origin) && isLoopbackHost(new URL(origin).host)));

/** Whether a host (with port) names this machine: others are refused, so no web page can rebind DNS onto us. */
export const isLoopbackHost = (host: string | undefined): boolean =>
  host !== undefined && /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host);
