import { BREATH, inSlices, type Steps } from '../core/steps.ts';

/** The items in order, stopping for breath: runs that are sorted at once, then merged two by two. */
export function* sorted<T>(items: readonly T[], order: (a: T, b: T) => number): Steps<T[]> {
  let runs: T[][] = [];
  for (let at = 0; at < items.length; at += BREATH / 4) {
    runs.push(items.slice(at, at + BREATH / 4).sort(order));
    yield;
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let at = 0; at < runs.length; at += 2)
      merged.push(yield* joined(runs[at] ?? [], runs[at + 1] ?? [], order));
    runs = merged;
  }
  return runs[0] ?? [];
}

function* joined<T>(a: readonly T[], b: readonly T[], order: (a: T, b: T) => number): Steps<T[]> {
  const all: T[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    if (j >= b.length || (i < a.length && order(a[i] as T, b[j] as T) <= 0)) all.push(a[i++] as T);
    else all.push(b[j++] as T);
    if (all.length % BREATH === 0) yield;
  }
  return all;
}

/** The first `most` of the items in order, all with 0: a short list is kept in order as they come, which costs no sorting. */
export function* leading<T>(items: ArrayLike<T>, order: (a: T, b: T) => number, most: number): Steps<T[]> {
  if (most === 0 || most > 200) {
    const all = yield* sorted(Array.from(items), order);
    return most === 0 ? all : all.slice(0, most);
  }
  const best: T[] = [];
  yield* inSlices(items.length, (from, to) => {
    for (let at = from; at < to; at += 1) {
      const item = items[at] as T;
      if (best.length === most && order(item, best[most - 1] as T) >= 0) continue;
      let place = best.length;
      while (place > 0 && order(item, best[place - 1] as T) < 0) place -= 1;
      best.splice(place, 0, item);
      if (best.length > most) best.pop();
    }
  });
  return best;
}

/** By code points, as definitions §6 wants keys sorted: the units of UTF-16 would put U+FFFD after an emoji. */
export const byCodePoint = (a: string, b: string): number => {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at += 1) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
};

/** Halves of a pair (0xD800–0xDFFF) stand for code points above all others. */
const rank = (unit: number): number => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x10000 : unit);
