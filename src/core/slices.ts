/** How much of a large estate is done between two yields: a few ms. */
export const SLICE = 2_048;

/** Slices sorted on their own, then merged two by two: no step takes longer than its slice. Equal ones stay in their order. */
export function* sortedInSlices<T>(all: readonly T[], compare: (a: T, b: T) => number): Generator<void, T[]> {
  let runs: T[][] = [];
  for (let from = 0; from < all.length; from += SLICE) {
    yield;
    runs.push(all.slice(from, from + SLICE).sort(compare));
  }
  while (runs.length > 1) {
    const next: T[][] = [];
    for (let at = 0; at < runs.length; at += 2)
      next.push(yield* merged(runs[at] ?? [], runs[at + 1] ?? [], compare));
    runs = next;
  }
  return runs[0] ?? [];
}

function* merged<T>(
  left: readonly T[],
  right: readonly T[],
  compare: (a: T, b: T) => number,
): Generator<void, T[]> {
  const out: T[] = [];
  let [l, r] = [0, 0];
  while (l < left.length || r < right.length) {
    if (out.length % SLICE === 0) yield;
    const takeLeft = r >= right.length || (l < left.length && compare(left[l] as T, right[r] as T) <= 0);
    out.push((takeLeft ? left[l++] : right[r++]) as T);
  }
  return out;
}
