import type { OnReadOpts, Socket } from 'node:net';
import { buildConnector } from 'undici';

/** Read from the system at once: every reading wakes the sender. Half as much and twice as much were no faster. */
const READ_BYTES = 128 * 1024;
/** One is being filled; more than the others rarely wait to be read. */
const BUFFERS = 4;
/**
 * undici keeps pieces of a head until it is complete, and a head of more than 16 kB it refuses: what is no longer than that is copied,
 * so that a head is never overwritten.
 */
const HEAD_BYTES = 16 * 1024;

/**
 * Makes connections that are read into a few buffers of their own in turn: new ones for every 64 kB take half of the time of a download,
 * and are garbage to be collected. Whoever is handed bytes of a body by such a connection must copy them before it returns.
 */
export const connector = (options: buildConnector.BuildOptions): buildConnector.connector => {
  let session: Buffer | undefined;
  return (to, connected) => {
    const reading = createReading();
    const connect = buildConnector({ ...options, ...reading.options, ...(session && { session }) });
    connect(to, (...result) => {
      const socket = result[1];
      if (socket) {
        socket.on('session', (one: Buffer) => {
          session = one;
        });
        reading.of(socket);
      }
      connected(...result);
    });
  };
};

/** What is read from one connection. */
interface Reading {
  readonly options: { readonly highWaterMark: number; readonly onread: OnReadOpts };
  of(socket: Socket): void;
}

const createReading = (): Reading => {
  /** Made when first needed: most connections never need a second. */
  const buffers: Buffer[] = [];
  let socket: Socket | undefined;
  let filling = 0;
  /** Buffers handed over since nothing waited to be read. */
  let unread = 0;
  const buffer = (): Buffer => {
    const made = buffers[filling] ?? Buffer.allocUnsafeSlow(READ_BYTES);
    buffers[filling] = made;
    return made;
  };
  const came = (size: number): boolean => {
    // Nothing was asked yet: whatever this is, it is no answer.
    if (socket === undefined) return true;
    const bytes = buffer().subarray(0, size);
    if (socket.readableLength === 0) unread = 0;
    if (size <= HEAD_BYTES || unread === BUFFERS - 1) return socket.push(Buffer.from(bytes));
    unread += 1;
    filling = (filling + 1) % BUFFERS;
    return socket.push(bytes);
  };
  return {
    options: { highWaterMark: 2 * READ_BYTES, onread: { buffer, callback: came } },
    of(one) {
      socket = one;
    },
  };
};
