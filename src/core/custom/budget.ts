import type { Spend } from '../linear-regex.ts';

/**
 * Steps a custom rule may take for one observation. A full answer of 10,000 events that pass four conditions takes half of it; all
 * of it takes less than the 100 ms of fault 27, measured at some 50 ns a step. Counted, not timed: the same events always come to
 * the same.
 */
const MOST_STEPS = 1_000_000;

/** A rule that would keep the others waiting: it is left out of this observation, by name. */
export class OverBudget extends Error {
  override readonly name = 'OverBudget';
}

/** @returns what to call with the steps taken; throws OverBudget when they are more than allowed */
export const budgetOf = (most = MOST_STEPS): Spend => {
  let left = most;
  return (steps) => {
    left -= steps;
    if (left < 0) throw new OverBudget('its conditions are more work than one answer of the PCE may cost');
  };
};
