import { BREATH, type Steps } from '../core/steps.ts';
import type { Growing } from './growing.ts';
import type { Traffic } from './traffic.ts';

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
 * Edges say first which groups can have that many at all; only their rows are looked at.
 * @param groupOf, thingOf of an edge; a thing belongs to one edge of its group
 */
export function* bursts(
  { edges, rows }: Traffic,
  of: { readonly groupOf: (edge: number) => number; readonly groups: number; readonly least: number },
): Steps<Burst[]> {
  const edgesOf = new Int32Array(of.groups);
  for (let edge = 0; edge < edges.size; edge += 1) {
    if (edge % BREATH === 0) yield;
    const group = of.groupOf(edge);
    edgesOf[group] = (edgesOf[group] as number) + 1;
  }
  const candidates = new Map<number, number[]>();
  for (let row = 0; row < rows.edge.length; row += 1) {
    if (row % BREATH === 0) yield;
    const group = of.groupOf(rows.edge.at(row));
    if ((edgesOf[group] as number) < of.least) continue;
    const known = candidates.get(group);
    if (known === undefined) candidates.set(group, [row]);
    else known.push(row);
  }
  const found: Burst[] = [];
  let looked = 0;
  for (const [group, own] of candidates) {
    looked += own.length;
    if (looked >= BREATH) {
      looked = 0;
      yield;
    }
    const burst = burstOf(group, own, rows, of.least);
    if (burst !== undefined) found.push(burst);
  }
  return found;
}

/** Slides a window over the rows of one group, in order of time; edges of one group are its different things. */
const burstOf = (
  group: number,
  own: number[],
  { edge, firstAt }: Traffic['rows'],
  least: number,
): Burst | undefined => {
  if (!canBurst(own, firstAt, least)) return undefined;
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

/** Whether so many rows stand in one window at all: sorting plain numbers says no to nearly every group. */
const canBurst = (own: readonly number[], firstAt: Growing, least: number): boolean => {
  if (own.length < least) return false;
  const times = new Float64Array(own.length);
  for (let at = 0; at < own.length; at += 1) times[at] = firstAt.at(own[at] as number);
  times.sort();
  for (let at = least - 1; at < times.length; at += 1)
    if ((times[at] as number) - (times[at - least + 1] as number) <= WINDOW_MS) return true;
  return false;
};
