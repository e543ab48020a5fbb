import type { PceEvent } from '../event.ts';
import { type Figures, withMost } from './sample.ts';

/** Types that are named; the others count as one. A PCE of today knows about 270, a busy hour has some 40. */
const MOST_TYPES = 150;

/** Events of one complete hour by type. */
export const countTypes = (events: readonly PceEvent[]): Figures => {
  const counts = new Map<string, number>();
  for (const { type } of events) counts.set(type, (counts.get(type) ?? 0) + 1);
  return Object.fromEntries(withMost(counts, MOST_TYPES));
};
