import type { Flow } from '../../../core/flow.ts';
import type { Label } from '../../../core/label.ts';
import { inflated } from '../bytes.ts';
import { anyFormat, type FlowCount } from './format.ts';
import { createWindow } from './window.ts';

/** Read without a break; then the loop is given back. */
const BREATH_MS = 5;
/** Looked at the clock after each: a hundredth of that time, and of the first ones, not compiled yet, no more than that time. */
const PIECE_BYTES = 16 * 1024;

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
  const window = createWindow((shown, end, last) => text.use(shown, 0, end, last), windowBytes);
  let since = performance.now();
  for await (const piece of inflated(bytes)) {
    for (let at = 0; at < piece.length; at += PIECE_BYTES) {
      window.write(piece.subarray(at, at + PIECE_BYTES));
      if (performance.now() - since < BREATH_MS) continue;
      await new Promise(setImmediate);
      since = performance.now();
    }
  }
  window.end();
  return text.finish();
};
