import { z } from 'zod';

const HOUR_MS = 3_600_000;
/** Reports of an hour are complete so long after its end (definitions §5 "judged 25 min after the hour"). */
const SETTLED_MS = 25 * 60_000;
/** Sources and services that make the sum (definitions §5: five); of how many it is counted. */
const NAMED = 5;
const COUNTED = 2_000;

/** New connections of one hour in one group. */
export interface GroupSums {
  readonly total: number;
  /** Those with the most, and how many each. */
  readonly sources: readonly (readonly [string, number])[];
  readonly services: readonly (readonly [string, number])[];
}

/** A complete hour, judged 25 min after its end. */
export interface HourSums {
  /** Hours since the epoch. */
  readonly hour: number;
  readonly groups: Readonly<Record<string, GroupSums>>;
}

const Tally = z.record(z.string(), z.number());
const Sums = z.object({ total: z.number(), sources: Tally, services: Tally });
/** Hours under way, and the first one that is seen from its beginning. */
export const OpenHours = z.object({
  from: z.number(),
  open: z.record(z.string(), z.record(z.string(), Sums)),
});
export type OpenHours = z.infer<typeof OpenHours>;

/** New connections, hour by hour and group by group. */
export interface HourBook {
  add(at: number, groups: readonly string[], source: string, service: string, connections: number): void;
  /** Hours that touch this time were not watched from their beginning: they are not judged. */
  skip(until: number): void;
  /** Every hour that is over and settled, once. A group without traffic is not in it. */
  settled(now: number): HourSums[];
  encode(): OpenHours;
}

interface Sum {
  total: number;
  readonly sources: Map<string, number>;
  readonly services: Map<string, number>;
}

export const createHourBook = (stored: OpenHours = { from: 0, open: {} }): HourBook => {
  let from = stored.from;
  const open = new Map<number, Map<string, Sum>>(
    Object.entries(stored.open).map(([hour, groups]) => [
      Number(hour),
      new Map(Object.entries(groups).map(([group, sum]) => [group, read(sum)])),
    ]),
  );
  return {
    add(at, groups, source, service, connections) {
      const hour = Math.floor(at / HOUR_MS);
      if (hour < from || groups.length === 0) return;
      const sums = open.get(hour) ?? new Map<string, Sum>();
      open.set(hour, sums);
      for (const group of groups) {
        const sum = sums.get(group) ?? { total: 0, sources: new Map(), services: new Map() };
        sums.set(group, sum);
        sum.total += connections;
        count(sum.sources, source, connections);
        count(sum.services, service, connections);
      }
    },
    skip(until) {
      from = Math.max(from, Math.floor(until / HOUR_MS) + 1);
      for (const hour of [...open.keys()]) if (hour < from) open.delete(hour);
    },
    settled(now) {
      const end = Math.floor((now - SETTLED_MS) / HOUR_MS);
      const hours: HourSums[] = [];
      for (; from < end && from > 0; from += 1) {
        const groups = [...(open.get(from) ?? [])].map(([group, sum]) => [group, shown(sum)] as const);
        hours.push({ hour: from, groups: Object.fromEntries(groups) });
        open.delete(from);
      }
      return hours;
    },
    encode: () => ({
      from,
      open: Object.fromEntries(
        [...open].map(([hour, sums]) => [
          hour,
          Object.fromEntries([...sums].map(([group, sum]) => [group, written(sum)])),
        ]),
      ),
    }),
  };
};

const count = (tally: Map<string, number>, name: string, connections: number): void => {
  if (tally.size < COUNTED || tally.has(name)) tally.set(name, (tally.get(name) ?? 0) + connections);
};

const most = (tally: ReadonlyMap<string, number>): [string, number][] =>
  [...tally].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, NAMED);

const shown = ({ total, sources, services }: Sum): GroupSums => ({
  total,
  sources: most(sources),
  services: most(services),
});

const read = ({ total, sources, services }: z.infer<typeof Sums>): Sum => ({
  total,
  sources: new Map(Object.entries(sources)),
  services: new Map(Object.entries(services)),
});

const written = ({ total, sources, services }: Sum): z.infer<typeof Sums> => ({
  total,
  sources: Object.fromEntries(sources),
  services: Object.fromEntries(services),
});
