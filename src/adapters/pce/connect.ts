import type { OnReadOpts, Socket } from 'node:net';
import { buildConnector } from 'undici';

/**
 * Read from the system at once: between two readings there is a turn of the loop and a wake-up of the sender, and undici's code runs
 * once for each, not compiled yet in the first download. With twice as much an answer in chunks takes 20 MB more (docs/performance.md, "Flows").
 */
export const READ_BYTES = 512 * 1024;
/**
 * undici keeps pieces of a head until it is complete, and a head of more than 16 kB it refuses: what is no longer than that is copied,
 * so that a head is never overwritten.
 */
const HEAD_BYTES = 16 * 1024;

/**
 * Makes connections that are read into two buffers of their own in turn: new ones for every 64 kB take half of the time of a download,
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
  /** Made when first needed: most connections never need the second. */
  const buffers: [Buffer?, Buffer?] = [];
  let socket: Socket | undefined;
  let filling: 0 | 1 = 0;
  const buffer = (): Buffer => {
    const made = buffers[filling] ?? Buffer.allocUnsafeSlow(READ_BYTES);
    buffers[filling] = made;
    return made;
  };
  const came = (size: number): boolean => {
    // Nothing was asked yet: whatever this is, it is no answer.
    if (socket === undefined) return true;
    const bytes = buffer().subarray(0, size);
    if (size <= HEAD_BYTES) return socket.push(Buffer.from(bytes));
    filling = filling === 0 ? 1 : 0;
    return socket.push(bytes);
  };
  return {
    // While a piece waits the system keeps what comes: so two buffers do, and of two that wait a stream would make one, a copy that is garbage.
    options: { highWaterMark: 1, onread: { buffer, callback: came } },
    of(one) {
      socket = one;
    },
  };
};
