import { DECISIONS } from '../core/flow.ts';
import { inSlices, type Steps } from '../core/steps.ts';
import type { Growing } from './growing.ts';
import type { NumberPairs } from './number-pairs.ts';
import { zeros } from './zeros.ts';

export interface Counts {
  readonly connections: number;
  readonly bytes: number;
  /** Raw rows. */
  readonly flows: number;
}

/**
 * Flows of two reporters counted once (definitions §0): rows of one (source, destination, service, decision, UTC day of
 * first_detected) are one group; connections and bytes are summed per reporting side, and the side with the most connections
 * counts, on a tie the one with the most bytes. Columns side by side: what stands at one index is one group.
 */
export interface Groups {
  readonly size: number;
  /** Numbers into `pairs`, `ends`, `services`, DECISIONS of the traffic. */
  readonly pair: Int32Array;
  readonly source: Int32Array;
  readonly destination: Int32Array;
  readonly service: Int32Array;
  readonly decision: Uint8Array;
  /** UTC day of first_detected, days since the epoch. */
  readonly day: Int32Array;
  /** Which side counts: the number it has in `parts`. */
  readonly side: Uint8Array;
  readonly connections: Float64Array;
  readonly bytes: Float64Array;
  readonly flows: Float64Array;
  /** Of all groups; `decisions` are connections by the number of the decision. */
  readonly total: Counts & { readonly decisions: readonly number[] };
}

/** What rows were added to, by number. */
interface Added {
  readonly pairs: NumberPairs;
  /** (pair, service). */
  readonly edges: NumberPairs;
  /** (edge, day × 4 + decision). */
  readonly groups: NumberPairs;
  /** (group, process × 3 + side). */
  readonly parts: NumberPairs;
  /** Of a part: connections, bytes, rows. */
  readonly sums: Growing;
}

/** Sums of a group: connections and bytes of three sides, then rows. */
const WIDTH = 7;
const ROWS = 6;

/** What each group counts. */
export function* settledGroups({ pairs, edges, groups, parts, sums }: Added): Steps<Groups> {
  const { size } = groups;
  const sides = zeros(new Float64Array(WIDTH * size));
  yield* inSlices(parts.size, (from, to) => {
    for (let part = from; part < to; part += 1) {
      const at = WIDTH * parts.first(part);
      const side = at + 2 * (parts.second(part) % 3);
      sides[side] = (sides[side] as number) + sums.at(3 * part);
      sides[side + 1] = (sides[side + 1] as number) + sums.at(3 * part + 1);
      sides[at + ROWS] = (sides[at + ROWS] as number) + sums.at(3 * part + 2);
    }
  });
  const columns = {
    pair: new Int32Array(size),
    source: new Int32Array(size),
    destination: new Int32Array(size),
    service: new Int32Array(size),
    decision: new Uint8Array(size),
    day: new Int32Array(size),
    side: new Uint8Array(size),
    connections: new Float64Array(size),
    bytes: new Float64Array(size),
    flows: new Float64Array(size),
  };
  const total = { connections: 0, bytes: 0, flows: 0, decisions: DECISIONS.map(() => 0) };
  yield* inSlices(size, (from, to) => {
    const { pair, source, destination, service, decision, day, side, connections, bytes, flows } = columns;
    const { decisions } = total;
    for (let group = from; group < to; group += 1) {
      const edge = groups.first(group);
      const kind = groups.second(group);
      const at = WIDTH * group;
      const counting = countingSide(sides, at);
      pair[group] = edges.first(edge);
      source[group] = pairs.first(edges.first(edge));
      destination[group] = pairs.second(edges.first(edge));
      service[group] = edges.second(edge);
      // Of day × 4 + decision, where days before 1970 are negative.
      decision[group] = kind & 3;
      day[group] = kind >> 2;
      side[group] = counting;
      const counted = sides[at + 2 * counting] as number;
      connections[group] = counted;
      bytes[group] = sides[at + 2 * counting + 1] as number;
      flows[group] = sides[at + ROWS] as number;
      total.connections += counted;
      total.bytes += bytes[group] as number;
      total.flows += flows[group] as number;
      decisions[kind & 3] = (decisions[kind & 3] as number) + counted;
    }
  });
  return { size, ...columns, total };
}

/** The side that counts: most connections, then most bytes. */
const countingSide = (sides: Float64Array, at: number): number => {
  let best = 0;
  for (let side = 1; side < 3; side += 1) {
    const here = at + 2 * best;
    const there = at + 2 * side;
    const more = (sides[there] as number) - (sides[here] as number);
    if (more > 0 || (more === 0 && (sides[there + 1] as number) > (sides[here + 1] as number))) best = side;
  }
  return best;
};
