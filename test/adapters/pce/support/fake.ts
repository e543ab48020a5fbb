import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cleanUp } from './pce.ts';

export interface Fake {
  readonly url: string;
  /** `GET /path` of every request, without `/api/v2`. */
  readonly requests: readonly string[];
}

/** A bare HTTP server for bytes and statuses the simulator does not send; `n` counts the requests from 1. */
export const aFake = async (
  answer: (request: IncomingMessage, response: ServerResponse, n: number) => void,
): Promise<Fake> => {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url?.replace('/api/v2', '')}`);
    answer(request, response, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
};

/** Sends one JSON value. */
export const sendJson = (
  response: ServerResponse,
  value: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
};
