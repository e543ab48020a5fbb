import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLedger, type Receiver } from './receiver.ts';

const SECRET = 'shared-secret-of-the-run';
/** A stamp may be so old (docs/outputs.md, The signature). */
const OLD_S = 300;

/** An HTTP receiver as docs/outputs.md tells its reader to build one: it believes nothing whose signature does not hold. */
export const openWebhook = async (): Promise<Receiver> => {
  const ledger = createLedger();
  const server = createServer(async (request, response) => {
    const body = await read(request);
    const mishap = ledger.called();
    if (!holds(request, body)) {
      ledger.reject();
      return void response.writeHead(401).end();
    }
    if (mishap === 'before') return void response.writeHead(503).end();
    const { kind, severity, title } = JSON.parse(body) as Readonly<Record<string, string>>;
    ledger.keep({
      id: String(request.headers['idempotency-key']),
      words: `${kind} ${severity} ${title}`,
    });
    if (mishap === 'after') return void request.socket.resetAndDestroy();
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"ok":true}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...ledger,
    name: 'hook',
    yaml: `{name: hook, type: webhook, url: 'http://127.0.0.1:${port}/hook', secret: ${SECRET}, allow: [127.0.0.1], timeout: 1s}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

const read = async (request: IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of request) pieces.push(piece as Buffer);
  } catch {
    return '';
  }
  return Buffer.concat(pieces).toString('utf8');
};

const holds = ({ headers }: IncomingMessage, body: string): boolean => {
  const stamp = String(headers['x-chatops-timestamp']);
  const due = createHmac('sha256', SECRET).update(`${stamp}.${body}`).digest('hex');
  return (
    headers['x-chatops-signature'] === `v1=${due}` && Math.abs(Date.now() / 1_000 - Number(stamp)) <= OLD_S
  );
};
