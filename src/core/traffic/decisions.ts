import { z } from 'zod';
import { DECISIONS, type Decision } from '../flow.ts';

/** New connections of one hour by decision, of the whole estate and of each group (`env=prod`) either end belongs to. */
export interface HourDecisions {
  /** Hours since the epoch. */
  readonly hour: number;
  readonly all: DecisionCounts;
  readonly groups: ReadonlyMap<string, DecisionCounts>;
}
export type DecisionCounts = Readonly<Partial<Record<Decision, number>>>;

const Counts = z.partialRecord(z.enum(DECISIONS), z.number());
const Hour = z.object({ all: Counts, groups: z.record(z.string(), Counts) });
/** Hours under way, by hours since the epoch. */
export const OpenDecisions = z.record(z.string(), Hour).default({});
export type OpenDecisions = z.infer<typeof OpenDecisions>;

/** Groups counted in one hour; those that come first in it. */
const MOST_GROUPS = 500;

/** Counts new connections by decision; which hours are complete is for the book of hours to say. */
export interface DecisionBook {
  /** @param at epoch ms */
  add(hour: number, decision: Decision, groups: readonly string[], connections: number): void;
  /** The sums of an hour that is complete; it and all before are forgotten. */
  close(hour: number): HourDecisions;
  /** Forgets every hour before: it was not watched from its beginning. */
  skip(before: number): void;
  encode(): OpenDecisions;
}

type Counting = Partial<Record<Decision, number>>;
interface Sum {
  readonly all: Counting;
  readonly groups: Map<string, Counting>;
}

export const createDecisionBook = (stored: OpenDecisions = {}): DecisionBook => {
  const open = new Map<number, Sum>(
    Object.entries(stored).map(([hour, { all, groups }]) => [
      Number(hour),
      { all: { ...all }, groups: new Map(Object.entries(groups)) },
    ]),
  );
  const skip = (before: number): void => {
    for (const hour of [...open.keys()]) if (hour < before) open.delete(hour);
  };
  return {
    skip,
    add(hour, decision, groups, connections) {
      const sum = open.get(hour) ?? { all: {}, groups: new Map() };
      open.set(hour, sum);
      count(sum.all, decision, connections);
      for (const group of groups) {
        const counts = sum.groups.get(group) ?? (sum.groups.size < MOST_GROUPS ? {} : undefined);
        if (counts === undefined) continue;
        sum.groups.set(group, counts);
        count(counts, decision, connections);
      }
    },
    close(hour) {
      const { all, groups } = open.get(hour) ?? { all: {}, groups: new Map() };
      skip(hour + 1);
      return { hour, all, groups };
    },
    encode: () =>
      Object.fromEntries(
        [...open].map(([hour, { all, groups }]) => [hour, { all, groups: Object.fromEntries(groups) }]),
      ),
  };
};

const count = (counts: Counting, decision: Decision, connections: number): void => {
  counts[decision] = (counts[decision] ?? 0) + connections;
};
