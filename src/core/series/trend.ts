import { type Figures, HOUR_MS, type HourSample, type Kind } from './sample.ts';

/** What a chart shows of one interval; without `values` nothing was sampled in it. */
export interface TrendPoint {
  /** Start, epoch ms. */
  readonly at: number;
  readonly spanMs: number;
  readonly values: Readonly<Record<string, number>> | undefined;
}

/** Hours since the epoch, from ≤ hour < to, in intervals of `step` hours. */
export interface TrendWindow {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** Intervals of a chart: as many as can still be told apart. */
const MOST_POINTS = 200;
const STEPS = [1, 3, 6, 12, 24];

/** The window of so many ms that ends with the last hour that is over. @param end epoch ms */
export const trendWindow = (sinceMs: number, end: number): TrendWindow => {
  const hours = Math.max(1, Math.round(sinceMs / HOUR_MS));
  const step = STEPS.find((each) => hours / each <= MOST_POINTS) ?? 24;
  // Intervals begin where days do, so that one of 24 hours is a UTC day.
  const to = Math.floor(end / HOUR_MS);
  const from = Math.floor((to - hours) / step) * step;
  return { from, to: from + Math.ceil((to - from) / step) * step, step };
};

/**
 * Samples as a chart takes them: the mean of the hours of an interval that were sampled. An hour that was not counts as nothing,
 * neither as zero nor as its neighbours; an interval without any is a hole.
 * @param values what is shown of the figures of one hour; undefined = nothing of it was sampled
 */
export const trendPoints = (
  samples: readonly HourSample[],
  { from, to, step }: TrendWindow,
  kind: Kind,
  values: (figures: Figures) => Readonly<Record<string, number>> | undefined,
): TrendPoint[] => {
  const byHour = new Map(samples.map(({ hour, kinds }) => [hour, kinds[kind]]));
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => {
    const start = from + i * step;
    const hours = Array.from({ length: step }, (_none, hour) => byHour.get(start + hour)).flatMap(
      (figures) => {
        const shown = figures === undefined ? undefined : values(figures);
        return shown === undefined ? [] : [shown];
      },
    );
    return { at: start * HOUR_MS, spanMs: step * HOUR_MS, values: meanOf(hours) };
  });
};

const meanOf = (
  hours: readonly Readonly<Record<string, number>>[],
): Readonly<Record<string, number>> | undefined => {
  if (hours.length === 0) return undefined;
  const ids = new Set(hours.flatMap((one) => Object.keys(one)));
  return Object.fromEntries(
    [...ids].map((id) => {
      const told = hours.flatMap((one) => one[id] ?? []);
      return [id, told.reduce((sum, value) => sum + value, 0) / told.length];
    }),
  );
};

/** The names that sum to most over all samples, most first; the others are for the caller to add up. */
export const biggest = (
  samples: readonly HourSample[],
  kind: Kind,
  nameOf: (figure: string) => string | undefined,
  most: number,
): readonly string[] => {
  const sums = new Map<string, number>();
  for (const { kinds } of samples)
    for (const [figure, count] of Object.entries(kinds[kind] ?? {})) {
      const name = nameOf(figure);
      if (name !== undefined) sums.set(name, (sums.get(name) ?? 0) + count);
    }
  return [...sums]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, most)
    .map(([name]) => name);
};
