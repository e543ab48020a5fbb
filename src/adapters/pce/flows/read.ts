import type { Flow } from '../../../core/flow.ts';
import type { Label } from '../../../core/label.ts';
import { inflated } from '../bytes.ts';
import { anyFormat, type FlowCount } from './format.ts';
import { createWindow } from './window.ts';

/** Read without a break; the loop is given back after each (1 MB is 2–4 ms of work). */
const BREATH_BYTES = 1024 * 1024;
const PIECE_BYTES = 64 * 1024;

/**
 * Streams the flows of a traffic download or a file: a JSON array, one object a line, or CSV; plain or gzip; told by content. One
 * call of `row` each, in order, in memory of one record. Rows that cannot be used are counted (definitions §6). Rejects with SyntaxError
 * when the text is none of these or is cut short; rows before that were handed over.
 * @param known looks labels up that carry only an href (before 22.3)
 */
export const readFlows = async (
  bytes: AsyncIterable<Buffer>,
  row: (flow: Flow) => void,
  known?: (href: string) => Label | undefined,
  windowBytes?: number,
): Promise<FlowCount> => {
  const text = anyFormat(row, known);
  const window = createWindow((piece, end, last) => text.use(piece, end, last), windowBytes);
  let sinceBreath = 0;
  for await (const piece of inflated(bytes)) {
    for (let at = 0; at < piece.length; at += PIECE_BYTES) {
      window.write(piece.subarray(at, at + PIECE_BYTES));
      sinceBreath += Math.min(PIECE_BYTES, piece.length - at);
      if (sinceBreath < BREATH_BYTES) continue;
      sinceBreath = 0;
      await new Promise(setImmediate);
    }
  }
  window.end();
  return text.finish();
};
