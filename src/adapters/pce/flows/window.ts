import { LIMITS } from '../limits.ts';
import { PREFIX_BYTES } from './span-memo.ts';
import { type Text, textOver } from './text.ts';

/** Takes text in pieces of any size and shows it in windows that begin where the last one was used up to. */
export interface Window {
  write(piece: Buffer): void;
  /** Shows the rest, for the last time. */
  end(): void;
}

/** Bytes a window has at first: they stay in the nearest cache of the processor while they are read. */
const WINDOW_BYTES = 16 * 1024;
/** Readers look this far past the end without asking, and see zeros or old bytes there. */
const SPARE_BYTES = 2 * PREFIX_BYTES;

/**
 * @param use says how many bytes of the window it is done with; the next window begins after them. A record larger than the
 *   window makes it grow; beyond `LIMITS.recordBytes` that is a SyntaxError.
 */
export const createWindow = (
  use: (text: Text, end: number, last: boolean) => number,
  windowBytes: number = WINDOW_BYTES,
): Window => {
  let text = textOver(Buffer.alloc(windowBytes + SPARE_BYTES));
  let end = 0;

  const show = (last: boolean): void => {
    text.bytes.fill(0, end, end + SPARE_BYTES);
    const used = use(text, end, last);
    text.bytes.copyWithin(0, used, end);
    end -= used;
  };
  const room = (): number => text.bytes.length - SPARE_BYTES - end;
  const makeRoom = (): void => {
    show(false);
    if (room() > 0) return;
    if (end > LIMITS.recordBytes) throw new SyntaxError(`a record longer than ${LIMITS.recordBytes} bytes`);
    const wider = Buffer.alloc(2 * (text.bytes.length - SPARE_BYTES) + SPARE_BYTES);
    text.bytes.copy(wider, 0, 0, end);
    text = textOver(wider);
  };

  return {
    write(piece) {
      for (let from = 0; from < piece.length; ) {
        if (room() === 0) makeRoom();
        const size = Math.min(room(), piece.length - from);
        piece.copy(text.bytes, end, from, from + size);
        end += size;
        from += size;
      }
    },
    end: () => show(true),
  };
};
