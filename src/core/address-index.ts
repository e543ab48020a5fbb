import type { Network } from './address.ts';
import { sortedInSlices } from './slices.ts';

/** Who has an address in a network: sorted numbers, found by halving. */
export interface AddressIndex {
  /** Rows in ascending order, each once. */
  in(network: Network): readonly number[];
}

/** An address of a row. */
export interface Addressed {
  readonly bits: 32 | 128;
  readonly value: bigint;
  readonly row: number;
}

/** Sorts the addresses of 100,000 workloads in slices of a few ms, yielding between them. */
export function* buildAddressIndex(all: readonly Addressed[]): Generator<void, AddressIndex> {
  const families = {
    32: yield* familyOf(all.filter(({ bits }) => bits === 32)),
    128: yield* familyOf(all.filter(({ bits }) => bits === 128)),
  } as const;
  return {
    in({ bits, value, prefix }) {
      const { values, rows } = families[bits];
      const shift = BigInt(bits - prefix);
      const first = (value >> shift) << shift;
      const found = new Set<number>();
      for (let at = firstFrom(values, first); at < values.length; at += 1) {
        if ((values[at] as bigint) >> shift !== first >> shift) break;
        found.add(rows[at] as number);
      }
      return [...Uint32Array.from(found).sort()];
    },
  };
}

/** The addresses of one family, ascending, and whose each is. */
interface Family {
  readonly values: readonly bigint[];
  readonly rows: Uint32Array;
}

function* familyOf(all: Addressed[]): Generator<void, Family> {
  const sorted = yield* sortedInSlices(all, (a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
  return { values: sorted.map(({ value }) => value), rows: Uint32Array.from(sorted, ({ row }) => row) };
}

/** The place of the first value that is not smaller. */
const firstFrom = (values: readonly bigint[], wanted: bigint): number => {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as bigint) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
};
