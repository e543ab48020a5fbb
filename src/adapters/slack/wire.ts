import { connect as connectPlain, isIP, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectSafely } from 'node:tls';
import { WebSocket } from 'ws';

/** Read at once: some fifteen commands. Twice and four times as much made a rush wait longer (docs/performance.md, "Ack"). */
const PIECE_BYTES = 8 * 1024;
/** As Bolt takes over HTTP (facts/slack §2); no envelope of Slack's comes near it. */
const MAX_BYTES = 4 * 1024 * 1024;

/** One WebSocket to Slack. */
export interface Wire {
  readonly socket: WebSocket;
  /** Resolves once it is written; rejects when the connection is gone. */
  send(message: unknown): Promise<void>;
}

/**
 * Dials a URL of `apps.connections.open`; throws SyntaxError for one that is none. In a rush of commands two habits of sockets make people
 * wait. libuv reads up to 32 pieces of 64 kB from one before anything else has a turn: a thousand commands were read before the second
 * was acknowledged, though the disk had long been done with it. And every message is written by itself, one system call each. So a small
 * piece is read, then others have their turn; and what is acknowledged in one turn is written together.
 */
export const dial = (url: string): Wire => {
  let tcp: Socket | undefined;
  const socket = new WebSocket(url, {
    createConnection: () => {
      tcp = open(new URL(url));
      return tcp;
    },
    perMessageDeflate: false,
    maxPayload: MAX_BYTES,
  });
  return {
    socket,
    send: (message) =>
      new Promise((resolve, reject) => {
        if (tcp !== undefined) writeTogether(tcp);
        socket.send(JSON.stringify(message), (error) => (error ? reject(error) : resolve()));
      }),
  };
};

const open = ({ protocol, hostname, port }: URL): Socket => {
  const secure = protocol === 'wss:';
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const onread: OnReadOpts = {
    buffer: Buffer.allocUnsafeSlow(PIECE_BYTES),
    callback: (size, bytes) => socket.push(Buffer.copyBytesFrom(bytes, 0, size)),
  };
  const to = { host, port: Number(port) || (secure ? 443 : 80), onread, highWaterMark: PIECE_BYTES };
  const socket: Socket = secure
    ? connectSafely({ ...to, servername: isIP(host) === 0 ? host : '' })
    : connectPlain(to);
  readInTurns(socket);
  return socket;
};

/** After each piece the loop has a turn. Whoever paused it for reasons of his own also lets it go on. */
const readInTurns = (socket: Socket): void => {
  const rest = (): void => {
    if (socket.isPaused()) return;
    socket.pause();
    setImmediate(() => socket.resume());
  };
  socket.on('data', () => process.nextTick(rest));
};

/** What is written until this tick ends goes out in one piece. */
const writeTogether = (socket: Socket): void => {
  if (socket.writableCorked > 0) return;
  socket.cork();
  process.nextTick(() => socket.uncork());
};
