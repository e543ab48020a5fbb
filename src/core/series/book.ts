import { z } from 'zod';
import { type Figures, type HourSample, KINDS, type Kind } from './sample.ts';

/** How long samples are kept, in hours (issue: 90 days). */
export const KEPT_HOURS = 90 * 24;
/** Figures of one kind in one hour; those that sample put what counts first. */
export const MOST_FIGURES = 250;
/** Names in the list above which those nobody uses any more are let go. */
const MOST_NAMES = 2_000;

const Hour = z.partialRecord(z.enum(KINDS), z.array(z.number()));
const Pages = z.object({ names: z.array(z.string()), hours: z.record(z.string(), Hour) });
type Pages = z.infer<typeof Pages>;

/**
 * Samples of all PCEs, compact: by PCE a list of names, by hour and kind pairs of (place in that list, number). At most 90 days of
 * 250 figures a kind: about 1 MB a PCE in JSON for 100 figures an hour, 15 MB at the very most.
 */
export const SeriesBook = z.object({ version: z.literal(1), pces: z.record(z.string(), Pages) });
export type SeriesBook = z.infer<typeof SeriesBook>;

export const emptyBook = (): SeriesBook => ({ version: 1, pces: {} });

/** The book with that sample in it; the same hour and kind again replaces it. What is older than 90 days before the newest hour goes. */
export const withSample = (
  book: SeriesBook,
  pce: string,
  hour: number,
  kind: Kind,
  figures: Figures,
): SeriesBook => {
  const pages = pagesOf(book, pce);
  const places = new Map(pages.names.map((name, at) => [name, at]));
  const pairs = Object.entries(figures)
    .slice(0, MOST_FIGURES)
    .flatMap(([name, count]) => {
      const place = places.get(name) ?? places.size;
      places.set(name, place);
      return [place, count];
    });
  const hours: Pages['hours'] = { ...pages.hours, [hour]: { ...pages.hours[hour], [kind]: pairs } };
  const newest = Math.max(...Object.keys(hours).map(Number));
  for (const one of Object.keys(hours)) if (Number(one) <= newest - KEPT_HOURS) delete hours[one];
  return { ...book, pces: { ...book.pces, [pce]: tidied({ names: [...places.keys()], hours }) } };
};

/** Samples with from ≤ hour < to (hours since the epoch), oldest first. Hours of which nothing was sampled are not in it. */
export const samplesBetween = (book: SeriesBook, pce: string, from: number, to: number): HourSample[] => {
  const { names, hours } = pagesOf(book, pce);
  return Object.entries(hours)
    .map(([hour, kinds]) => ({ hour: Number(hour), kinds }))
    .filter(({ hour }) => hour >= from && hour < to)
    .sort((a, b) => a.hour - b.hour)
    .map(({ hour, kinds }) => ({
      hour,
      kinds: Object.fromEntries(Object.entries(kinds).map(([kind, pairs]) => [kind, read(names, pairs)])),
    }));
};

const pagesOf = (book: SeriesBook, pce: string): Pages => book.pces[pce] ?? { names: [], hours: {} };

const read = (names: readonly string[], pairs: readonly number[]): Figures => {
  const figures: Record<string, number> = {};
  for (let at = 0; at < pairs.length; at += 2)
    figures[names[pairs[at] ?? -1] ?? 'unknown'] = pairs[at + 1] ?? 0;
  return figures;
};

/** Without the names of versions, types and groups that no sample has any more. */
const tidied = (pages: Pages): Pages => {
  if (pages.names.length <= MOST_NAMES) return pages;
  const places = new Map<number, number>();
  const hours = Object.fromEntries(
    Object.entries(pages.hours).map(([hour, kinds]) => [
      hour,
      Object.fromEntries(
        Object.entries(kinds).map(([kind, pairs]) => [
          kind,
          pairs.map((one, at) => {
            if (at % 2 === 1) return one;
            const place = places.get(one) ?? places.size;
            places.set(one, place);
            return place;
          }),
        ]),
      ),
    ]),
  );
  return { names: [...places.keys()].map((at) => pages.names[at] ?? 'unknown'), hours };
};
