import type { SeriesData } from '../../charts/series.ts';
import { COLOURS, SERIES_COLOURS } from '../../charts/theme.ts';
import type { CommandDeps, PceDesk } from '../../core/command.ts';
import type { HourSample } from '../../core/series/sample.ts';
import type { TrendWindow } from '../../core/series/trend.ts';
import type { Problem } from '../problem.ts';
import type { Flags } from '../words.ts';

/** One trend that is asked for: of which PCE, over which hours, and the words that narrow it. */
export interface TrendQuestion {
  readonly desk: PceDesk;
  readonly words: readonly string[];
  readonly flags: Flags;
  readonly window: TrendWindow;
  /** What was sampled in the window. */
  readonly samples: readonly HourSample[];
}

/** A chart but for what every trend has: the window and where it comes from. `also` ends the basis line. */
export type Trend = Pick<SeriesData, 'title' | 'measure' | 'style' | 'keys' | 'samples' | 'overlay'> & {
  readonly also?: readonly string[];
};

/** What `/illumio trend` can show. */
export interface TrendSubject {
  readonly id: string;
  /** What may follow its name. */
  readonly usage: string;
  readonly example: string;
  /** How long after its end an hour is sampled, ms; before, it is not missing. */
  readonly sampledAfterMs: number;
  of(question: TrendQuestion, deps: CommandDeps): Promise<Trend | Problem> | Trend | Problem;
}

/** Series that are told apart in one chart. */
export const MOST_SERIES = SERIES_COLOURS.length;
export const OTHERS = 'other';

/** Each name with a colour of its own, and what is left over in grey. */
export const keysOf = (names: readonly string[], others: boolean): SeriesData['keys'] => [
  ...names
    .filter((name) => name !== OTHERS)
    .map((name, at) => ({ id: name, label: name, colour: SERIES_COLOURS[at] ?? COLOURS.others })),
  ...(others ? [{ id: OTHERS, label: OTHERS, colour: COLOURS.others }] : []),
];

/** `by=version` → `version`; undefined without such a word. */
export const chosenBy = (words: readonly string[]): string | undefined =>
  words.find((word) => word.startsWith('by='))?.slice('by='.length);
