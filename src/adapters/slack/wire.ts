import type { OnReadOpts, Socket } from 'node:net';
import type { SocketModeReceiver } from '@slack/bolt';
import { Agent, buildConnector } from 'undici';

/** Read at once: some fifteen commands. Twice and four times as much made a rush wait longer (docs/performance.md, "Ack"). */
const PIECE_BYTES = 8 * 1024;

/** The socket under one Socket Mode connection, which the SDK keeps to itself. */
export interface Wire {
  /** For the SDK to connect with. */
  readonly dispatcher: Agent;
  /** Lets reading and answering take turns for as long as the client is connected. */
  takeTurns(client: SocketModeReceiver['client']): void;
  /** Ends the connection without a goodbye. */
  cut(): void;
}

/**
 * In a rush of commands two habits make people wait. libuv reads up to 32 pieces of 64 kB from one socket before anything else has a turn:
 * a thousand commands were read before the second was acknowledged, though the disk had long been done with it. And the SDK writes every
 * acknowledgement by itself, one system call each. So a small piece is read, then others have their turn; and what is acknowledged in one
 * turn is written together.
 */
export const createWire = (): Wire => {
  let socket: Socket | undefined;
  const onread: OnReadOpts = {
    buffer: Buffer.allocUnsafeSlow(PIECE_BYTES),
    // Before there is a socket nothing was asked: whatever this is, it is no answer.
    callback: (size, bytes) => socket?.push(Buffer.from(bytes.subarray(0, size))) ?? true,
  };
  const reading = { highWaterMark: PIECE_BYTES, onread };
  const connectTo = buildConnector({ allowH2: false, ...reading });
  return {
    dispatcher: new Agent({
      connect: (options, done) =>
        connectTo(options, (...[error, connected]) => {
          if (error !== null) return done(error, null);
          socket = connected;
          done(null, connected);
        }),
    }),
    takeTurns(client) {
      client.on('connected', () => socket && readInTurns(socket));
      client.on('outgoing_message', () => socket && writeTogether(socket));
    },
    cut: () => void socket?.destroy(),
  };
};

/** After each piece the loop has a turn. The SDK's parser pauses and resumes within the same tick: what is paused after it waits for the parser. */
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
