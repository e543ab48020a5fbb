import { pipeline, Readable } from 'node:stream';
import { createGunzip, gunzipSync } from 'node:zlib';

/**
 * The bytes without their gzip, if they have one; each piece holds true until the next is asked for. The first two bytes decide, not a
 * header: traffic downloads may be gzip with and without a Content-Encoding (facts §7.2, UNCERTAIN), and with it still be gzip inside.
 * @param layers of gzip that are taken off at most
 */
export async function* inflated(bytes: AsyncIterable<Buffer>, layers = 2): AsyncGenerator<Buffer> {
  const pieces = bytes[Symbol.asyncIterator]();
  try {
    const head = await headOf(pieces);
    if (layers > 0 && head[0] === 0x1f && head[1] === 0x8b) {
      yield* inflated(gunzipped(joined(head, pieces)), layers - 1);
      return;
    }
    if (head.length > 0) yield head;
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value;
  } finally {
    // Not waited for: it would wait in turn for a piece that is still on its way.
    pieces.return?.().catch(() => {});
  }
}

/** The first piece, or as many as have two bytes together. */
const headOf = async (pieces: AsyncIterator<Buffer>): Promise<Buffer> => {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < 2) {
    const next = await pieces.next();
    if (next.done === true) return head;
    // A copy, unless it is enough: the piece holds true only until the next.
    head = head.length === 0 && next.value.length > 1 ? next.value : Buffer.concat([head, next.value]);
  }
  return head;
};

async function* joined(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** A short answer is inflated at once: by turns with the threads of the pool it takes longer to wait than to inflate. */
async function* gunzipped(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const pieces = bytes[Symbol.asyncIterator]();
  const head: Buffer[] = [];
  let size = 0;
  let more = true;
  while (more && size < AT_ONCE.packed) {
    const next = await pieces.next();
    more = next.done !== true;
    if (next.done !== true) head.push(Buffer.from(next.value));
    size += next.value?.length ?? 0;
  }
  const packed = Buffer.concat(head, size);
  const whole = more ? undefined : inflatedAtOnce(packed);
  if (whole === undefined) yield* streamed(joined(packed, pieces));
  else yield whole;
}

/** What takes about a millisecond. */
const AT_ONCE = { packed: 64 * 1024, inflated: 1024 * 1024 } as const;

/** undefined when it is longer than that. Throws as the stream does for what is no whole gzip. */
const inflatedAtOnce = (packed: Buffer): Buffer | undefined => {
  try {
    return gunzipSync(packed, { maxOutputLength: AT_ONCE.inflated });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw error;
  }
};

async function* streamed(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  // The error, if any, comes out of the iteration: `pipeline` destroys the last stream with it.
  pipeline(Readable.from(copies(bytes), { objectMode: false }), gunzip, () => {});
  yield* gunzip;
}

/** A stream asks ahead, and a piece may hold true only until the next is asked for. */
async function* copies(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of bytes) yield Buffer.from(piece);
}

/** The whole as UTF-8 text; rejects with SyntaxError when it is longer than `maxBytes`. */
export const textOf = async (bytes: AsyncIterable<Buffer>, maxBytes: number): Promise<string> => {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of bytes) {
    size += piece.length;
    if (size > maxBytes) throw new SyntaxError(`an answer longer than ${maxBytes} bytes`);
    pieces.push(Buffer.from(piece));
  }
  return Buffer.concat(pieces, size).toString('utf8');
};
