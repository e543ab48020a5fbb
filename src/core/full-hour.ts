const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The next full hour of UTC after `now`, or the next one that is hour `of` (0–23) of its day. Epoch ms. */
export const nextFullHour = (now: number, of?: number): number => {
  if (of === undefined) return (Math.floor(now / HOUR_MS) + 1) * HOUR_MS;
  const today = Math.floor(now / DAY_MS) * DAY_MS + of * HOUR_MS;
  return today > now ? today : today + DAY_MS;
};
