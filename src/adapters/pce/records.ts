import { LIMITS } from './limits.ts';

/** Cuts a JSON array that arrives in pieces into its elements, without parsing them. */
export interface RecordCutter {
  /** Takes the next piece of the text; it is free to be reused afterwards. */
  write(piece: Buffer): void;
  /** Says that this was all. Throws SyntaxError when the array is not closed. */
  end(): void;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/**
 * A cutter that hands over the text of each element, in order. `JSON.parse` of every element accepts and gives exactly what
 * `JSON.parse` of the whole would: what the cutter does not see (a bracket closed by the wrong one) it leaves inside an element.
 * Only brackets, commas and quotes are looked at, which are single bytes in UTF-8 wherever the text is cut.
 * Throws SyntaxError where the text is no array, or an element is longer than `maxBytes`. Memory: one element.
 */
export const createRecordCutter = (
  record: (json: string) => void,
  maxBytes: number = LIMITS.recordBytes,
): RecordCutter => {
  let depth = 0;
  let closed = false;
  let inString = false;
  let escaped = false;
  let blank = true;
  let cut = 0;
  let held: Buffer[] = [];
  let heldBytes = 0;

  const hold = (piece: Buffer): void => {
    if (piece.length === 0) return;
    heldBytes += piece.length;
    if (heldBytes > maxBytes) throw new SyntaxError(`a record longer than ${maxBytes} bytes`);
    held.push(Buffer.from(piece));
  };

  const finish = (piece: Buffer, from: number, to: number): void => {
    if (blank) throw new SyntaxError(`nothing where record ${cut + 1} should be`);
    cut += 1;
    blank = true;
    if (held.length === 0) {
      record(piece.toString('utf8', from, to));
      return;
    }
    hold(piece.subarray(from, to));
    const whole = Buffer.concat(held, heldBytes);
    held = [];
    heldBytes = 0;
    record(whole.toString('utf8'));
  };

  return {
    write(piece) {
      let from = 0;
      for (let at = 0; at < piece.length; at += 1) {
        const byte = piece[at] as number;
        if (inString) {
          if (escaped) escaped = false;
          else if (byte === BACKSLASH) escaped = true;
          else if (byte === QUOTE) inString = false;
          continue;
        }
        if (isSpace(byte)) continue;
        if (depth === 0) {
          if (closed) throw new SyntaxError('text after the end of the array');
          if (byte !== OPEN_ARRAY) throw new SyntaxError('not a JSON array');
          depth = 1;
          from = at + 1;
        } else if (byte === QUOTE) {
          inString = true;
          blank = false;
        } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
          depth += 1;
          blank = false;
        } else if (depth > 1) {
          if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth -= 1;
        } else if (byte === COMMA) {
          finish(piece, from, at);
          from = at + 1;
        } else if (byte === CLOSE_ARRAY) {
          if (cut > 0 || !blank) finish(piece, from, at);
          held = [];
          depth = 0;
          closed = true;
        } else if (byte === CLOSE_OBJECT) {
          throw new SyntaxError('an array closed by a brace');
        } else {
          blank = false;
        }
      }
      if (depth > 0) hold(piece.subarray(from));
    },
    end() {
      if (!closed)
        throw new SyntaxError(
          cut === 0 && depth === 0 ? 'an empty answer' : `cut short after ${cut} records`,
        );
    },
  };
};

/** Cuts a whole stream; resolves with the number of records. Rejects with SyntaxError, or as the stream does. */
export const cutRecords = async (
  bytes: AsyncIterable<Buffer>,
  record: (json: string) => void,
): Promise<number> => {
  let records = 0;
  const cutter = createRecordCutter((json) => {
    records += 1;
    record(json);
  });
  for await (const piece of bytes) cutter.write(piece);
  cutter.end();
  return records;
};

/** `JSON.parse` whose error quotes nothing of the text: V8's own puts a piece of the body into its message. */
export const parseJson = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    throw new SyntaxError('an answer that is not JSON');
  }
};
