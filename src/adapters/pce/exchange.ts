import type { Dispatcher } from 'undici';
import { READ_BYTES } from './connect.ts';

/** An answer whose head has come. */
export interface Response {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Body;
}

/**
 * The bytes of an answer, to be read once, in pieces that hold true only until the next one is asked for. The iteration throws what the
 * connection died of, or the signal's reason. Ended early, it ends the connection.
 */
export interface Body extends AsyncIterable<Buffer> {
  /** Lets go of what was not read: up to `mostBytes` more are waited for, so that the connection can be used again. Never rejects. */
  drop(mostBytes: number): Promise<void>;
}

/**
 * Bytes that may wait for the reader; then the sender does. No less than one reading of a connection: what undici has of it when it is
 * paused goes back and comes again with the next one, so that with less there would be more every time.
 */
const AHEAD_BYTES = READ_BYTES;

/**
 * Makes one request. The body is copied into two buffers in turn, one filled while the other is read: undici's own stream takes
 * four times as long for 260 MB, and what it keeps is garbage to be collected.
 * Rejects with undici's errors, or the reason of the signal.
 */
export const exchange = (
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal: AbortSignal,
): Promise<Response> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    let controller: Dispatcher.DispatchController | undefined;
    const incoming = createIncoming();
    const abort = (): void => {
      reject(signal.reason);
      controller?.abort(signal.reason);
    };
    const over = (failure?: Error): void => {
      signal.removeEventListener('abort', abort);
      incoming.end(failure);
    };
    signal.addEventListener('abort', abort);
    dispatcher.dispatch(options, {
      onRequestStart(started) {
        controller = started;
        if (signal.aborted) started.abort(signal.reason);
      },
      onResponseStart(flow, status, headers) {
        // 1xx: the answer proper is yet to come.
        if (status >= 200) resolve({ status, headers, body: bodyOf(incoming, flow) });
      },
      onResponseData(flow, chunk) {
        if (incoming.add(chunk) >= AHEAD_BYTES) flow.pause();
      },
      onResponseEnd: () => over(),
      onResponseError(_, error) {
        over(error);
        reject(error);
      },
    });
  });

const bodyOf = (incoming: Incoming, flow: Dispatcher.DispatchController): Body => ({
  async *[Symbol.asyncIterator]() {
    try {
      while (await incoming.ready()) {
        const piece = incoming.take();
        flow.resume();
        yield piece;
      }
    } finally {
      if (!incoming.ended()) flow.abort(new Error('not read to its end'));
    }
  },
  async drop(mostBytes) {
    const taken = incoming.discard(() => flow.abort(new Error('not wanted')), mostBytes);
    flow.resume();
    await taken;
  },
});

/** Bytes between whoever brings them and whoever reads them. */
interface Incoming {
  /** Says how many bytes wait now. */
  add(chunk: Buffer): number;
  end(failure?: Error): void;
  ended(): boolean;
  /** True once there are bytes to take, false at the end; rejects when it ended by a failure. */
  ready(): Promise<boolean>;
  /** All that waits; holds true until the next `take`. */
  take(): Buffer;
  /** Resolves at the end, however it comes; calls `tooMuch` when more than `mostBytes` come before. */
  discard(tooMuch: () => void, mostBytes: number): Promise<void>;
}

const createIncoming = (): Incoming => {
  let filling = Buffer.alloc(0);
  let spare = Buffer.alloc(0);
  let filled = 0;
  let ended = false;
  let failure: Error | undefined;
  let dropped: { tooMuch: () => void; left: number } | undefined;
  let waiting: (() => void)[] = [];
  const changed = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve);
    });
  const news = (): void => {
    for (const tell of waiting) tell();
    waiting = [];
  };

  const widen = (size: number): void => {
    const wider = Buffer.allocUnsafeSlow(Math.max(size, 2 * filling.length));
    filling.copy(wider, 0, 0, filled);
    filling = wider;
  };

  return {
    add(chunk) {
      if (dropped !== undefined) {
        dropped.left -= chunk.length;
        if (dropped.left < 0) dropped.tooMuch();
        return 0;
      }
      if (filled + chunk.length > filling.length) widen(filled + chunk.length);
      chunk.copy(filling, filled);
      filled += chunk.length;
      news();
      return filled;
    },
    end(cause) {
      ended = true;
      failure = cause;
      news();
    },
    ended: () => ended,
    async ready() {
      while (filled === 0 && !ended) await changed();
      if (failure !== undefined) throw failure;
      return filled > 0;
    },
    take() {
      const piece = filling.subarray(0, filled);
      [filling, spare] = [spare, filling];
      filled = 0;
      return piece;
    },
    async discard(tooMuch, mostBytes) {
      dropped = { tooMuch, left: mostBytes };
      while (!ended) await changed();
    },
  };
};
