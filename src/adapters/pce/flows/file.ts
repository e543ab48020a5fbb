import { open } from 'node:fs/promises';

/** Pieces of 64 kB would take five times the processor time to fetch. */
const PIECE_BYTES = 1024 * 1024;

/**
 * The bytes of a file, in pieces that hold true only until the next one is asked for: the same two buffers are filled in turn, one
 * while the other is read. New buffers for 260 MB make the garbage collector stop everything ten times. Rejects as `open` and `read` do.
 */
export async function* fileBytes(path: string): AsyncGenerator<Buffer> {
  const file = await open(path);
  let filling = Buffer.alloc(PIECE_BYTES);
  let spare = Buffer.alloc(PIECE_BYTES);
  let coming = file.read(filling, 0, PIECE_BYTES);
  try {
    for (;;) {
      const { bytesRead } = await coming;
      if (bytesRead === 0) return;
      const filled = filling;
      [filling, spare] = [spare, filling];
      coming = file.read(filling, 0, PIECE_BYTES);
      yield filled.subarray(0, bytesRead);
    }
  } finally {
    // Whoever stops early does not care how the read ahead ends.
    await coming.catch(() => {});
    await file.close();
  }
}
