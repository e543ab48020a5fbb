import { HOUR_MS, type Hours, isWeekend, namesIn, type Usual, usualAt, withHour } from '../hourly.ts';
import type { Finding, Observation } from '../rule.ts';
import { counted, grouped, listed, type Text } from '../text.ts';
import type { GroupSums, HourSums } from './hours.ts';

type FlowsSeen = Extract<Observation, { kind: 'flows' }>;

/**
 * Definitions §5: 14 days. They hold four weekend days at most, and fewer than five samples are none: at weekends, 21 days are
 * compared.
 */
const DAYS = { week: 14, weekend: 21 } as const;
/** Groups whose history is kept: those known already, then the largest. Fifty of them are some 100 kB of state. */
const MOST_GROUPS = 50;
/** An alert is over 30 min after the next hour could have told the same again (definitions §3 "Life of a rule"). */
export const SPIKE_QUIET_MS = 90 * 60_000;

/** What is far more than usual, and the words for it. */
export interface SpikeRule {
  /** What stands before the names of its groups in an hour's sums. */
  readonly kind: string;
  isSpike(count: number, usual: Usual): boolean;
  title(group: string): string;
  /** "1,204 connections from or to env=prod were blocked". */
  says(count: string, group: string): string;
}

/** Judges the hours that are complete, each once, group by group; remembers their sums. */
export const judgeSpikes = (
  { hours: sums, now }: FlowsSeen,
  memory: Hours,
  rule: SpikeRule,
): { readonly findings: readonly Finding[]; readonly memory: Hours } => {
  let hours = memory;
  const findings: Finding[] = [];
  for (const one of sums) {
    const groups = groupsIn(one, rule.kind, hours);
    const counts = Object.fromEntries([...groups].map(([name, { total }]) => [name, total]));
    hours = withHour(hours, one.hour, counts, DAYS.weekend);
    findings.push(...judged(one.hour, groups, hours, now, rule));
  }
  return { findings, memory: hours };
};

const groupsIn = ({ groups }: HourSums, kind: string, hours: Hours): ReadonlyMap<string, GroupSums> => {
  const known = new Set(namesIn(hours));
  const own = Object.entries(groups).flatMap(([name, sums]) =>
    name.startsWith(kind) ? [[name.slice(kind.length), sums] as const] : [],
  );
  const order = own.toSorted(
    ([a, one], [b, other]) => Number(known.has(b)) - Number(known.has(a)) || other.total - one.total,
  );
  return new Map(order.slice(0, MOST_GROUPS));
};

const judged = (
  hour: number,
  groups: ReadonlyMap<string, GroupSums>,
  hours: Hours,
  now: number,
  rule: SpikeRule,
): Finding[] => {
  const days = isWeekend(hour) ? DAYS.weekend : DAYS.week;
  const all = [...groups].map(([name, sums]) => ({
    name,
    sums,
    usual: usualAt(hours, hour, name, days),
  }));
  const learning = all.flatMap(({ name, usual }) => (usual === undefined ? [name] : []));
  return all.flatMap(({ name, sums, usual }) =>
    usual !== undefined && rule.isSpike(sums.total, usual)
      ? [findingOf(name, sums, usual, { hour, learning, now, rule })]
      : [],
  );
};

const findingOf = (
  name: string,
  { total, sources, services }: GroupSums,
  usual: Usual,
  {
    hour,
    learning,
    now,
    rule,
  }: {
    readonly hour: number;
    readonly learning: readonly string[];
    readonly now: number;
    readonly rule: SpikeRule;
  },
): Finding => {
  const story: Text = [
    'In the hour from ',
    { time: hour * HOUR_MS },
    `, ${rule.says(counted(total, 'connection'), name)} instead of about ${grouped(Math.round(usual.median))} at this hour. `,
    `Most came from ${amounts(sources)}; they went to ${amounts(services)}. Counted as what is new between polls, to about 10 min.`,
    learning.length === 0 ? '' : ` Still learning: ${listed(learning, 5)}.`,
  ];
  return {
    subject: { kind: 'label', href: null, name },
    severity: 'warning',
    at: now,
    title: rule.title(name),
    story,
    workloads: [],
    suggests: [],
    event: null,
  };
};

const amounts = (all: GroupSums['sources']): string =>
  listed(
    all.map(([name, count]) => `${name} (${grouped(count)})`),
    5,
  );
