import { z } from 'zod';

const DAY_MS = 86_400_000;
/** Gaps of seven days count; a silence is longer than five times the 99th percentile, and than half an hour (definitions §3 events-rate). */
const KEEP_DAYS = 7;
const SILENCE = { leastMs: 30 * 60_000, times: 5, part: 0.99 } as const;
/** Fewer gaps than this say nothing. */
const LEARNT = 100;
/** Two steps an octave: a gap is known to within 42 %. */
const STEPS = 2;

/** By day (since the epoch), by length in half octaves of seconds: how many gaps between one event and the next. */
export const Gaps = z.record(z.string(), z.record(z.string(), z.number())).default({});
export type Gaps = z.infer<typeof Gaps>;

/** Adds the gaps between the events of one complete hour, given their times in epoch ms. */
export const withGaps = (gaps: Gaps, times: readonly number[]): Gaps => {
  const sorted = [...times].sort((a, b) => a - b);
  const day = String(Math.floor((sorted[0] ?? 0) / DAY_MS));
  const own = { ...gaps[day] };
  for (const [i, at] of sorted.entries()) {
    const before = sorted[i - 1];
    if (before === undefined) continue;
    const step = String(Math.max(0, Math.ceil(STEPS * Math.log2(Math.max(1, (at - before) / 1_000)))));
    own[step] = (own[step] ?? 0) + 1;
  }
  const kept = Object.entries({ ...gaps, [day]: own }).filter(
    ([one]) => Number(one) > Number(day) - KEEP_DAYS,
  );
  return sorted.length < 2 ? gaps : Object.fromEntries(kept);
};

/** From how long on no event at all is strange, in ms; undefined while that is not known yet. */
export const silenceMs = (gaps: Gaps): number | undefined => {
  const counts = new Map<number, number>();
  for (const day of Object.values(gaps))
    for (const [step, count] of Object.entries(day))
      counts.set(Number(step), (counts.get(Number(step)) ?? 0) + count);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total < LEARNT) return undefined;
  let seen = 0;
  for (const [step, count] of [...counts].sort(([a], [b]) => a - b)) {
    seen += count;
    if (seen >= SILENCE.part * total)
      return Math.max(SILENCE.leastMs, SILENCE.times * 2 ** (step / STEPS) * 1_000);
  }
  return undefined;
};
