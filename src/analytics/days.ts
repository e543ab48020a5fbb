import type { Analysis } from '../core/analysis.ts';
import { DECISIONS, type Decision } from '../core/flow.ts';
import { inSlices, type Steps } from '../core/steps.ts';
import type { Traffic } from './traffic.ts';

/** Connections of one UTC day by decision: the PCE's counters are day buckets (facts §7.3). */
export interface DayRow {
  /** Days since the epoch. */
  readonly day: number;
  readonly decisions: Readonly<Partial<Record<Decision, number>>>;
}

/** Decisions day by day, oldest first; a day without traffic is not in it. */
export const daysAnalysis = {
  id: 'days',
  about: 'Decisions per day',
  *of(traffic: Traffic): Steps<DayRow[]> {
    const days = new Map<number, Partial<Record<Decision, number>>>();
    const groups = yield* traffic.groups();
    yield* inSlices(groups.size, (from, to) => {
      for (let group = from; group < to; group += 1) {
        const day = groups.day[group] as number;
        const counts = days.get(day) ?? {};
        days.set(day, counts);
        const name = DECISIONS[groups.decision[group] as number] ?? 'unknown';
        counts[name] = (counts[name] ?? 0) + (groups.connections[group] as number);
      }
    });
    return [...days].sort(([a], [b]) => a - b).map(([day, decisions]) => ({ day, decisions }));
  },
} satisfies Analysis & { of: unknown };
