import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { OutputError } from '../../core/output/failure.ts';
import { type LineFormat, lineOf } from '../../core/output/line.ts';
import type { Output } from '../../core/ports.ts';

export interface SyslogOptions {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** TLS (RFC 5425), or plain TCP where the operator says so. */
  readonly tls: boolean;
  readonly ca: string | undefined;
  readonly format: LineFormat;
  /** Of this machine and this program, for the line's header. */
  readonly self: { readonly host: string; readonly version: string };
  readonly timeoutMs: number;
}

/**
 * Sends notices as RFC 5424 lines, each counted in bytes (RFC 6587 §3.4.1). Syslog knows no acknowledgement: one connection a notice, closed from our
 * side, and the peer's own end is awaited. A peer that ends or fails before everything was written did not take it; one that
 * keeps its side open after it has taken all bytes counts as having read them.
 */
export const createSyslog = (options: SyslogOptions): Output => ({
  name: options.name,
  async send(notice) {
    const line = lineOf(notice, options.format, options.self);
    const socket = open(options);
    const timer = setTimeout(
      () => socket.destroy(new Error(`no progress within ${options.timeoutMs} ms`)),
      options.timeoutMs,
    );
    let written = false;
    try {
      await once(socket, options.tls ? 'secureConnect' : 'connect');
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.write(`${Buffer.byteLength(line)} ${line}`, (error) =>
          error === undefined || error === null ? resolve() : reject(error),
        );
      });
      written = true;
      await ended(socket);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new OutputError(`the syslog server did not take it: ${why}`, {
        again: true,
        unclear: written,
        cause,
      });
    } finally {
      clearTimeout(timer);
      socket.destroy();
    }
  },
  close: async () => {},
});

const open = ({ host, port, tls, ca }: SyslogOptions): Socket =>
  tls
    ? connectTls({ host, port, ...(ca === undefined ? {} : { ca }), minVersion: 'TLSv1.2' })
    : connectTcp({ host, port });

/** How long a peer has to close its side before its silence counts as consent. */
const CLOSE_MS = 1_000;

const ended = async (socket: Socket): Promise<void> => {
  socket.resume();
  socket.end();
  const patience = AbortSignal.timeout(CLOSE_MS);
  await once(socket, 'end', { signal: patience }).catch((error: unknown) => {
    if (!patience.aborted) throw error;
  });
};
