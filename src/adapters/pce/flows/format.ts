import type { Flow } from '../../../core/flow.ts';
import type { Label } from '../../../core/label.ts';
import { csvText } from './csv.ts';
import { jsonArray, jsonLines } from './json.ts';
import { BYTE, skipSpace } from './scan.ts';
import type { Text } from './text.ts';

/** What one reading of flows gave. */
export interface FlowCount {
  /** Rows handed over. */
  readonly rows: number;
  /** Rows that could not be used (definitions §6). */
  readonly rejected: number;
}

/** One of the forms that flows come in. */
export interface FlowText {
  /** Reads what it can of a window, beginning at `from`; says up to where it is done with it. Throws SyntaxError. */
  use(text: Text, from: number, end: number, last: boolean): number;
  /** Throws SyntaxError when the text is not complete. */
  finish(): FlowCount;
}

/** The form the text has, told by its first sign: an array, an object a line, or CSV. Throws SyntaxError for none and for a page. */
export const anyFormat = (
  row: (flow: Flow) => void,
  known?: (href: string) => Label | undefined,
): FlowText => {
  let chosen: FlowText | undefined;
  return {
    use(text, from, end, last) {
      if (chosen !== undefined) return chosen.use(text, from, end, last);
      const { bytes } = text;
      if (end < MARK.length && !last) return 0;
      const at = skipSpace(bytes, bytes.indexOf(MARK) === 0 ? MARK.length : 0);
      if (at >= end) return end;
      chosen = formatOf(bytes[at] as number)(row, known);
      return chosen.use(text, at, end, last);
    },
    finish() {
      if (chosen === undefined) throw new SyntaxError('an empty answer');
      return chosen.finish();
    },
  };
};

/** A byte order mark: editors on Windows write one. */
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

const formatOf = (sign: number): typeof jsonArray => {
  if (sign === BYTE.openArray) return jsonArray;
  if (sign === BYTE.openObject) return jsonLines;
  if (sign === 0x3c)
    throw new SyntaxError('a web page instead of flows (maintenance, or a proxy before the PCE)');
  return csvText;
};
