import { type Summed, summed } from '../../core/series/change.ts';
import { HOUR_MS } from '../../core/series/sample.ts';
import type { BoardDeps } from './board.ts';

const DAY_HOURS = 24;

/** Events by type of the last 24 complete hours that were sampled, and of the 24 before. */
export interface TwoDays {
  readonly now: Summed;
  readonly before: Summed;
  /** `22 of 24 h sampled`, or nothing when all was. */
  readonly holes: string | undefined;
}

export const twoDaysOf = async (pce: string, { series, clock }: BoardDeps): Promise<TwoDays> => {
  const to = Math.floor(clock.now() / HOUR_MS);
  const samples = await series.between(pce, to - 3 * DAY_HOURS, to);
  // The newest hours are sampled when they are complete: the day ends with the last that was.
  const end = (samples.filter(({ kinds }) => kinds.events !== undefined).at(-1)?.hour ?? to - 1) + 1;
  const now = summed(samples, 'events', end - DAY_HOURS, end);
  return {
    now,
    before: summed(samples, 'events', end - 2 * DAY_HOURS, end - DAY_HOURS),
    holes: now.hours === DAY_HOURS ? undefined : `${now.hours} of ${DAY_HOURS} h sampled`,
  };
};
