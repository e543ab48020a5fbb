import { inSlices, type Steps } from '../core/steps.ts';
import type { Counts, Groups } from './groups.ts';
import { zeros } from './zeros.ts';

/** Sums by key, a number below `size`; four of them side by side, because a million objects would keep the collector busy. */
export interface Sums {
  /** Adds the groups `from` ≤ group < `to`, each to the key that stands at it. */
  addAll(keys: Int32Array, groups: Groups, from: number, to: number): void;
  addGroup(key: number, groups: Groups, group: number): void;
  add(key: number, counts: Counts): void;
  peer(key: number): void;
  of(key: number): Counts & { readonly peers: number };
  at(key: number, measure: Measure): number;
  /** Keys that have rows or peers, and what is counted by all of them together. */
  keys(): Steps<{ readonly keys: Int32Array; readonly all: Counts }>;
}

const MEASURE_AT = { connections: 0, bytes: 1, peers: 2, flows: 3 } as const;
export type Measure = keyof typeof MEASURE_AT;

export const createSums = (size: number): Sums => new Columns(size);

/** A class, as the pairs of numbers are. */
class Columns implements Sums {
  readonly #size: number;
  readonly #sums: Float64Array;

  constructor(size: number) {
    this.#size = size;
    this.#sums = zeros(new Float64Array(4 * size));
  }

  addAll(keys: Int32Array, groups: Groups, from: number, to: number): void {
    for (let group = from; group < to; group += 1) this.addGroup(keys[group] as number, groups, group);
  }

  addGroup(key: number, { connections, bytes, flows }: Groups, group: number): void {
    this.#plus(key, connections[group] as number, bytes[group] as number, flows[group] as number);
  }

  add(key: number, { connections, bytes, flows }: Counts): void {
    this.#plus(key, connections, bytes, flows);
  }

  peer(key: number): void {
    this.#sums[4 * key + 2] = (this.#sums[4 * key + 2] as number) + 1;
  }

  at(key: number, measure: Measure): number {
    return this.#sums[4 * key + MEASURE_AT[measure]] as number;
  }

  of(key: number): Counts & { readonly peers: number } {
    return {
      connections: this.at(key, 'connections'),
      bytes: this.at(key, 'bytes'),
      peers: this.at(key, 'peers'),
      flows: this.at(key, 'flows'),
    };
  }

  *keys(): Steps<{ readonly keys: Int32Array; readonly all: Counts }> {
    const sums = this.#sums;
    const keys = new Int32Array(this.#size);
    let count = 0;
    const all = { connections: 0, bytes: 0, flows: 0 };
    yield* inSlices(this.#size, (from, to) => {
      for (let key = from; key < to; key += 1) {
        const flows = sums[4 * key + 3] as number;
        if (flows === 0 && sums[4 * key + 2] === 0) continue;
        keys[count] = key;
        count += 1;
        all.connections += sums[4 * key] as number;
        all.bytes += sums[4 * key + 1] as number;
        all.flows += flows;
      }
    });
    return { keys: keys.subarray(0, count), all };
  }

  #plus(key: number, connections: number, bytes: number, flows: number): void {
    const sums = this.#sums;
    const at = 4 * key;
    sums[at] = (sums[at] as number) + connections;
    sums[at + 1] = (sums[at + 1] as number) + bytes;
    sums[at + 3] = (sums[at + 3] as number) + flows;
  }
}
