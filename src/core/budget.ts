import type { Person } from './alert.ts';
import { sameAccount } from './person.ts';
import type { Response } from './response.ts';
import { span } from './text.ts';

/** How many writes of one kind may go out in a time, each (definitions §7.6; durations in ms). */
export interface Allowance {
  readonly most: number;
  readonly perMs: number;
}
export interface Budget {
  readonly perResponder: Allowance;
  readonly perBot: Allowance;
}

const HOUR_MS = 3_600_000;
/** Definitions §7.6: per responder 5/h, per bot 20/h. */
export const DEFAULT_BUDGET: Budget = {
  perResponder: { most: 5, perMs: HOUR_MS },
  perBot: { most: 20, perMs: HOUR_MS },
};

/**
 * Why no further write of this kind may go out now; undefined when it may. Each action is counted on its own, so that quarantines
 * never use up the releases; repairs are not counted, they are asked for by nobody.
 * @param written responses whose PUT went out, of any kind and age
 * @param more how many hosts the request is about
 */
export const overBudget = (
  budget: Budget,
  { action, by, more }: { readonly action: string; readonly by: Person; readonly more: number },
  written: readonly Response[],
  now: number,
): string | undefined => {
  const times = (one: Allowance, mine: boolean): readonly number[] =>
    written
      .filter((row) => row.action === action && (!mine || sameAccount(row.by, by)))
      .flatMap(({ writtenAt }) => (writtenAt !== undefined && writtenAt > now - one.perMs ? [writtenAt] : []))
      .sort((a, b) => a - b);
  const full = (one: Allowance, mine: boolean): string | undefined => {
    const used = times(one, mine);
    if (used.length + more <= one.most) return undefined;
    const frees = used[used.length + more - one.most - 1];
    const whose = mine ? 'you may' : 'this bot may';
    if (frees === undefined)
      return `${whose} do ${one.most} in ${span(one.perMs)} (${action}), and this is about ${more}; ask for fewer at once`;
    const when = `the next is free in ${span(Math.max(60_000, frees + one.perMs - now))}`;
    return `${mine ? 'you have' : 'this bot has'} used ${used.length} of ${one.most} in ${span(one.perMs)} (${action}); ${when}`;
  };
  return full(budget.perResponder, true) ?? full(budget.perBot, false);
};
