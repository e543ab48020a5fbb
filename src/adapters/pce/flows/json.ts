import type { Flow } from '../../../core/flow.ts';
import type { Label } from '../../../core/label.ts';
import type { FlowText } from './format.ts';
import { createRowReader, type RowReader } from './row.ts';
import { BYTE, elementEnd, MORE, skipSpace } from './scan.ts';
import type { Text } from './text.ts';

/** Rows of a JSON array. Throws SyntaxError when the text is no array or is cut short; rows before that were handed over. */
export const jsonArray = (
  row: (flow: Flow) => void,
  known?: (href: string) => Label | undefined,
): FlowText => {
  const reader = createRowReader(known);
  let records = 0;
  let rows = 0;
  let state: 'before' | 'first' | 'next' | 'after' = 'before';

  const take = (flow: Flow | undefined): void => {
    records += 1;
    if (flow === undefined) return;
    rows += 1;
    row(flow);
  };

  return {
    use(text, from, end, last) {
      const { bytes } = text;
      let done = from;
      for (;;) {
        const at = skipSpace(bytes, done);
        if (at >= end) return end;
        if (state === 'after') throw new SyntaxError('text after the end of the array');
        if (state === 'before') {
          if (bytes[at] !== BYTE.openArray) throw new SyntaxError('not a JSON array');
          state = 'first';
          done = at + 1;
          continue;
        }
        if (state === 'first' && bytes[at] === BYTE.closeArray) {
          state = 'after';
          done = at + 1;
          continue;
        }
        const stop = element(reader, text, at, end);
        if (stop === MORE) {
          if (last) throw new SyntaxError(`cut short after ${records} records`);
          return at;
        }
        if (stop === at) throw new SyntaxError(`nothing where record ${records + 1} should be`);
        if (stop < 0) throw new SyntaxError('an array closed by a brace');
        take(reader.flow);
        state = bytes[stop] === BYTE.comma ? 'next' : 'after';
        done = stop + 1;
      }
    },
    finish() {
      if (state === 'before') throw new SyntaxError('an empty answer');
      if (state !== 'after') throw new SyntaxError(`cut short after ${records} records`);
      return { rows, rejected: records - rows };
    },
  };
};

/** Where the element at `at` ends: the comma or bracket after it. */
const element = (reader: RowReader, text: Text, at: number, end: number): number => {
  const { bytes } = text;
  if (bytes[at] === BYTE.openObject) {
    const read = reader.read(text, at, end);
    if (read === MORE) return MORE;
    if (read > 0) {
      const after = skipSpace(bytes, read);
      if (after >= end) return MORE;
      if (bytes[after] === BYTE.comma || bytes[after] === BYTE.closeArray) return after;
    }
  }
  const stop = elementEnd(bytes, at, end);
  if (stop > at) reader.parse(bytes.toString('utf8', at, stop));
  return stop;
};

/** Rows of which each is a line. A line that is no JSON costs itself alone; the last one may lack its line end. */
export const jsonLines = (
  row: (flow: Flow) => void,
  known?: (href: string) => Label | undefined,
): FlowText => {
  const reader = createRowReader(known);
  let records = 0;
  let rows = 0;
  return {
    use(text, from, end, last) {
      const { bytes } = text;
      let done = from;
      for (;;) {
        const at = skipSpace(bytes, done);
        if (at >= end) return end;
        const stop = line(reader, text, at, end, last);
        if (stop === MORE) return at;
        records += 1;
        if (reader.flow !== undefined) {
          rows += 1;
          row(reader.flow);
        }
        done = stop;
      }
    },
    finish: () => ({ rows, rejected: records - rows }),
  };
};

const line = (reader: RowReader, text: Text, at: number, end: number, last: boolean): number => {
  const { bytes } = text;
  const newline = bytes.indexOf(BYTE.newline, at);
  const ends = newline >= 0 && newline < end;
  if (!ends && !last) return MORE;
  const stop = ends ? newline : end;
  const read = bytes[at] === BYTE.openObject ? reader.read(text, at, stop) : MORE;
  if (read < 0 || skipSpace(bytes, read) < stop) reader.parse(bytes.toString('utf8', at, stop));
  return stop;
};
