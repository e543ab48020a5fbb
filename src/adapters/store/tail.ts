import type { Files, OpenFile } from './files.ts';
import { codeOf } from './store-error.ts';

const LINE_END = 0x0a;
const PIECE_BYTES = 65_536;

export interface Tail {
  /** The last whole lines, newest first, without their ends; as many as were asked for until the reader stopped. */
  readonly lines: readonly string[];
  /** Where the last whole line ends. */
  readonly length: number;
  /** What stands behind it: the rest of a write that was cut. */
  readonly torn: Buffer;
}

/**
 * The end of a file of lines, read from behind, so that a log of a year opens as fast as a new one. undefined when there is no file.
 * @param enough told each line, newest first; true stops
 */
export const readTail = async (
  files: Files,
  path: string,
  enough: (line: string) => boolean,
): Promise<Tail | undefined> => {
  const file = await files.open(path, 'r').catch((error) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    return await tailOf(file, enough);
  } finally {
    await file.close();
  }
};

const tailOf = async (file: OpenFile, enough: (line: string) => boolean): Promise<Tail> => {
  const size = await file.size();
  const lines: string[] = [];
  let from = size;
  let rest: Buffer = Buffer.alloc(0); // Read and not yet cut into lines: it begins at `from`.
  let torn: Buffer | undefined;
  for (;;) {
    for (let end = rest.lastIndexOf(LINE_END); end >= 0; end = rest.lastIndexOf(LINE_END)) {
      const behind = rest.subarray(end + 1);
      rest = rest.subarray(0, end);
      if (torn === undefined) torn = behind;
      else if (taken(behind)) return { lines, length: size - torn.length, torn };
    }
    if (from === 0) break;
    const piece = await readPiece(file, Math.max(0, from - PIECE_BYTES), from);
    from -= piece.length;
    rest = Buffer.concat([piece, rest]);
  }
  if (torn === undefined) return { lines, length: 0, torn: rest };
  taken(rest);
  return { lines, length: size - torn.length, torn };

  function taken(line: Buffer): boolean {
    lines.push(line.toString());
    return enough(line.toString());
  }
};

const readPiece = async (file: OpenFile, from: number, to: number): Promise<Buffer> => {
  const bytes = Buffer.alloc(to - from);
  for (let done = 0; done < bytes.length; ) {
    const read = await file.read(bytes.subarray(done), from + done);
    if (read === 0) throw new Error('the file became shorter while it was read');
    done += read;
  }
  return bytes;
};
