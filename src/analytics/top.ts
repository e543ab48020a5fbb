import type { Accumulator, Analysis } from '../core/analysis.ts';
import { DECISIONS, type Decision } from '../core/flow.ts';
import { type Grouped, grouped } from './grouped.ts';
import { numberPairs } from './number-pairs.ts';

export const TOP_KEYS = ['src', 'dst', 'host', 'port', 'pair'] as const;
export type TopKey = (typeof TOP_KEYS)[number];

export const TOP_MEASURES = ['connections', 'bytes', 'peers', 'flows'] as const;
export type TopMeasure = (typeof TOP_MEASURES)[number];

export interface TopOptions {
  readonly by: TopKey;
  readonly measure: TopMeasure;
  /** For hosts: `in` counts what they receive, `out` what they open; both without it. */
  readonly direction: 'in' | 'out' | undefined;
}

/** `key` = identity, service, or `src→dst`; `peers` = distinct counterparts, of services and pairs distinct pairs (definitions §6). */
export interface TopRow {
  readonly key: string;
  readonly name: string;
  readonly connections: number;
  readonly bytes: number;
  readonly peers: number;
  readonly flows: number;
}

export interface TopResult extends TopOptions {
  /** All of them, largest first. */
  readonly rows: readonly TopRow[];
  /** Rows of the query. */
  readonly flows: number;
  readonly connections: number;
  readonly bytes: number;
  /** Connections by decision. */
  readonly decisions: Readonly<Record<Decision, number>>;
}

/** The first rows and what is left of the sums: `others` has no peers, because counterparts of several rows may be the same. */
export interface Leading {
  readonly rows: readonly TopRow[];
  readonly others: {
    readonly count: number;
    readonly connections: number;
    readonly bytes: number;
    readonly flows: number;
  };
}

/** Who talks most: hosts, services or pairs by connections, bytes, peers or rows, every flow counted once (definitions §0, §6). */
export const topAnalysis = (options: Partial<TopOptions> = {}): Analysis<TopResult> => {
  const { by = 'src', measure = 'connections', direction } = options;
  return {
    id: 'top',
    about: 'Top sources, destinations, hosts, services or pairs by connections, bytes, peers or flows',
    start: () => accumulator({ by, measure, direction }, grouped()),
  };
};

/** Cuts a result for people: `most` rows and the sum of the rest. */
export const leading = (result: TopResult, most: number): Leading => {
  const rest = result.rows.slice(most);
  const sum = (value: (row: TopRow) => number): number => rest.reduce((total, row) => total + value(row), 0);
  return {
    rows: result.rows.slice(0, most),
    others: {
      count: rest.length,
      connections: sum((row) => row.connections),
      bytes: sum((row) => row.bytes),
      flows: sum((row) => row.flows),
    },
  };
};

interface TopAccumulator extends Accumulator<TopResult> {
  readonly rows: Grouped;
}

const accumulator = (options: TopOptions, rows: Grouped): TopAccumulator => ({
  rows,
  add: rows.add,
  merge(other) {
    if (!('rows' in other)) throw new TypeError('Only another top analysis can be merged');
    rows.merge((other as TopAccumulator).rows);
  },
  result: () => resultOf(options, rows),
});

interface Sums {
  connections: number;
  bytes: number;
  peers: number;
  flows: number;
}

const resultOf = (options: TopOptions, rows: Grouped): TopResult => {
  const sums = new Map<number, Sums>();
  const of = (key: number): Sums => {
    const known = sums.get(key);
    if (known !== undefined) return known;
    const fresh = { connections: 0, bytes: 0, peers: 0, flows: 0 };
    sums.set(key, fresh);
    return fresh;
  };
  const decisions = DECISIONS.map(() => 0);
  const total = { flows: 0, connections: 0, bytes: 0 };
  rows.each((group) => {
    total.flows += group.flows;
    total.connections += group.connections;
    total.bytes += group.bytes;
    decisions[group.decision] = (decisions[group.decision] ?? 0) + group.connections;
    for (const key of keysOf(options, group, rows)) {
      const sum = of(key);
      sum.connections += group.connections;
      sum.bytes += group.bytes;
      sum.flows += group.flows;
    }
  });
  countPeers(options, rows, (key) => {
    of(key).peers += 1;
  });
  const list = [...sums].sort(order(options, rows));
  return {
    ...options,
    ...total,
    rows: list.map(([id, { connections, bytes, peers, flows }]) => {
      const { key, name } = labelled(options.by, id, rows);
      return { key, name, connections, bytes, peers, flows };
    }),
    decisions: Object.fromEntries(DECISIONS.map((decision, at) => [decision, decisions[at] ?? 0])) as Record<
      Decision,
      number
    >,
  };
};

/** What a group counts for: an end, both ends (a self-flow once), its service or its pair. */
const keysOf = (
  { by, direction }: TopOptions,
  { pair, service }: { readonly pair: number; readonly service: number },
  { pairs }: Grouped,
): readonly number[] => {
  if (by === 'port') return [service];
  if (by === 'pair') return [pair];
  const source = pairs.first(pair);
  const destination = pairs.second(pair);
  if (by === 'src' || (by === 'host' && direction === 'out')) return [source];
  if (by === 'dst' || (by === 'host' && direction === 'in')) return [destination];
  return source === destination ? [source] : [source, destination];
};

/** Calls `count` once for every distinct counterpart of a key. */
const countPeers = ({ by, direction }: TopOptions, rows: Grouped, count: (key: number) => void): void => {
  if (by === 'port') {
    const met = numberPairs();
    rows.each(({ pair, service }) => {
      if (met.find(service, pair) >= 0) return;
      met.id(service, pair);
      count(service);
    });
    return;
  }
  for (let pair = 0; pair < rows.pairs.size; pair++) {
    const source = rows.pairs.first(pair);
    const destination = rows.pairs.second(pair);
    if (by === 'pair') count(pair);
    else if (by === 'src') count(source);
    else if (by === 'dst') count(destination);
    else if (source !== destination) {
      if (direction === 'out') count(source);
      else if (direction === 'in') count(destination);
      // Two hosts that talk both ways are two pairs, but one peer of each other.
      else if (source < destination || rows.pairs.find(destination, source) < 0) {
        count(source);
        count(destination);
      }
    }
  }
};

const labelled = (
  by: TopKey,
  key: number,
  { ends, names, services, pairs }: Grouped,
): { key: string; name: string } => {
  if (by === 'port') return { key: services.texts[key] ?? '', name: services.texts[key] ?? '' };
  if (by !== 'pair') return { key: ends.texts[key] ?? '', name: names[key] ?? '' };
  const source = pairs.first(key);
  const destination = pairs.second(key);
  return {
    key: `${ends.texts[source]}→${ends.texts[destination]}`,
    name: `${names[source]} → ${names[destination]}`,
  };
};

type Entry = readonly [key: number, sums: Sums];

/**
 * By the measure, then by the second one, then by name and key (of a pair: its source's, then its destination's): the same rows
 * always stand in the same order. Names are ranked once, because most of many pairs tie and comparing texts is slow.
 */
const order = (
  { by, measure }: TopOptions,
  { ends, names, services, pairs }: Grouped,
): ((a: Entry, b: Entry) => number) => {
  const second = measure === 'connections' ? 'bytes' : 'connections';
  const rank = by === 'port' ? ranks(services.texts, services.texts) : ranks(names, ends.texts);
  const place = (id: number): number => rank[id] ?? 0;
  const byName =
    by === 'pair'
      ? (a: number, b: number): number =>
          place(pairs.first(a)) - place(pairs.first(b)) || place(pairs.second(a)) - place(pairs.second(b))
      : (a: number, b: number): number => place(a) - place(b);
  return ([a, x], [b, y]) => y[measure] - x[measure] || y[second] - x[second] || byName(a, b);
};

/** By number: its place in the order of names, then keys. */
const ranks = (names: readonly string[], keys: readonly string[]): Int32Array => {
  const text = (from: readonly string[], id: number): string => from[id] ?? '';
  const sorted = keys
    .map((_, id) => id)
    .sort((a, b) => byText(text(names, a), text(names, b)) || byText(text(keys, a), text(keys, b)));
  const places = new Int32Array(keys.length);
  for (const [place, id] of sorted.entries()) places[id] = place;
  return places;
};

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
