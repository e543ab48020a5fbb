import { grouped } from '../text.ts';
import { type Figures, HOUR_MS, type HourSample, type Kind } from './sample.ts';

const DAY_HOURS = 24;

/** `+3`, `−2`, `0`; `–` where one of the two is not known. */
export const changeText = (now: number | undefined, before: number | undefined): string => {
  if (now === undefined || before === undefined) return '–';
  const change = now - before;
  return change === 0 ? '0' : `${change > 0 ? '+' : '−'}${grouped(Math.abs(change))}`;
};

/** The sample of the same time yesterday, or of the hour beside it: one that was missed must not cost the comparison. */
export const yesterdays = (samples: readonly HourSample[], kind: Kind, now: number): Figures | undefined => {
  const hour = Math.floor(now / HOUR_MS) - DAY_HOURS;
  const at = (one: number): Figures | undefined => samples.find((sample) => sample.hour === one)?.kinds[kind];
  return at(hour) ?? at(hour - 1) ?? at(hour + 1);
};

/** Sums of one kind over some hours, and how many of these were sampled. */
export interface Summed {
  readonly figures: Figures;
  readonly hours: number;
}

/** @param from @param to hours since the epoch, from ≤ hour < to */
export const summed = (samples: readonly HourSample[], kind: Kind, from: number, to: number): Summed => {
  const figures: Record<string, number> = {};
  let hours = 0;
  for (const { hour, kinds } of samples) {
    const one = kinds[kind];
    if (hour < from || hour >= to || one === undefined) continue;
    hours += 1;
    for (const [name, count] of Object.entries(one)) figures[name] = (figures[name] ?? 0) + count;
  }
  return { figures, hours };
};
