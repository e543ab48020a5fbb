/** A set of whole numbers as sorted ranges that neither touch nor overlap, both ends included. */
export type Ranges = readonly (readonly [from: number, to: number])[];

/** Sorts and joins what touches. */
export const ranges = (given: Iterable<readonly [number, number]>): Ranges => {
  const sorted = [...given].filter(([from, to]) => from <= to).sort((a, b) => a[0] - b[0]);
  const joined: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
};

/** What is in any of them. */
export const union = (sets: Iterable<Ranges>): Ranges => ranges([...sets].flat());

/** What is in `from` and not in `what`. */
export const without = (from: Ranges, what: Ranges): Ranges => {
  const left: [number, number][] = [];
  let at = 0;
  for (const [start, end] of from) {
    let next = start;
    while ((what[at]?.[1] ?? Number.POSITIVE_INFINITY) < next) at += 1;
    for (let i = at; i < what.length && (what[i]?.[0] ?? 0) <= end; i += 1) {
      const [cutFrom, cutTo] = what[i] ?? [0, 0];
      if (cutFrom > next) left.push([next, cutFrom - 1]);
      next = Math.max(next, cutTo + 1);
    }
    if (next <= end) left.push([next, end]);
  }
  return left;
};

/** What is in both. */
export const common = (a: Ranges, b: Ranges): Ranges => without(a, without(a, b));
