import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { ROWS } from './flow-rows.ts';

/**
 * A PCE that knows one traffic query, finished at once, whose rows are a file. It is not the simulator: nothing but its sending costs
 * time. It is a process of its own: what starts a child lends it the peak of its own memory.
 */
export interface Sender {
  /** Of a PCE that has the rows at hand and says how long they are. */
  readonly whole: string;
  /** The same without the length: in chunks of 64 kB. */
  readonly chunked: string;
  /** Of one that reads the file while it sends it, in chunks: by itself it takes two to three times as long. */
  readonly piped: string;
  close(): void;
}

/** @param file of `writeFlows`; it is read now */
export const startSender = async (file: string): Promise<Sender> => {
  const child = fork(fileURLToPath(import.meta.url), [file]);
  const [port] = (await once(child, 'message')) as [number];
  const origin = `http://127.0.0.1:${port}`;
  return {
    whole: `${origin}/whole`,
    chunked: `${origin}/chunked`,
    piped: `${origin}/piped`,
    close: () => void child.kill(),
  };
};

const QUERY = '/orgs/1/traffic_flows/async_queries/1';

const serve = async (file: string): Promise<number> => {
  const kept = readFileSync(file);
  const server = createServer(({ method, url = '' }, answer) => {
    answer.setHeader('content-type', 'application/json');
    if (method === 'POST') answer.writeHead(202).end(JSON.stringify({ href: QUERY, status: 'queued' }));
    else if (method === 'DELETE') answer.writeHead(204).end();
    else if (!url.endsWith('/download'))
      answer.end(JSON.stringify({ status: 'completed', matches_count: ROWS, flows_count: ROWS }));
    else if (url.startsWith('/piped')) createReadStream(file).pipe(answer);
    else {
      if (url.startsWith('/whole')) answer.setHeader('content-length', kept.length);
      send(kept, answer);
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
};

const PIECE_BYTES = 64 * 1024;

/** As fast as the network takes it. */
const send = (bytes: Buffer, answer: ServerResponse, from = 0): void => {
  for (let at = from; at < bytes.length; at += PIECE_BYTES) {
    if (answer.write(bytes.subarray(at, at + PIECE_BYTES))) continue;
    answer.once('drain', () => send(bytes, answer, at + PIECE_BYTES));
    return;
  }
  answer.end();
};

const [, started, file] = process.argv;
if (started === fileURLToPath(import.meta.url) && file !== undefined) process.send?.(await serve(file));
