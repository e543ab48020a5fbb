import { type Flow, parseFlow } from '../../core/flow.ts';
import type { Label } from '../../core/label.ts';
import { inflated } from './bytes.ts';
import { cutRecords, parseJson } from './records.ts';

/** What one reading of flows gave. */
export interface FlowCount {
  /** Rows handed over. */
  readonly rows: number;
  /** Rows that could not be used (definitions §6). */
  readonly rejected: number;
}

/**
 * Streams the flows of a JSON array, gzip or not, from a traffic download or a file: one call of `row` each, in order, in
 * memory of one record. Rejects with SyntaxError when the text is no array or is cut short; rows before that were handed over.
 */
export const readFlows = async (
  bytes: AsyncIterable<Buffer>,
  row: (flow: Flow) => void,
  known?: (href: string) => Label | undefined,
): Promise<FlowCount> => {
  let rows = 0;
  const records = await cutRecords(inflated(bytes), (json) => {
    const parsed = parseFlow(parsedOr(json), known);
    if (!parsed.ok) return;
    rows += 1;
    row(parsed.flow);
  });
  return { rows, rejected: records - rows };
};

const parsedOr = (json: string): unknown => {
  try {
    return parseJson(json);
  } catch {
    return undefined;
  }
};
