import { z } from 'zod';
import { processName, type Tampering } from './tampering.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** How late an event may be recorded (definitions §1). */
const LATENESS_MS = 20 * MINUTE_MS;
/** Reports no further apart are one episode: as long as a burst lasts (definitions §3 "Life of a rule"). */
const EPISODE_GAP_MS = 30 * MINUTE_MS;
/** How many episodes of a day make a host one that is changed again and again (definitions §3). */
const EPISODES = 3;
/** Reports kept per host: a host changed more often is told "at least". */
export const MOST_REPORTS = 100;

/** When (epoch ms), by which processes, and whether the VEN put its rules back; null = it did not say. */
const Report = z.tuple([z.number(), z.array(z.string()), z.boolean().nullable()]);
type Report = z.infer<typeof Report>;

const Host = z.object({
  name: z.string().default(''),
  /** Of the last day, by time. */
  tampered: z.array(Report),
  /** When its policy could not be deployed, by time. */
  failed: z.array(z.number()),
  /** The first report of a row without a day's gap. */
  since: z.number().optional(),
});
type Host = z.infer<typeof Host>;

/** What was tampered with, by subject key. */
export const TamperingMemory = z.record(z.string(), Host).default({});
export type TamperingMemory = z.infer<typeof TamperingMemory>;

/** One report about a host; without `tampering` its policy could not be deployed. */
export interface Reported {
  readonly key: string;
  readonly name: string;
  readonly at: number;
  readonly tampering: Tampering | undefined;
}

/** Reports are sets by time: the same event twice, late or unordered, gives the same memory. */
export const remember = (before: TamperingMemory, reports: readonly Reported[], now: number) => {
  const hosts = new Map<string, Host>(Object.entries(before));
  for (const { key, name, at, tampering } of reports) {
    const host = hosts.get(key) ?? { name, tampered: [], failed: [] };
    hosts.set(
      key,
      tampering === undefined
        ? { ...host, failed: [...new Set([...host.failed, at])].sort((a, b) => a - b).slice(-MOST_REPORTS) }
        : {
            ...host,
            tampered: added(host.tampered, [
              at,
              tampering.processes.map(processName),
              tampering.reverted ?? null,
            ]),
            since: Math.min(host.since ?? at, at),
          },
    );
  }
  const kept: Record<string, Host> = {};
  for (const [key, host] of hosts) {
    const alive = aged(host, now);
    if (alive !== undefined) kept[key] = alive;
  }
  return { hosts, kept };
};

/** The host as it is remembered from now on; undefined when nothing is. Nearly always nothing of it is older than it may be. */
const aged = (host: Host, now: number): Host | undefined => {
  const tampered = after(host.tampered, ([at]) => at, now - DAY_MS);
  const failed = after(host.failed, (at) => at, now - (tampered.length > 0 ? DAY_MS : LATENESS_MS));
  if (tampered.length > 0)
    return tampered === host.tampered && failed === host.failed ? host : { ...host, tampered, failed };
  const { since, ...rest } = host;
  return failed.length === 0 ? undefined : { ...rest, tampered, failed };
};

/** Those after a moment, all in order of time; the same list when it is all of them. */
const after = <T>(all: T[], at: (one: T) => number, moment: number): T[] => {
  const [oldest] = all;
  return oldest === undefined || at(oldest) > moment ? all : all.filter((one) => at(one) > moment);
};

/** Two reports of one moment are one: what either says is kept, and of "put back" the worse. */
const added = (reports: readonly Report[], [at, processes, reverted]: Report): Report[] => {
  const same = reports.find(([time]) => time === at);
  const merged: Report =
    same === undefined
      ? [at, [...new Set(processes)].sort(), reverted]
      : [at, [...new Set([...same[1], ...processes])].sort(), worse(same[2], reverted)];
  return [...reports.filter((one) => one !== same), merged].sort((a, b) => a[0] - b[0]).slice(-MOST_REPORTS);
};

const worse = (a: boolean | null, b: boolean | null): boolean | null => {
  if (a === false || b === false) return false;
  return a ?? b;
};

/** A host that is changed again and again by the same hand, and put right each time. */
export interface Recurring {
  readonly episodes: number;
  readonly everyMs: number;
  readonly since: number;
  /** undefined when no report names one. */
  readonly process: string | undefined;
}

/**
 * Whether the day that ends at `at` holds ≥ 3 episodes, by the same process or none that is given, all put back (definitions §3). An
 * episode is put back when a report says so and none says that it failed, nor that the policy could not be deployed soon after.
 */
export const recurring = (host: Host, at: number, soonMs: number): Recurring | undefined => {
  const reports = host.tampered.filter(([time]) => time > at - DAY_MS && time <= at);
  const episodes = inEpisodes(reports);
  const processes = new Set(reports.flatMap(([, names]) => names));
  const failed = host.failed.some((time) => reports.some(([from]) => time >= from && time - from <= soonMs));
  const reverted = episodes.every(
    (one) => one.some(([, , back]) => back === true) && one.every(([, , back]) => back !== false),
  );
  if (episodes.length < EPISODES || processes.size > 1 || failed || !reverted) return undefined;
  const starts = episodes.map(([first]) => first?.[0] ?? at);
  const [first = at] = starts;
  return {
    episodes: episodes.length,
    everyMs: ((starts[starts.length - 1] ?? at) - first) / (starts.length - 1),
    since: Math.min(host.since ?? first, first),
    process: [...processes][0],
  };
};

const inEpisodes = (reports: readonly Report[]): Report[][] => {
  const episodes: Report[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const report of reports) {
    if (report[0] - last > EPISODE_GAP_MS) episodes.push([]);
    episodes[episodes.length - 1]?.push(report);
    last = report[0];
  }
  return episodes;
};
