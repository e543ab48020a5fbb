import type { Analysis } from '../core/analysis.ts';
import { DECISIONS, type Decision } from '../core/flow.ts';
import { inSlices, type Steps } from '../core/steps.ts';
import { labelValue } from './labels.ts';
import { byCodePoint, leading } from './sorted.ts';
import type { Traffic } from './traffic.ts';

/** Connections by decision that hosts of one label value receive. */
export interface DecisionRow extends Readonly<Record<Decision, number>> {
  readonly value: string;
}

/** Decisions per label value, destination side (definitions §6). */
export const decisionsAnalysis = {
  id: 'decisions',
  about: 'Decisions per value of a label key',
  *of(
    traffic: Traffic,
    { label = 'env', most = 0 }: { label?: string; most?: number } = {},
  ): Steps<DecisionRow[]> {
    const rows = new Map<string, { value: string } & Record<Decision, number>>();
    const valueAt = traffic.shown.map((end) => labelValue(end, label));
    const groups = yield* traffic.groups();
    yield* inSlices(groups.size, (from, to) => {
      for (let group = from; group < to; group += 1) {
        const value = valueAt[groups.destination[group] as number] ?? '';
        const row = rows.get(value) ?? { value, allowed: 0, potentially_blocked: 0, blocked: 0, unknown: 0 };
        row[DECISIONS[groups.decision[group] as number] ?? 'unknown'] += groups.connections[group] as number;
        rows.set(value, row);
      }
    });
    const all = (row: DecisionRow): number =>
      row.allowed + row.potentially_blocked + row.blocked + row.unknown;
    return yield* leading(
      [...rows.values()],
      (a, b) => all(b) - all(a) || byCodePoint(a.value, b.value),
      most,
    );
  },
} satisfies Analysis & { of: unknown };
