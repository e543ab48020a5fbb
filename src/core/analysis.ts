import type { Flow } from './flow.ts';

/** One traffic analysis: a single pass over rows, two of which can be merged (design §2). */
export interface Analysis<Result> {
  readonly id: string;
  readonly about: string;
  /** A fresh accumulator. */
  start(): Accumulator<Result>;
}

export interface Accumulator<Result> {
  add(flow: Flow): void;
  /** Takes over what another accumulator of the same analysis has gathered. */
  merge(other: Accumulator<Result>): void;
  result(): Result;
}
