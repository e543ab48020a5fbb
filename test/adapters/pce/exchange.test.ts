import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Pool } from 'undici';
import { describe, expect, it } from 'vitest';
import { connector } from '../../../src/adapters/pce/connect.ts';
import { exchange } from '../../../src/adapters/pce/exchange.ts';
import { GOOD, KEY } from './support/certificates.ts';
import { cleanUp } from './support/pce.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A server of bytes: what it sends after each request, and over what. */
const aServer = async (answer: (socket: Socket) => Promise<void> | void, tls = false): Promise<Pool> => {
  const sockets = new Set<Socket>();
  const serve = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', () => void answer(socket));
  };
  const server: Server = tls ? createTlsServer({ key: KEY, cert: GOOD }, serve) : createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { readonly port: number };
  const pool = new Pool(`${tls ? 'https' : 'http'}://127.0.0.1:${port}`, {
    connections: 1,
    connect: connector({ timeout: 5_000, ...(tls ? { ca: GOOD } : {}) }),
  });
  cleanUp(async () => {
    await pool.destroy();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return pool;
};

const never = new AbortController().signal;
const get = (pool: Pool, signal = never) => exchange(pool, { method: 'GET', path: '/' }, signal);

/** No stretch of it is like another: bytes written over would show. */
const body = Buffer.from(
  Uint32Array.from({ length: 1_000_000 }, (_, n) => Math.imul(n, 2_654_435_761)).buffer,
);

/** Sends it in pieces of a size that changes, waiting for the network as it should. */
const sendAll = async (socket: Socket, bytes: Buffer, sizes: readonly number[]): Promise<void> => {
  for (let at = 0, n = 0; at < bytes.length; n += 1) {
    const size = sizes[n % sizes.length] ?? 1;
    const more = socket.write(bytes.subarray(at, at + size));
    at += size;
    if (!more) await new Promise((resolve) => socket.once('drain', resolve));
    else if (size < 20_000) await turn();
  }
};

const plainHead = (length: number, more = ''): Buffer =>
  Buffer.from(`HTTP/1.1 200 OK\r\n${more}content-length: ${length}\r\n\r\n`);

const chunked = (bytes: Buffer, size: number): Buffer => {
  const parts: Buffer[] = [Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')];
  for (let at = 0; at < bytes.length; at += size) {
    const part = bytes.subarray(at, at + size);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
};

describe('the body of an answer', () => {
  const whole = Buffer.concat([plainHead(body.length), body]);
  it.each<[string, Buffer, readonly number[], number, boolean]>([
    ['in one go', whole, [10_000_000], 0, false],
    ['to one who takes his time', whole, [10_000_000], 7, false],
    ['in pieces of every size', whole, [70_000, 3, 16_385, 200_000, 1_000], 2, false],
    ['in small chunks', chunked(body, 5_001), [10_000_000], 3, false],
    ['in large chunks', chunked(body, 300_000), [65_536, 131_072], 1, false],
    ['over TLS', whole, [10_000_000], 0, true],
    ['over TLS, to one who takes his time', chunked(body, 65_536), [100_000, 17], 5, true],
  ])('is all there and in order: %s', async (_, sent, sizes, turns, tls) => {
    const pool = await aServer((socket) => sendAll(socket, sent, sizes), tls);
    for (const time of [1, 2]) {
      const pieces: Buffer[] = [];
      for await (const piece of (await get(pool)).body) {
        for (let n = 0; n < turns; n += 1) await turn();
        pieces.push(Buffer.from(piece));
      }
      expect(Buffer.concat(pieces).equals(body), `time ${time}`).toBe(true);
    }
  });

  it('comes after a head in many pieces, of which none is lost', async () => {
    const fields = Array.from({ length: 70 }, (_, n) => [`x-${n}`, `${n}`.repeat(80)] as const);
    const head = plainHead(body.length, fields.map(([name, value]) => `${name}: ${value}\r\n`).join(''));
    const pool = await aServer((socket) =>
      sendAll(socket, Buffer.concat([head, body]), [900, 900, 900, 900, 900, 900, 900, 900, 150_000]),
    );
    const { headers, body: bytes } = await get(pool);
    expect(fields.filter(([name, value]) => headers[name] !== value)).toEqual([]);
    let size = 0;
    for await (const piece of bytes) size += piece.length;
    expect(size).toBe(body.length);
  });

  it('waits at the sender while nobody reads', async () => {
    let written = 0;
    const pool = await aServer((socket) => {
      socket.write(plainHead(2 ** 30));
      const send = (): void => {
        while (socket.write(body)) written += body.length;
        written += body.length;
      };
      socket.on('drain', send);
      send();
    });
    const { body: bytes } = await get(pool);
    let before = -1;
    // What the network itself holds is some MB; all of it would be 1 GB.
    while (before !== written) {
      before = written;
      for (let n = 0; n < 200; n += 1) await turn();
    }
    expect(written).toBeLessThan(2 ** 26);
    await bytes.drop(0);
  });
});

describe('an answer that is not read', () => {
  it('leaves the connection to the next request when little of it is left', async () => {
    let asked = 0;
    const pool = await aServer((socket) => {
      asked += 1;
      void sendAll(socket, Buffer.concat([plainHead(50_000), body.subarray(0, 50_000)]), [10_000_000]);
    });
    await (await get(pool)).body.drop(64 * 1024);
    await (await get(pool)).body.drop(64 * 1024);
    expect(asked).toBe(2);
    expect(pool.stats.connected).toBe(1);
  });

  it('ends its connection when much of it is left, or its reader stops', async () => {
    const pool = await aServer((socket) =>
      sendAll(socket, Buffer.concat([plainHead(body.length), body]), [10_000_000]),
    );
    await (await get(pool)).body.drop(64 * 1024);
    for await (const _ of (await get(pool)).body) break;
    let size = 0;
    for await (const piece of (await get(pool)).body) size += piece.length;
    expect(size).toBe(body.length);
  });

  it.each(['before it is asked', 'before its head', 'in its middle'])(
    'is given up with the reason of the signal, %s',
    async (when) => {
      const stop = new AbortController();
      const why = new Error('enough');
      if (when === 'before it is asked') stop.abort(why);
      const pool = await aServer((socket) => {
        if (when === 'in its middle')
          socket.write(Buffer.concat([plainHead(body.length), body.subarray(0, 100)]));
        else stop.abort(why);
      });
      const read = async (): Promise<void> => {
        for await (const _ of (await get(pool, stop.signal)).body) stop.abort(why);
      };
      await expect(read()).rejects.toBe(why);
    },
  );

  it('says that it was cut short', async () => {
    const pool = await aServer((socket) => {
      socket.end(Buffer.concat([plainHead(body.length), body.subarray(0, 100_000)]));
    });
    const read = async (): Promise<void> => {
      for await (const _ of (await get(pool)).body);
    };
    await expect(read()).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
  });
});
