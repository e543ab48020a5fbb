import { BREATH, inSlices, type Steps } from '../core/steps.ts';
import { growing } from './growing.ts';
import type { Traffic } from './traffic.ts';
import { zeros } from './zeros.ts';

/** A window in which a scan happens (definitions §6). */
const WINDOW_MS = 60_000;

/** Many different things in a short time out of one place. */
export interface Burst {
  readonly group: number;
  /** Distinct things that stand in any qualifying window. */
  readonly distinct: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/**
 * Groups of rows of which some window of 60 s (last − first ≤ 60 s, by first_detected) holds at least `least` distinct things.
 * Edges say first which groups can have that many at all; only their rows are looked at, side by side in one array.
 * @param groupOf by edge; a thing belongs to one edge of its group
 */
export function* bursts(
  { edges, rows }: Traffic,
  of: { readonly groupOf: Int32Array; readonly groups: number; readonly least: number },
): Steps<Burst[]> {
  const { groupOf, groups, least } = of;
  const edgesOf = zeros(new Int32Array(groups));
  yield* inSlices(edges.size, (from, to) => {
    for (let edge = from; edge < to; edge += 1) count(edgesOf, groupOf[edge] as number);
  });
  const startOf = zeros(new Int32Array(groups + 1));
  /** Rows of groups that can have so many. */
  const looked = growing();
  yield* inSlices(rows.edge.length, (from, to) => {
    for (let row = from; row < to; row += 1) {
      const group = groupOf[rows.edge.at(row)] as number;
      if ((edgesOf[group] as number) < least) continue;
      count(startOf, group + 1);
      looked.push(row);
    }
  });
  const able: number[] = [];
  yield* inSlices(groups, (from, to) => {
    for (let group = from; group < to; group += 1) {
      if ((startOf[group + 1] as number) >= least) able.push(group);
      startOf[group + 1] = (startOf[group + 1] as number) + (startOf[group] as number);
    }
  });
  const own = new Int32Array(looked.length);
  const times = new Float64Array(looked.length);
  const filledTo = startOf.slice();
  yield* inSlices(looked.length, (from, to) => {
    for (let one = from; one < to; one += 1) {
      const row = looked.at(one);
      const group = groupOf[rows.edge.at(row)] as number;
      const at = filledTo[group] as number;
      own[at] = row;
      times[at] = rows.firstAt.at(row);
      filledTo[group] = at + 1;
    }
  });
  const found: Burst[] = [];
  let done = 0;
  for (const group of able) {
    const start = startOf[group] as number;
    const end = startOf[group + 1] as number;
    done += end - start;
    if (done >= BREATH) {
      done = 0;
      yield;
    }
    if (!canBurst(times.subarray(start, end), least)) continue;
    const burst = burstOf(group, own.subarray(start, end), rows, least);
    if (burst !== undefined) found.push(burst);
  }
  return found;
}

const count = (counts: Int32Array, at: number): void => {
  counts[at] = (counts[at] as number) + 1;
};

/** Whether so many rows stand in one window at all: sorting plain numbers says no to nearly every group. */
const canBurst = (times: Float64Array, least: number): boolean => {
  times.sort();
  for (let at = least - 1; at < times.length; at += 1)
    if ((times[at] as number) - (times[at - least + 1] as number) <= WINDOW_MS) return true;
  return false;
};

/** Slides a window over the rows of one group, in order of time; edges of one group are its different things. */
const burstOf = (
  group: number,
  own: Int32Array,
  { edge, firstAt }: Traffic['rows'],
  least: number,
): Burst | undefined => {
  own.sort((a, b) => firstAt.at(a) - firstAt.at(b));
  const inWindow = new Map<number, number>();
  const marked = new Set<number>();
  let start = 0;
  let markedTo = 0;
  let first: number | undefined;
  let last = 0;
  for (let at = 0; at < own.length; at += 1) {
    const row = own[at] as number;
    const now = firstAt.at(row);
    inWindow.set(edge.at(row), (inWindow.get(edge.at(row)) ?? 0) + 1);
    for (; now - firstAt.at(own[start] as number) > WINDOW_MS; start += 1) {
      const gone = edge.at(own[start] as number);
      const left = (inWindow.get(gone) ?? 0) - 1;
      if (left === 0) inWindow.delete(gone);
      else inWindow.set(gone, left);
    }
    if (inWindow.size < least) continue;
    first ??= firstAt.at(own[start] as number);
    last = now;
    for (markedTo = Math.max(markedTo, start); markedTo <= at; markedTo += 1)
      marked.add(edge.at(own[markedTo] as number));
  }
  return first === undefined ? undefined : { group, distinct: marked.size, firstAt: first, lastAt: last };
};
