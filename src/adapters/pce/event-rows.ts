import { type ParsedEvent, parseEvent } from '../../core/event.ts';
import { parseJson } from './records.ts';

/** An event out of the text of its row. One bad row costs itself, not its neighbours: `ok` is false then. */
export const parseRow = (json: string): ParsedEvent => {
  try {
    return parseEvent(parseJson(json));
  } catch {
    return parseEvent(undefined);
  }
};

/** Characters of rows that are remembered; an event has some 1,500 (facts §2.1). */
const REMEMBERED_CHARS = 1_048_576;

/** The rows of one answer, in their order. */
export interface RowReading {
  parse(json: string): ParsedEvent;
  /** The answer was read to its end: its rows are what the next one is compared with. */
  end(): void;
}

/**
 * Rows of the answer before, by their text: each poll reads the last minutes again (definitions §1), and a row that is the same sign by sign
 * is the same event.
 */
export const createRows = (): { reading(): RowReading } => {
  let before: ReadonlyMap<string, ParsedEvent> = new Map();
  return {
    reading() {
      const now = new Map<string, ParsedEvent>();
      let chars = 0;
      return {
        parse(json) {
          const parsed = before.get(json) ?? parseRow(json);
          chars += json.length;
          if (chars <= REMEMBERED_CHARS) now.set(json, parsed);
          return parsed;
        },
        end() {
          before = now;
        },
      };
    },
  };
};
