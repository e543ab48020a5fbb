import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { TLSSocket } from 'node:tls';
import { GOOD, KEY } from '../../test/adapters/pce/support/certificates.ts';
import { createLedger, type Receiver } from './receiver.ts';

/** A collector over TLS: each line counted in bytes (RFC 5425), its body the JSON document. @param caFile where its certificate stands */
export const openSyslog = async (caFile: string): Promise<Receiver> => {
  const ledger = createLedger();
  const server = createServer((raw) => {
    const mishap = ledger.called();
    raw.on('error', () => {});
    // Before the handshake: syslog cannot tell a collector that hangs up after it, unread, from one that has read.
    if (mishap === 'before') return void raw.destroy();
    const socket = new TLSSocket(raw, { isServer: true, cert: GOOD, key: KEY });
    socket.on('error', () => {});
    let rest = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      for (let line = first(rest); line !== undefined; line = first(rest)) {
        rest = rest.subarray(line.bytes);
        take(line.text);
        if (mishap === 'after') socket.destroy();
      }
    });
    socket.on('end', () => {
      // Bytes without a whole line: the peer died while it wrote. It owes the line again.
      rest = Buffer.alloc(0);
    });
  });
  const take = (line: string): void => {
    const body = /^<\d+>1 \S+ \S+ illumio-chatops \S+ \S+ - (\{.*\})$/.exec(line)?.[1];
    if (body === undefined) return ledger.reject();
    const { id, kind, severity, title } = JSON.parse(body) as Readonly<Record<string, string>>;
    ledger.keep({ id: String(id), words: `${kind} ${severity} ${title}` });
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...ledger,
    name: 'siem',
    yaml: `{name: siem, type: syslog, host: 127.0.0.1, port: ${port}, ca_file: ${caFile}, timeout: 1s}`,
    close: async () => void server.close(),
  };
};

/** The first counted line; undefined while it is not whole. */
const first = (bytes: Buffer): { readonly text: string; readonly bytes: number } | undefined => {
  const blank = bytes.indexOf(' ');
  const length = Number(bytes.subarray(0, Math.max(0, blank)).toString('latin1'));
  if (blank < 1 || bytes.length < blank + 1 + length) return undefined;
  return { text: bytes.toString('utf8', blank + 1, blank + 1 + length), bytes: blank + 1 + length };
};
