import { inSlices, type Steps } from '../core/steps.ts';
import type { Groups } from './groups.ts';
import { interned } from './interned.ts';
import { labelValue } from './labels.ts';
import { numberPairs } from './number-pairs.ts';
import { byCodePoint } from './sorted.ts';
import type { Sums } from './sums.ts';
import type { Traffic } from './traffic.ts';

export const TOP_KEYS = ['src', 'dst', 'host', 'service', 'pair', 'process', 'label', 'location'] as const;
export type TopKey = (typeof TOP_KEYS)[number];

/** How one kind of key is told from groups, counted and called. */
export interface Counting {
  /** Keys are numbers below this. */
  readonly size: number;
  /** Adds groups `from` ≤ group < `to` to the sums of their keys. */
  count(groups: Groups, from: number, to: number, sums: Sums): void;
  /** Adds every distinct counterpart of a key to its sums. */
  peers(sums: Sums): Steps<void>;
  key(id: number): string;
  name(id: number): string;
  /** By key, in the order of code points. */
  byKey(a: number, b: number): number;
}

/** As in TopOptions. */
interface How {
  readonly by: TopKey;
  readonly direction: 'in' | 'out' | undefined;
  readonly label: string;
}

export const countingOf = (traffic: Traffic, how: How): Counting => {
  const { services, processes } = traffic;
  switch (how.by) {
    case 'service':
      return texts(
        services.texts,
        (groups, from, to, sums) => sums.addAll(groups.service, groups, from, to),
        pairsOfServices(traffic),
      );
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
  size: names.length,
  count,
  peers,
  key: (id) => names[id] ?? '',
  name: (id) => names[id] ?? '',
  byKey: (a, b) => byCodePoint(names[a] ?? '', names[b] ?? ''),
});

const pairsOfServices =
  ({ edges }: Traffic): Counting['peers'] =>
  (sums) =>
    inSlices(edges.size, (from, to) => {
      for (let edge = from; edge < to; edge += 1) sums.peer(edges.second(edge));
    });

const pairsOfProcesses =
  (traffic: Traffic): Counting['peers'] =>
  (sums) => {
    const met = numberPairs();
    return traffic.eachProcess(({ process, pair }) => {
      if (met.find(process, pair) >= 0) return;
      met.id(process, pair);
      sums.peer(process);
    });
  };

const pairCounting = ({ pairs, ends, shown }: Traffic): Counting => {
  const source = (pair: number): string => ends.texts[pairs.first(pair)] ?? '';
  const destination = (pair: number): string => ends.texts[pairs.second(pair)] ?? '';
  const key = (pair: number): string => `${source(pair)}→${destination(pair)}`;
  return {
    size: pairs.size,
    count: (groups, from, to, sums) => sums.addAll(groups.pair, groups, from, to),
    peers: (sums) =>
      inSlices(pairs.size, (from, to) => {
        for (let pair = from; pair < to; pair += 1) sums.peer(pair);
      }),
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

const endCounting = (traffic: Traffic, { by, direction }: How): Counting => {
  const { pairs, ends, shown } = traffic;
  const counts = {
    source: by === 'src' || (by === 'host' && direction !== 'in'),
    destination: by === 'dst' || (by === 'host' && direction !== 'out'),
  };
  return {
    size: shown.length,
    count(groups, from, to, sums) {
      const { source, destination } = groups;
      if (counts.source) sums.addAll(source, groups, from, to);
      if (counts.destination && !counts.source) sums.addAll(destination, groups, from, to);
      if (!counts.destination || !counts.source) return;
      for (let group = from; group < to; group += 1)
        if (source[group] !== destination[group]) sums.addGroup(destination[group] as number, groups, group);
    },
    peers(sums) {
      if (by === 'host') return peersOfHosts(traffic, counts, sums);
      return inSlices(pairs.size, (from, to) => {
        for (let pair = from; pair < to; pair += 1)
          sums.peer(by === 'src' ? pairs.first(pair) : pairs.second(pair));
      });
    },
    key: (id) => ends.texts[id] ?? '',
    name: (id) => shown[id]?.name ?? '',
    byKey: (a, b) => byCodePoint(ends.texts[a] ?? '', ends.texts[b] ?? ''),
  };
};

/** Of a host its peers, whichever side is counted. */
const peersOfHosts = (
  { pairs }: Traffic,
  counts: { readonly source: boolean; readonly destination: boolean },
  sums: Sums,
): Steps<void> =>
  inSlices(pairs.size, (from, to) => {
    for (let pair = from; pair < to; pair += 1) {
      const source = pairs.first(pair);
      const destination = pairs.second(pair);
      if (source === destination) continue;
      // Two hosts that talk both ways are two pairs, but one peer of each other.
      if (counts.source && counts.destination && source > destination && pairs.find(destination, source) >= 0)
        continue;
      if (counts.source) sums.peer(source);
      if (counts.destination) sums.peer(destination);
    }
  });

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
    count(groups, from, to, sums) {
      for (let group = from; group < to; group += 1) {
        const source = of(groups.source[group] as number);
        const destination = of(groups.destination[group] as number);
        if (direction !== 'in') sums.addGroup(source, groups, group);
        if (direction !== 'out' && (direction === 'in' || source !== destination))
          sums.addGroup(destination, groups, group);
      }
    },
    peers(sums) {
      const met = numberPairs();
      const meet = (value: number, peer: number): void => {
        if (met.find(value, peer) >= 0) return;
        met.id(value, peer);
        sums.peer(value);
      };
      return inSlices(pairs.size, (from, to) => {
        for (let pair = from; pair < to; pair += 1) {
          const source = pairs.first(pair);
          const destination = pairs.second(pair);
          if (source === destination) continue;
          if (direction !== 'in') meet(of(source), destination);
          if (direction !== 'out') meet(of(destination), source);
        }
      });
    },
  };
};
