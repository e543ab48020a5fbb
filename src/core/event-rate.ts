import type { PceEvent } from './event.ts';
import { type Counts, countsAt, type Hours, namesIn, usualAt } from './hourly.ts';

/** Definitions §3 events-rate: over how many days is compared, and what is far more or less. */
export const HISTORY_DAYS = 28;
const SPIKE = { least: 50, times: 4, deviations: 6 } as const;
const DROP = { part: 0.25, least: 40 } as const;

/** Everyday talk of VENs and sessions: one family, whatever its resource. */
const CHATTER =
  /^(agent\.(update|request_policy|reguest_policy|refresh_|upload_|machine_identifier)|container_cluster\.security_policy_|user\.(create_session|\w*session_\w+)$)/;

/** Whether an event is everyday talk of VENs and sessions. */
export const isChatter = ({ type }: Pick<PceEvent, 'type'>): boolean => CHATTER.test(type);

/** Counts events by the resource part of their type; `isOurs` belongs to the chatter. */
export const countFamilies = (events: readonly PceEvent[], isOurs: (event: PceEvent) => boolean): Counts => {
  const counts = new Map<string, number>();
  for (const event of events) {
    const [resource = ''] = event.type.split('.');
    const family = isChatter(event) || isOurs(event) ? 'VEN chatter and sessions' : resource;
    counts.set(family, (counts.get(family) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
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
  const families = namesIn(hours).sort();
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
  const usual = usualAt(hours, hour, family, HISTORY_DAYS);
  if (usual === undefined) return 'learning';
  const { median: expected, deviation } = usual;
  const count = now[family] ?? 0;
  const most = Math.max(SPIKE.least, SPIKE.times * expected, expected + SPIKE.deviations * deviation);
  if (count > most) return { kind: 'spike', count, expected };
  if (expected >= DROP.least && count < DROP.part * expected) return { kind: 'drop', count, expected };
  return 'usual';
};
