import type { Analysis } from '../core/analysis.ts';
import { DECISIONS, type Decision } from '../core/flow.ts';
import { BREATH, type Steps } from '../core/steps.ts';
import { growing } from './growing.ts';
import { interned } from './interned.ts';
import { labelValue } from './labels.ts';
import { numberPairs } from './number-pairs.ts';
import { byCodePoint, leading } from './sorted.ts';
import type { Counts, Group, Traffic } from './traffic.ts';

export const TOP_KEYS = ['src', 'dst', 'host', 'service', 'pair', 'process', 'label', 'location'] as const;
export type TopKey = (typeof TOP_KEYS)[number];

export const TOP_MEASURES = ['connections', 'bytes', 'peers', 'flows'] as const;
export type TopMeasure = (typeof TOP_MEASURES)[number];

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
    const sums = createSums();
    const total = { flows: 0, connections: 0, bytes: 0 };
    const decisions = DECISIONS.map(() => 0);
    yield* traffic.each((group) => {
      total.flows += group.flows;
      total.connections += group.connections;
      total.bytes += group.bytes;
      decisions[group.decision] = (decisions[group.decision] ?? 0) + group.connections;
      counting.count(group, sums);
    });
    if (by === 'process') yield* traffic.eachProcess((share) => sums.add(share.process, share));
    yield* counting.peers((key) => sums.peer(key));
    const order = orderOf(sums, counting, measure, ties);
    const keys = yield* sums.keys();
    const best = yield* leading(keys, order, most);
    return {
      by,
      measure,
      direction,
      ...total,
      rows: best.map((key) => ({ key: counting.key(key), name: counting.name(key), ...sums.of(key) })),
      others: othersOf(keys.length, best, sums),
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

/** Sums by key, a dense number; four of them side by side, because a million objects would keep the collector busy. */
interface Sums {
  add(key: number, counts: Counts): void;
  peer(key: number): void;
  of(key: number): Counts & { readonly peers: number };
  at(key: number, measure: TopMeasure): number;
  /** Over all keys. */
  all(): Counts;
  /** Keys that have rows or peers. */
  keys(): Steps<number[]>;
}

const MEASURE_AT = { connections: 0, bytes: 1, peers: 2, flows: 3 } as const;

const createSums = (): Sums => {
  const sums = growing();
  const all = { connections: 0, bytes: 0, flows: 0 };
  return {
    add(key, { connections, bytes, flows }) {
      const at = 4 * key;
      sums.plus(at + 3, flows);
      sums.plus(at, connections);
      sums.plus(at + 1, bytes);
      all.connections += connections;
      all.bytes += bytes;
      all.flows += flows;
    },
    peer: (key) => sums.plus(4 * key + MEASURE_AT.peers, 1),
    at: (key, measure) => sums.at(4 * key + MEASURE_AT[measure]),
    of: (key) => ({
      connections: sums.at(4 * key),
      bytes: sums.at(4 * key + 1),
      peers: sums.at(4 * key + 2),
      flows: sums.at(4 * key + 3),
    }),
    all: () => all,
    *keys() {
      const keys: number[] = [];
      for (let key = 0; 4 * key < sums.length; key += 1) {
        if (key % BREATH === 0) yield;
        if (sums.at(4 * key + 3) > 0 || sums.at(4 * key + 2) > 0) keys.push(key);
      }
      return keys;
    },
  };
};

/** How one kind of key is told from groups, counted and called. */
interface Counting {
  /** Adds a group to the sums of its keys. */
  count(group: Group, sums: Sums): void;
  /** Calls `count` once for every distinct counterpart of a key. */
  peers(count: (key: number) => void): Steps<void>;
  key(id: number): string;
  name(id: number): string;
  /** By key, in the order of code points. */
  byKey(a: number, b: number): number;
}

type How = Pick<TopOptions, 'by' | 'direction' | 'label'>;

const countingOf = (traffic: Traffic, how: How): Counting => {
  const { services, processes } = traffic;
  switch (how.by) {
    case 'service':
      return texts(services.texts, (group, sums) => sums.add(group.service, group), pairsOfServices(traffic));
    case 'process':
      return texts(
        processes.texts.map((name) => (name === '' ? '(none)' : name)),
        () => {},
        pairsOfProcesses(traffic),
      );
    case 'pair':
      return pairCounting(traffic);
    case 'label':
    case 'location':
      return labelCounting(traffic, how);
    default:
      return endCounting(traffic, how);
  }
};

const texts = (names: readonly string[], count: Counting['count'], peers: Counting['peers']): Counting => ({
  count,
  peers,
  key: (id) => names[id] ?? '',
  name: (id) => names[id] ?? '',
  byKey: (a, b) => byCodePoint(names[a] ?? '', names[b] ?? ''),
});

const pairsOfServices = ({ edges }: Traffic): Counting['peers'] =>
  function* (count) {
    for (let edge = 0; edge < edges.size; edge += 1) {
      if (edge % BREATH === 0) yield;
      count(edges.second(edge));
    }
  };

const pairsOfProcesses = (traffic: Traffic): Counting['peers'] =>
  function* (count) {
    const met = numberPairs();
    yield* traffic.eachProcess(({ process, pair }) => {
      if (met.find(process, pair) >= 0) return;
      met.id(process, pair);
      count(process);
    });
  };

const pairCounting = ({ pairs, ends, shown }: Traffic): Counting => {
  const source = (pair: number): string => ends.texts[pairs.first(pair)] ?? '';
  const destination = (pair: number): string => ends.texts[pairs.second(pair)] ?? '';
  const key = (pair: number): string => `${source(pair)}→${destination(pair)}`;
  return {
    count: (group, sums) => sums.add(group.pair, group),
    *peers(count) {
      for (let pair = 0; pair < pairs.size; pair += 1) {
        if (pair % BREATH === 0) yield;
        count(pair);
      }
    },
    key,
    name: (pair) => `${shown[pairs.first(pair)]?.name} → ${shown[pairs.second(pair)]?.name}`,
    byKey(a, b) {
      const [x, y] = [source(a), source(b)];
      if (x === y) return byCodePoint(destination(a), destination(b));
      // Where one begins with the other, the arrow after it takes part in the order.
      return x.startsWith(y) || y.startsWith(x) ? byCodePoint(key(a), key(b)) : byCodePoint(x, y);
    },
  };
};

const endCounting = ({ pairs, ends, shown }: Traffic, { by, direction }: How): Counting => {
  const counts = {
    source: by === 'src' || (by === 'host' && direction !== 'in'),
    destination: by === 'dst' || (by === 'host' && direction !== 'out'),
  };
  return {
    count(group, sums) {
      const source = pairs.first(group.pair);
      const destination = pairs.second(group.pair);
      if (counts.source) sums.add(source, group);
      if (counts.destination && !(counts.source && source === destination)) sums.add(destination, group);
    },
    *peers(count) {
      for (let pair = 0; pair < pairs.size; pair += 1) {
        if (pair % BREATH === 0) yield;
        const source = pairs.first(pair);
        const destination = pairs.second(pair);
        if (by === 'src') count(source);
        else if (by === 'dst') count(destination);
        else if (source === destination) continue;
        else if (direction === 'out') count(source);
        else if (direction === 'in') count(destination);
        // Two hosts that talk both ways are two pairs, but one peer of each other.
        else if (source < destination || pairs.find(destination, source) < 0) {
          count(source);
          count(destination);
        }
      }
    },
    key: (id) => ends.texts[id] ?? '',
    name: (id) => shown[id]?.name ?? '',
    byKey: (a, b) => byCodePoint(ends.texts[a] ?? '', ends.texts[b] ?? ''),
  };
};

/** Values of a label key: what carries the value at either end, or at one; a flow within one value counts once. */
const labelCounting = (traffic: Traffic, { direction, label }: How): Counting => {
  const { pairs, shown } = traffic;
  const values = interned();
  const valueAt = shown.map((end) => values.id(labelValue(end, label)));
  const of = (end: number): number => valueAt[end] ?? 0;
  return {
    ...texts(
      values.texts,
      () => {},
      function* () {},
    ),
    count(group, sums) {
      const source = of(pairs.first(group.pair));
      const destination = of(pairs.second(group.pair));
      if (direction !== 'in') sums.add(source, group);
      if (direction !== 'out' && (direction === 'in' || source !== destination)) sums.add(destination, group);
    },
    *peers(count) {
      const met = numberPairs();
      const meet = (value: number, peer: number): void => {
        if (met.find(value, peer) >= 0) return;
        met.id(value, peer);
        count(value);
      };
      for (let pair = 0; pair < pairs.size; pair += 1) {
        if (pair % BREATH === 0) yield;
        const source = pairs.first(pair);
        const destination = pairs.second(pair);
        if (source === destination) continue;
        if (direction !== 'in') meet(of(source), destination);
        if (direction !== 'out') meet(of(destination), source);
      }
    },
  };
};

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
const othersOf = (keys: number, shown: readonly number[], sums: Sums): TopResult['others'] => {
  const { connections, bytes, flows } = sums.all();
  const others = { count: keys - shown.length, connections, bytes, flows };
  for (const key of shown) {
    others.connections -= sums.at(key, 'connections');
    others.bytes -= sums.at(key, 'bytes');
    others.flows -= sums.at(key, 'flows');
  }
  return others;
};
