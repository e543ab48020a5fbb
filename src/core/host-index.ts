import { type Address, parseAddress, parseNetwork } from './address.ts';
import { type Addressed, buildAddressIndex } from './address-index.ts';
import { globber, type LabelQuery } from './label-query.ts';
import { SLICE, sortedInSlices } from './slices.ts';
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
  /** Hrefs in the order of names, found as they are asked for; undefined when nothing narrows the search. */
  candidates(search: HostSearch): Iterable<string> | undefined;
}

/** Rows whose label of one key has a value, ascending. */
type Carriers = ReadonlyMap<string, readonly number[]>;

/**
 * Builds an index of 100,000 workloads in slices of a few ms, yielding between them so that the caller can give the event loop back.
 * Memory: about 200 B a workload.
 */
export function* buildHostIndex(workloads: Iterable<Workload>): Generator<void, HostIndex> {
  const all = yield* sortedInSlices([...workloads], (a, b) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : 0,
  );
  const hrefs: string[] = [];
  const starts = new Uint32Array(all.length);
  const byLabel = new Map<string, Map<string, number[]>>();
  const addresses: Addressed[] = [];
  let names = '';
  for (const [row, workload] of all.entries()) {
    if (row % SLICE === 0) yield;
    hrefs.push(workload.href);
    starts[row] = names.length;
    names += namesOf(workload);
    for (const { key, value } of workload.labels) {
      const values = madeIn(byLabel, key, () => new Map<string, number[]>());
      madeIn(values, value, () => []).push(row);
    }
    for (const { bits, value } of addressesOf(workload)) addresses.push({ bits, value, row });
  }
  const byAddress = yield* buildAddressIndex(addresses);

  return {
    candidates({ name, query }) {
      const network = name === undefined ? undefined : parseNetwork(name);
      const rows =
        (network !== undefined
          ? byAddress.in(network)
          : name === undefined
            ? undefined
            : rowsNamed(name, names, starts)) ?? carriersOf(query, byLabel, all.length);
      return rows && hrefsOf(rows, hrefs);
    },
  };
}

function* hrefsOf(rows: Iterable<number>, hrefs: readonly string[]): Generator<string> {
  for (const row of rows) yield hrefs[row] as string;
}

/** Rows with a name that may match, one after the other as they are asked for; undefined for a pattern that says nothing. */
const rowsNamed = (pattern: string, names: string, starts: Uint32Array): Iterable<number> | undefined => {
  const needle = needleOf(pattern);
  return needle === '' ? undefined : rowsWith(needle, names, starts);
};

function* rowsWith(needle: string, names: string, starts: Uint32Array): Generator<number> {
  for (let at = names.indexOf(needle), row = 0; at >= 0; at = names.indexOf(needle, starts[row + 1])) {
    row = rowAt(starts, at, row);
    yield row;
    if (row + 1 === starts.length) return;
  }
}

/** Rows that hold a value of every term that is not negated, ascending; undefined when there is none. */
const carriersOf = (
  query: LabelQuery,
  byLabel: ReadonlyMap<string, Carriers>,
  size: number,
): readonly number[] | undefined => {
  const terms = query
    .filter(({ negated }) => !negated)
    .map(({ key, values }) => {
      const is = values.map(globber);
      return [...(byLabel.get(key) ?? [])].flatMap(([value, rows]) =>
        is.some((matches) => matches(value)) ? [rows] : [],
      );
    })
    .sort((a, b) => total(a) - total(b));
  const [rarest, ...others] = terms;
  if (rarest === undefined) return undefined;
  const rows = rarest.length === 1 ? (rarest[0] as readonly number[]) : ascending(rarest);
  if (others.length === 0) return rows;
  /** By row: how many of the terms it holds so far. */
  const held = new Uint8Array(size);
  for (const [n, lists] of others.entries())
    for (const list of lists) for (const row of list) if (held[row] === n) held[row] = n + 1;
  return rows.filter((row) => held[row] === others.length);
};

const total = (lists: readonly (readonly number[])[]): number =>
  lists.reduce((sum, { length }) => sum + length, 0);

const ascending = (lists: readonly (readonly number[])[]): number[] => [
  ...Uint32Array.from(new Set(lists.flat())).sort(),
];

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

const addressesOf = ({ interfaces, publicAddress }: Workload): Address[] =>
  [...interfaces.map(({ address }) => address), ...(publicAddress === undefined ? [] : [publicAddress])]
    .map(parseAddress)
    .filter((one) => one !== undefined);

const madeIn = <V>(map: Map<string, V>, key: string, make: () => V): V => {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
};
