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
 * side, and the peer's own end is awaited. A peer that fails or hangs up before we do may not have read it and gets it again; one
 * that stays after it has taken all bytes counts as having read them.
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
      await stays(socket);
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

/** A collector that goes down hangs up by itself, within this time of what it no longer reads. */
const STAY_MS = 50;

const stays = async (socket: Socket): Promise<void> => {
  if (!socket.readableEnded && !(await hungUp(socket, STAY_MS))) return;
  throw new Error('it hung up before it can have read it');
};

/** How long a peer has to close its side before its silence counts as consent. */
const CLOSE_MS = 1_000;

const ended = async (socket: Socket): Promise<void> => {
  socket.end();
  await hungUp(socket, CLOSE_MS);
};

/** Whether the peer ends its side within that time. What it says is read and thrown away. Rejects when the connection breaks. */
const hungUp = async (socket: Socket, withinMs: number): Promise<boolean> => {
  socket.resume();
  const patience = AbortSignal.timeout(withinMs);
  try {
    await once(socket, 'end', { signal: patience });
    return true;
  } catch (error) {
    if (!patience.aborted) throw error;
    return false;
  }
};
