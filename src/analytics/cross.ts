import type { Analysis } from '../core/analysis.ts';
import { DECISIONS, type Decision, type End } from '../core/flow.ts';
import { inSlices, type Steps } from '../core/steps.ts';
import { growing } from './growing.ts';
import { interned } from './interned.ts';
import { labelValue } from './labels.ts';
import { numberPairs } from './number-pairs.ts';
import { byCodePoint, leading } from './sorted.ts';
import type { Traffic } from './traffic.ts';

export interface CrossRow {
  readonly from: string;
  readonly to: string;
  readonly decision: Decision;
  readonly connections: number;
  readonly flows: number;
}

/** What flows between the values of a label key, by decision; an end without the label is `(none)` (definitions §6). */
export const crossAnalysis = {
  id: 'cross',
  about: 'Traffic between the values of a label key, by decision',
  *of(
    traffic: Traffic,
    { label = 'env', most = 0 }: { label?: string; most?: number } = {},
  ): Steps<CrossRow[]> {
    const values = interned();
    const { shown } = traffic;
    const valueAt = new Int32Array(shown.length);
    yield* inSlices(shown.length, (first, end) => {
      for (let id = first; id < end; id += 1) valueAt[id] = values.id(labelValue(shown[id] as End, label));
    });
    const cells = numberPairs();
    const sums = growing();
    const groups = yield* traffic.groups();
    yield* inSlices(groups.size, (from, to) => {
      const { source, destination, decision, connections, flows } = groups;
      for (let group = from; group < to; group += 1) {
        const of = valueAt[source[group] as number] as number;
        const by = valueAt[destination[group] as number] as number;
        const cell = cells.id(of, by * DECISIONS.length + (decision[group] as number));
        sums.plus(2 * cell, connections[group] as number);
        sums.plus(2 * cell + 1, flows[group] as number);
      }
    });
    const rows = Array.from({ length: cells.size }, (_, cell) => ({
      from: values.texts[cells.first(cell)] ?? '',
      to: values.texts[Math.floor(cells.second(cell) / DECISIONS.length)] ?? '',
      decision: DECISIONS[cells.second(cell) % DECISIONS.length] ?? 'unknown',
      connections: sums.at(2 * cell),
      flows: sums.at(2 * cell + 1),
    }));
    return yield* leading(rows, order, most);
  },
} satisfies Analysis & { of: unknown };

const order = (a: CrossRow, b: CrossRow): number =>
  b.connections - a.connections ||
  byCodePoint(a.from, b.from) ||
  byCodePoint(a.to, b.to) ||
  byCodePoint(a.decision, b.decision);
