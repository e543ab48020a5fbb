import { median } from './statistics.ts';

/** One thing measured: the median of its runs, and how far they lie apart. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  /** In `unit`; null for figures that are shown for scale only. */
  readonly budget: number | null;
  /** Whether `value` keeps the budget; true without one. */
  readonly within: boolean;
}

/** What `--json` prints of one bench (design §8). */
export interface Report {
  readonly bench: string;
  readonly figures: readonly Figure[];
  readonly within: boolean;
  readonly runs: number;
  readonly node: string;
}

/** A row of design §11. */
export interface Bench {
  readonly name: string;
  /** What is done, in one line. */
  readonly about: string;
  /** @param say progress, for a person who waits */
  run(runs: number, say: (line: string) => void): Promise<readonly Figure[]>;
}

/** A number must not be larger than `most`, or not smaller than `least`. */
type Budget = { readonly most: number } | { readonly least: number };

/** A figure out of one value a run. Rounded to what was measured, never to what is hoped for: `within` is decided before. */
export const figure = (name: string, unit: string, values: readonly number[], budget?: Budget): Figure => {
  const value = median(values);
  const sign = budget === undefined ? '' : 'most' in budget ? ' (at most)' : ' (at least)';
  return {
    name: `${name}${sign}`,
    value: rounded(value),
    unit,
    min: rounded(Math.min(...values)),
    max: rounded(Math.max(...values)),
    budget: budget === undefined ? null : 'most' in budget ? budget.most : budget.least,
    within: budget === undefined || ('most' in budget ? value <= budget.most : value >= budget.least),
  };
};

/** Four figures are more than any of this repeats. */
const rounded = (value: number): number => Number(value.toPrecision(4));
