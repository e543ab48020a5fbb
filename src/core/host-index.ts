import { type Network, parseNetwork } from './address.ts';
import { glob, type LabelQuery } from './label-query.ts';
import type { Workload } from './workload.ts';

/** What is looked for: a name, pattern, address or network as typed, and conditions on labels; all must hold. */
export interface HostSearch {
  readonly name: string | undefined;
  readonly query: LabelQuery;
}

/**
 * Narrows a search in a large estate. It never decides: what it hands out holds every workload that matches, and the caller looks at
 * each of them as it would at all.
 */
export interface HostIndex {
  /** Hrefs in the order of names; undefined when nothing narrows the search. */
  candidates(search: HostSearch): readonly string[] | undefined;
}

/** How much is done between two yields: a few ms. */
const SLICE = 2_048;

/** The first 16 bits of an address: a network is looked for in the buckets it touches. */
interface Bucket {
  readonly values: bigint[];
  readonly rows: number[];
}

/**
 * Builds an index of 100,000 workloads in slices of a few ms, yielding between them so that the caller can give the event loop back.
 * Memory: about 200 B a workload.
 */
export function* buildHostIndex(workloads: Iterable<Workload>): Generator<void, HostIndex> {
  const rows = yield* sortedByName([...workloads]);
  const hrefs: string[] = [];
  const starts = new Uint32Array(rows.length);
  const texts: string[] = [];
  const byLabel = new Map<string, Map<string, number[]>>();
  const byAddress = new Map<string, Bucket>();
  let length = 0;
  for (const [row, workload] of rows.entries()) {
    if (row % SLICE === 0) yield;
    hrefs.push(workload.href);
    starts[row] = length;
    const text = namesOf(workload);
    texts.push(text);
    length += text.length;
    for (const { key, value } of workload.labels) {
      const values = madeIn(byLabel, key, () => new Map<string, number[]>());
      madeIn(values, value, () => []).push(row);
    }
    for (const network of addressesOf(workload)) {
      const bucket = madeIn(byAddress, bucketOf(network), () => ({ values: [], rows: [] }));
      bucket.values.push(network.value);
      bucket.rows.push(row);
    }
  }
  yield;
  const names = texts.join('');

  const named = (pattern: string): number[] | undefined => {
    const needle = needleOf(pattern);
    if (needle === '') return undefined;
    const found: number[] = [];
    for (let at = names.indexOf(needle), row = 0; at >= 0; at = names.indexOf(needle, at)) {
      row = rowAt(starts, at, row);
      found.push(row);
      if (row + 1 === starts.length) break;
      at = starts[row + 1] ?? names.length;
    }
    return found;
  };

  const addressed = (network: Network): number[] => {
    const shift = BigInt(network.bits - network.prefix);
    const wanted = network.value >> shift;
    const found = new Set<number>();
    const buckets =
      network.prefix >= 16
        ? [byAddress.get(bucketOf(network))]
        : [...byAddress].flatMap(([key, bucket]) => (key.startsWith(`${network.bits}/`) ? [bucket] : []));
    for (const { values, rows } of buckets.filter((one) => one !== undefined))
      for (const [at, value] of values.entries())
        if (value >> shift === wanted) found.add(rows[at] as number);
    return inOrder(found);
  };

  const labelled = (query: LabelQuery): number[] | undefined => {
    let fewest: number[][] | undefined;
    let size = Number.POSITIVE_INFINITY;
    for (const { key, negated, values } of query) {
      if (negated) continue;
      const lists = [...(byLabel.get(key) ?? [])].flatMap(([value, list]) =>
        values.some((pattern) => glob(pattern, value)) ? [list] : [],
      );
      const total = lists.reduce((sum, list) => sum + list.length, 0);
      if (total >= size) continue;
      fewest = lists;
      size = total;
    }
    if (fewest === undefined) return undefined;
    return fewest.length === 1 ? fewest[0] : inOrder(new Set(fewest.flat()));
  };

  return {
    candidates({ name, query }) {
      const network = name === undefined ? undefined : parseNetwork(name);
      const byName =
        network !== undefined ? addressed(network) : name === undefined ? undefined : named(name);
      return (byName ?? labelled(query))?.map((row) => hrefs[row] as string);
    },
  };
}

/** What a search can see of a workload: when this has not changed, an index that knew the old one is still right. */
export const sameInSearch = (a: Workload, b: Workload): boolean =>
  a.hostname === b.hostname &&
  a.name === b.name &&
  a.publicAddress === b.publicAddress &&
  a.labels.length === b.labels.length &&
  a.labels.every(({ key, value }, at) => b.labels[at]?.key === key && b.labels[at]?.value === value) &&
  a.interfaces.length === b.interfaces.length &&
  a.interfaces.every(({ address }, at) => b.interfaces[at]?.address === address);

/** Both names, each after a line break, so that the beginning of a name can be looked for. */
const namesOf = ({ hostname, name }: Workload): string =>
  hostname === name ? `\n${name.toLowerCase()}` : `\n${hostname.toLowerCase()}\n${name.toLowerCase()}`;

/** The longest text that every name matching the pattern contains; its beginning is worth more than a part of the same length. */
const needleOf = (pattern: string): string => {
  const [first = '', ...rest] = pattern.toLowerCase().split('*');
  return [first === '' ? '' : `\n${first}`, ...rest].reduce((best, part) =>
    part.length > best.length ? part : best,
  );
};

/** The row whose names hold the position; rows before `from` end before it. */
const rowAt = (starts: Uint32Array, position: number, from: number): number => {
  let [low, high] = [from, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= position) low = middle;
    else high = middle - 1;
  }
  return low;
};

const addressesOf = ({ interfaces, publicAddress }: Workload): Network[] =>
  [...interfaces.map(({ address }) => address), ...(publicAddress === undefined ? [] : [publicAddress])]
    .map(parseNetwork)
    .filter((one) => one !== undefined);

const bucketOf = ({ bits, value }: Network): string => `${bits}/${value >> BigInt(bits - 16)}`;

const inOrder = (rows: ReadonlySet<number>): number[] => [...Uint32Array.from(rows).sort()];

const madeIn = <V>(map: Map<string, V>, key: string, make: () => V): V => {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
};

/** Slices sorted on their own, then merged two by two: no step takes longer than its slice. */
function* sortedByName(all: Workload[]): Generator<void, Workload[]> {
  let runs: Workload[][] = [];
  for (let from = 0; from < all.length; from += SLICE) {
    yield;
    runs.push(all.slice(from, from + SLICE).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)));
  }
  while (runs.length > 1) {
    const next: Workload[][] = [];
    for (let at = 0; at < runs.length; at += 2) next.push(yield* merged(runs[at] ?? [], runs[at + 1] ?? []));
    runs = next;
  }
  return runs[0] ?? [];
}

function* merged(left: Workload[], right: Workload[]): Generator<void, Workload[]> {
  const out: Workload[] = [];
  let [l, r] = [0, 0];
  for (;;) {
    if (out.length % SLICE === 0) yield;
    const [a, b] = [left[l], right[r]];
    if (a === undefined && b === undefined) return out;
    if (b === undefined || (a !== undefined && a.name <= b.name)) {
      out.push(a as Workload);
      l += 1;
    } else {
      out.push(b);
      r += 1;
    }
  }
}
