import { z } from 'zod';
import type { PceEvent } from './event.ts';

export const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
/** Definitions §3 events-rate: what is compared, and from how many samples on. */
const HISTORY_DAYS = 28;
const LEARNT = 5;
const SPIKE = { least: 50, times: 4, deviations: 6 } as const;
const DROP = { part: 0.25, least: 40 } as const;

const Counts = z.record(z.string(), z.number());
type Counts = z.infer<typeof Counts>;

/** Events by family, hour by hour, from `first` (hours since the epoch) on; null = that hour could not be read. */
export const Hours = z
  .object({ first: z.number(), counts: z.array(Counts.nullable()) })
  .default({ first: 0, counts: [] });
export type Hours = z.infer<typeof Hours>;

/** Everyday talk of VENs and sessions: one family, whatever its resource. */
const CHATTER =
  /^(agent\.(update|request_policy|reguest_policy|refresh_|upload_|machine_identifier)|container_cluster\.security_policy_|user\.(create_session|\w*session_\w+)$)/;

/** Counts events by the resource part of their type; `isOurs` belongs to the chatter. */
export const countFamilies = (events: readonly PceEvent[], isOurs: (event: PceEvent) => boolean): Counts => {
  const counts = new Map<string, number>();
  for (const event of events) {
    const [resource = ''] = event.type.split('.');
    const family = CHATTER.test(event.type) || isOurs(event) ? 'VEN chatter and sessions' : resource;
    counts.set(family, (counts.get(family) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
};

/** The history with that hour in it; the same hour again replaces it. Only the last 28 days stay. */
export const withHour = ({ first, counts }: Hours, hour: number, given: Counts | null): Hours => {
  if (counts.length === 0) return { first: hour, counts: [given] };
  const all = new Map(counts.map((one, i) => [first + i, one]));
  all.set(hour, given);
  const last = Math.max(...all.keys());
  const begin = Math.max(Math.min(...all.keys()), last - HISTORY_DAYS * DAY_HOURS);
  return {
    first: begin,
    counts: Array.from({ length: last - begin + 1 }, (_, i) => all.get(begin + i) ?? null),
  };
};

export interface Unusual {
  readonly family: string;
  readonly kind: 'spike' | 'drop';
  readonly count: number;
  readonly expected: number;
}

/** What is unusual in an hour, family by family; a family with fewer than five samples is still being learnt and never unusual. */
export const unusualIn = (
  hours: Hours,
  hour: number,
): { readonly unusual: readonly Unusual[]; readonly learning: readonly string[] } => {
  const families = [...new Set(hours.counts.flatMap((one) => Object.keys(one ?? {})))].sort();
  const judged = families.map((family) => ({ family, verdict: judge(hours, hour, family) }));
  return {
    learning: judged.flatMap(({ family, verdict }) => (verdict === 'learning' ? [family] : [])),
    unusual: judged.flatMap(({ family, verdict }): Unusual[] => {
      if (typeof verdict === 'string') return [];
      const { kind, count, expected } = verdict;
      // One thin hour is no news; two running are.
      const before = kind === 'drop' ? judge(hours, hour - 1, family) : verdict;
      const lasts = typeof before !== 'string' && before.kind === kind;
      return lasts ? [{ family, kind, count, expected }] : [];
    }),
  };
};

type Verdict = 'learning' | 'usual' | Omit<Unusual, 'family'>;

const judge = (hours: Hours, hour: number, family: string): Verdict => {
  const now = countsAt(hours, hour);
  if (now === null) return 'usual';
  const samples = samplesOf(hours, hour, family);
  if (samples.length < LEARNT) return 'learning';
  const expected = median(samples);
  const deviation = median(samples.map((one) => Math.abs(one - expected)));
  const count = now[family] ?? 0;
  const most = Math.max(SPIKE.least, SPIKE.times * expected, expected + SPIKE.deviations * deviation);
  if (count > most) return { kind: 'spike', count, expected };
  if (expected >= DROP.least && count < DROP.part * expected) return { kind: 'drop', count, expected };
  return 'usual';
};

/** The same hour of the day, on the same kind of day, of the 28 days before. */
const samplesOf = (hours: Hours, hour: number, family: string): number[] =>
  Array.from({ length: HISTORY_DAYS }, (_, i) => hour - (i + 1) * DAY_HOURS).flatMap((then) => {
    const counts = countsAt(hours, then);
    return counts === null || isWeekend(then) !== isWeekend(hour) ? [] : [counts[family] ?? 0];
  });

const countsAt = ({ first, counts }: Hours, hour: number): Counts | null => counts[hour - first] ?? null;

const isWeekend = (hour: number): boolean => [0, 6].includes(new Date(hour * HOUR_MS).getUTCDay());

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
};
