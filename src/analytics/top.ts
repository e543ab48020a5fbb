import type { Analysis } from '../core/analysis.ts';
import { DECISIONS, type Decision } from '../core/flow.ts';
import { inSlices, type Steps } from '../core/steps.ts';
import { type Counting, countingOf, type TopKey } from './countings.ts';
import type { Counts } from './groups.ts';
import { byCodePoint, leading } from './sorted.ts';
import { createSums, type Measure, type Sums } from './sums.ts';
import type { Traffic } from './traffic.ts';

export const TOP_MEASURES = ['connections', 'bytes', 'peers', 'flows'] as const satisfies readonly Measure[];
export type TopMeasure = Measure;

export interface TopOptions {
  readonly by: TopKey;
  readonly measure: TopMeasure;
  /** For hosts, labels and locations: `in` counts what they receive, `out` what they open; both without it. */
  readonly direction: 'in' | 'out' | undefined;
  /** The key whose values are counted, for `label`. */
  readonly label: string;
  /** Rows that are wanted; 0 = all. */
  readonly most: number;
  /** How ties are broken: by the second measure, then by name; or at once by key (definitions §6, `analyze`). */
  readonly ties: 'second' | 'key';
}

/** `key` = identity, service, process, label value or `src→dst`; `peers` = distinct counterparts, of services, processes and pairs distinct pairs (definitions §6). */
export interface TopRow extends Counts {
  readonly key: string;
  readonly name: string;
  readonly peers: number;
}

export interface TopResult {
  readonly by: TopKey;
  readonly measure: TopMeasure;
  readonly direction: 'in' | 'out' | undefined;
  /** Largest first. */
  readonly rows: readonly TopRow[];
  /** What is not among the rows, so that the sum is complete. No peers: those of several rows may be the same. */
  readonly others: Counts & { readonly count: number };
  /** Rows of the query. */
  readonly flows: number;
  readonly connections: number;
  readonly bytes: number;
  /** Connections by decision. */
  readonly decisions: Readonly<Record<Decision, number>>;
  /** A sum is beyond 2^53 and no longer exact. */
  readonly inexact: boolean;
}

/** Who talks most: by connections, bytes, peers or rows, every flow counted once (definitions §0, §6). */
export const topAnalysis = {
  id: 'top',
  about: 'Top sources, destinations, hosts, services, pairs, processes, label values or locations',
  *of(traffic: Traffic, options: Partial<TopOptions> = {}): Steps<TopResult> {
    const {
      by = 'src',
      measure = 'connections',
      direction,
      most = 0,
      ties = 'second',
      label = 'env',
    } = options;
    const counting = countingOf(traffic, { by, direction, label: by === 'location' ? 'loc' : label });
    const groups = yield* traffic.groups();
    const sums = createSums(counting.size);
    yield* inSlices(groups.size, (from, to) => counting.count(groups, from, to, sums));
    if (by === 'process') yield* traffic.eachProcess((share) => sums.add(share.process, share));
    yield* counting.peers(sums);
    const order = orderOf(sums, counting, measure, ties);
    const { keys, all } = yield* sums.keys();
    const best = yield* leading(keys, order, most);
    const { decisions, ...total } = groups.total;
    return {
      by,
      measure,
      direction,
      ...total,
      rows: best.map((key) => ({ key: counting.key(key), name: counting.name(key), ...sums.of(key) })),
      others: othersOf(keys.length, all, best, sums),
      decisions: Object.fromEntries(DECISIONS.map((one, at) => [one, decisions[at] ?? 0])) as Record<
        Decision,
        number
      >,
      // No sum is larger than that of all.
      inexact:
        (total.connections > EXACT || total.bytes > EXACT) &&
        (decisions.some((n) => n > EXACT) ||
          keys.some((key) => sums.at(key, 'connections') > EXACT || sums.at(key, 'bytes') > EXACT)),
    };
  },
} satisfies Analysis & { of: unknown };

const EXACT = Number.MAX_SAFE_INTEGER;

const orderOf = (
  sums: Sums,
  counting: Counting,
  measure: TopMeasure,
  ties: TopOptions['ties'],
): ((a: number, b: number) => number) => {
  const second = measure === 'connections' ? 'bytes' : 'connections';
  return (a, b) => {
    const most = sums.at(b, measure) - sums.at(a, measure);
    if (most !== 0) return most;
    if (ties === 'key') return counting.byKey(a, b);
    return (
      sums.at(b, second) - sums.at(a, second) ||
      byCodePoint(counting.name(a), counting.name(b)) ||
      counting.byKey(a, b)
    );
  };
};

/** All that is counted by key, less what is shown. */
const othersOf = (
  keys: number,
  { connections, bytes, flows }: Counts,
  shown: readonly number[],
  sums: Sums,
): TopResult['others'] => {
  const others = { count: keys - shown.length, connections, bytes, flows };
  for (const key of shown) {
    others.connections -= sums.at(key, 'connections');
    others.bytes -= sums.at(key, 'bytes');
    others.flows -= sums.at(key, 'flows');
  }
  return others;
};
