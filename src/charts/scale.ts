/** Round marks from 0 to at least `most`: 1, 2 or 5 times a power of ten apart, about `count` of them. `[0, 1]` when there is nothing. */
export const ticks = (most: number, count = 4): readonly number[] => {
  if (!(most > 0)) return [0, 1];
  const rough = most / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? 10 * power;
  const whole = step < 1 && Number.isInteger(most) ? 1 : step;
  return Array.from({ length: Math.ceil(most / whole - 1e-9) + 1 }, (_, at) => at * whole);
};

const SHORT = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** `48211` → `48.2k`: for axes and cells only; text beside a chart gives the full figure. */
export const short = (value: number): string => {
  for (const [size, unit] of SHORT) {
    if (value < size) continue;
    const scaled = value / size;
    return `${scaled >= 100 ? Math.round(scaled) : Math.round(scaled * 10) / 10}${unit}`;
  }
  return String(Math.round(value * 10) / 10);
};

/** Share of the largest on a logarithmic scale, so that one giant does not make all others look like nothing. 0 for 0. */
export const logShare = (value: number, most: number): number =>
  value <= 0 || most <= 0 ? 0 : Math.log1p(value) / Math.log1p(most);
