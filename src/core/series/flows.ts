import { DECISIONS, type Decision } from '../flow.ts';
import type { HourDecisions } from '../traffic/decisions.ts';
import { type Figures, figureName } from './sample.ts';

/** Groups of an hour that are kept: with four decisions each they stay below the figures of a kind. */
const MOST_GROUPS = 50;
const ESTATE = '*';

/** The figure of a group (`env=prod`), or of the whole estate. */
export const flowFigure = (group: string | undefined, decision: Decision): string =>
  figureName(group ?? ESTATE, decision);

/** New connections of a complete hour by decision: the whole estate and the groups with the most. */
export const countDecisions = ({ all, groups }: HourDecisions): Figures => {
  const total = (counts: HourDecisions['all']): number =>
    DECISIONS.reduce((sum, decision) => sum + (counts[decision] ?? 0), 0);
  const most = [...groups]
    .sort(([a, one], [b, other]) => total(other) - total(one) || (a < b ? -1 : 1))
    .slice(0, MOST_GROUPS);
  return Object.fromEntries(
    [[undefined, all] as const, ...most].flatMap(([group, counts]) =>
      DECISIONS.flatMap((decision) => {
        const connections = counts[decision];
        return connections === undefined ? [] : [[flowFigure(group, decision), connections] as const];
      }),
    ),
  );
};
