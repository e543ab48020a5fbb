import { once } from 'node:events';
import { type AddressInfo, createServer as createTcp, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { inNetwork, parseNetwork } from '../../core/address.ts';
import { MOST_LINE } from '../../core/formats/syslog.ts';
import type { Log } from '../../core/ports.ts';
import { createFramer } from './framing.ts';

export interface SyslogListener {
  readonly host: string;
  readonly port: number;
  /** PEM texts; `ca` = only peers with a certificate of it. Without `tls` plain TCP. */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca: string | undefined } | undefined;
  /** Addresses and networks that may connect; empty = any. */
  readonly from: readonly string[];
}

/** What takes the lines. A promise = no more before it resolves: the peer's own buffers fill, ours do not. */
export interface LineTaker {
  hear(lines: readonly string[], broken: number): Promise<void> | undefined;
}

/** Peers at once, and how long one may say nothing: a PCE writes its health every minute. */
const LIMITS = { connections: 16, handshakeMs: 10_000, silentMs: 10 * 60_000 } as const;

export interface ListenerDeps {
  readonly log: Log;
  /** A peer that was turned away. */
  refused(peer: string, why: string): void;
}

/** Listens for one PCE's syslog stream over TCP or TLS. Rejects when the port is taken. */
export const listenSyslog = async (
  { host, port, tls, from }: SyslogListener,
  taker: LineTaker,
  { log, refused }: ListenerDeps,
): Promise<{ readonly port: number; close(): Promise<void> }> => {
  const open = new Set<Socket>();
  const take = (socket: Socket): void => {
    const peer = addressOf(socket);
    if (from.length > 0 && !from.some((one) => isWithin(peer, one))) {
      refused(peer, 'its address may not send syslog');
      return void socket.destroy();
    }
    const framer = createFramer(MOST_LINE);
    open.add(socket);
    socket.setTimeout(LIMITS.silentMs, () => socket.destroy());
    socket.on('close', () => open.delete(socket));
    socket.on('error', (err) => log.debug({ err, peer }, 'a syslog connection broke'));
    socket.on('data', (bytes: Buffer) => {
      const { lines, broken } = framer.feed(bytes);
      const full = taker.hear(lines, broken);
      if (full === undefined) return;
      socket.pause();
      void full.then(() => socket.resume());
    });
  };
  const server =
    tls === undefined
      ? createTcp(take)
      : createTls(
          {
            cert: tls.cert,
            key: tls.key,
            minVersion: 'TLSv1.2',
            handshakeTimeout: LIMITS.handshakeMs,
            ...(tls.ca === undefined ? {} : { ca: tls.ca, requestCert: true, rejectUnauthorized: true }),
          },
          take,
        );
  server.maxConnections = LIMITS.connections;
  server.on('tlsClientError', (_: Error, socket: Socket) =>
    refused(addressOf(socket), 'no TLS, or no certificate that is asked for'),
  );
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
};

const addressOf = ({ remoteAddress = 'unknown' }: Socket): string => remoteAddress.replace(/^::ffff:/, '');

const isWithin = (address: string, text: string): boolean => {
  const network = parseNetwork(text);
  return network !== undefined && inNetwork(address, network);
};
