import { z } from 'zod';

/** Event time (epoch ms), id of the event, and what distinct ones are told apart by ('' = nothing). */
const Occurrence = z.tuple([z.number(), z.string(), z.string()]);
type Occurrence = z.infer<typeof Occurrence>;

/** What was counted, by what it is counted by: each in the order of time. Part of a rule's memory. */
export const Tallied = z.record(z.string(), z.array(Occurrence)).default({});
export type Tallied = z.infer<typeof Tallied>;

/** The fullest span: how many occurrences it holds, when it begins and ends (epoch ms), and the most distinct ones in any such span. */
export interface Fullest {
  readonly count: number;
  readonly distinct: number;
  readonly first: number;
  readonly last: number;
}

/** Counts by event time while one observation is judged. */
export interface Tally {
  /** Counts an event once, whenever it comes. @param of what distinct ones are told apart by */
  add(key: string, event: { readonly at: number; readonly href: string }, of?: string): void;
  /** The span of that length that contains `at` and holds most occurrences. */
  fullest(key: string, at: number, spanMs: number): Fullest;
  /** The span of that length that ends between the two and holds most occurrences. */
  fullestEnding(key: string, between: readonly [number, number], spanMs: number): Fullest;
  /** When it was counted, and what they were told apart by, in the order of time. */
  each(key: string): readonly { readonly at: number; readonly of: string }[];
  /** What to remember: nothing older than that, and no more than fits. */
  kept(since: number): Tallied;
}

/** Occurrences kept of one key, and keys kept: whoever floods the log must not fill the memory. The newest stay. */
const MOST = { each: 200, keys: 500 } as const;

/**
 * Counts in a window by event time: late and unordered events come to the same memory, and the last one that is missing finds all the
 * others, whichever one that is. Ids are kept so that nothing counts twice.
 */
export const tallyOf = (before: Tallied): Tally => {
  const tallied = new Map<string, readonly Occurrence[]>(Object.entries(before));
  const touched = new Map<string, Occurrence[]>();
  const own = (key: string): Occurrence[] => {
    const mine = touched.get(key) ?? [...(tallied.get(key) ?? [])];
    touched.set(key, mine);
    tallied.set(key, mine);
    return mine;
  };
  return {
    add(key, { at, href }, of = '') {
      const entry: Occurrence = [at, idOf(href), of];
      const all = own(key);
      // Events come mostly in the order of time: the place is mostly the end.
      let place = all.length;
      while (place > 0 && inOrder(all[place - 1] ?? entry, entry) > 0) place -= 1;
      const before = all[place - 1];
      if (before !== undefined && inOrder(before, entry) === 0) return;
      all.splice(place, 0, entry);
      if (all.length > MOST.each) all.shift();
    },
    fullest: (key, at, spanMs) =>
      best(tallied.get(key) ?? [], spanMs, at, (first, last) => first <= at && at <= last),
    fullestEnding: (key, [from, to], spanMs) =>
      best(tallied.get(key) ?? [], spanMs, to, (_, last) => from <= last && last <= to),
    each: (key) => (tallied.get(key) ?? []).map(([at, , of]) => ({ at, of })),
    kept(since) {
      const recent = [...tallied].flatMap(([key, all]): [string, Occurrence[]][] => {
        const left = all.filter(([at]) => at >= since);
        return left.length === 0 ? [] : [[key, left]];
      });
      return Object.fromEntries(recent.sort(newestFirst).slice(0, MOST.keys));
    },
  };
};

/** Enough of an href to tell two events of one moment apart. */
const idOf = (href: string): string => href.slice(-12);

const inOrder = (a: Occurrence, b: Occurrence): number => a[0] - b[0] || compare(a[1], b[1]);

const newestFirst = (a: readonly [string, Occurrence[]], b: readonly [string, Occurrence[]]): number =>
  (b[1][b[1].length - 1]?.[0] ?? 0) - (a[1][a[1].length - 1]?.[0] ?? 0) || compare(a[0], b[0]);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Slides a span over the occurrences; `counts` says which spans are asked for. */
const best = (
  all: readonly Occurrence[],
  spanMs: number,
  at: number,
  counts: (first: number, last: number) => boolean,
): Fullest => {
  let fullest: Fullest = { count: 0, distinct: 0, first: at, last: at };
  const inside = new Map<string, number>();
  let from = 0;
  for (const [i, [last, , of]] of all.entries()) {
    inside.set(of, (inside.get(of) ?? 0) + 1);
    for (let head = all[from]; head !== undefined && last - head[0] > spanMs; head = all[from]) {
      const left = (inside.get(head[2]) ?? 0) - 1;
      if (left === 0) inside.delete(head[2]);
      else inside.set(head[2], left);
      from += 1;
    }
    const first = all[from]?.[0] ?? last;
    if (!counts(first, last)) continue;
    const distinct = Math.max(fullest.distinct, inside.size);
    const count = i - from + 1;
    fullest = count > fullest.count ? { count, distinct, first, last } : { ...fullest, distinct };
  }
  return fullest;
};
