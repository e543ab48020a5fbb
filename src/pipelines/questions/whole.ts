import type { Flow } from '../../core/flow.ts';
import type { Label } from '../../core/label.ts';
import {
  type Inventory,
  type Pce,
  PceError,
  type PceErrorCode,
  type QueryStage,
  type TrafficAnswer,
  type TrafficQuery,
} from '../../core/ports.ts';
import { byDecision, byGroup, countsWith, isCut } from '../../core/traffic/split.ts';

export interface WholeDeps {
  readonly pce: Pick<Pce, 'flows'>;
  readonly inventory: Pick<Inventory, 'labels' | 'label'>;
  readonly watchGroups: readonly string[];
}

/** Who waits for the rows. */
export interface Reader {
  readonly signal: AbortSignal;
  stage(stage: QueryStage): void;
  /** Rows of the query that runs so far; from 0 again with each. */
  count(rows: number): void;
}

interface Part {
  readonly answer: TrafficAnswer;
  readonly rows: readonly Flow[];
}

/** Failures of one query after which another may succeed. */
const AGAIN: readonly PceErrorCode[] = ['unavailable', 'bad-answer'];
const TRIES = 2;
/** Queries by group that a question may make; with the pace of the PCE more would not end before its deadline. */
const MOST_GROUPS = 12;

/**
 * All rows of a query. What one download cannot hold is asked by decision, then by watch group; what does not fit even so is
 * `truncated`. A query that breaks off is made once more, from the start. Rejects with PceError.
 */
export const readWhole = async (query: TrafficQuery, reader: Reader, deps: WholeDeps): Promise<Part> => {
  const whole = await tried(query, reader, deps);
  if (!isCut(whole.answer)) return whole;
  const parts: Part[] = [];
  for (const one of byDecision(query)) {
    const part = query.decisions.length === 1 ? whole : await tried(one, reader, deps);
    parts.push(isCut(part.answer) ? await inGroups(one, part, reader, deps) : part);
  }
  return together(parts);
};

const tried = async (query: TrafficQuery, reader: Reader, { pce }: WholeDeps): Promise<Part> => {
  for (let tries = 1; ; tries += 1) {
    const rows: Flow[] = [];
    const take = (flow: Flow): void => {
      rows.push(flow);
      reader.count(rows.length);
    };
    try {
      return { answer: await pce.flows(query, take, reader.signal, reader.stage), rows };
    } catch (err) {
      const again = err instanceof PceError && AGAIN.includes(err.code) && !reader.signal.aborted;
      if (!again || tries === TRIES) throw err;
    }
  }
};

const inGroups = async (query: TrafficQuery, cut: Part, reader: Reader, deps: WholeDeps): Promise<Part> => {
  const { inventory, watchGroups } = deps;
  const groups = [...inventory.labels()].filter(({ key }) => watchGroups.includes(key)).slice(0, MOST_GROUPS);
  const sets = query.labels.map((set) =>
    set.flatMap((href): Label[] => [inventory.label(href) ?? []].flat()),
  );
  const parts: Part[] = [];
  for (const [at, one] of byGroup(query, groups).entries()) {
    const { answer, rows } = await tried(one, reader, deps);
    const group = groups[at];
    if (group !== undefined) parts.push({ answer, rows: rows.filter(countsWith(group, groups, sets)) });
  }
  const all = together(parts);
  // More than the part had is still better than the part; all that was matched is everything, truncated or not.
  if (all.rows.length <= cut.rows.length) return cut;
  const { matches = 0 } = cut.answer;
  return {
    rows: all.rows,
    answer: { ...all.answer, truncated: all.rows.length + all.answer.rejected < matches },
  };
};

const together = (parts: readonly Part[]): Part => {
  const rows = parts.flatMap((part) => part.rows);
  return {
    rows,
    answer: {
      rows: rows.length,
      rejected: parts.reduce((sum, { answer }) => sum + answer.rejected, 0),
      truncated: parts.some(({ answer }) => answer.truncated),
    },
  };
};
