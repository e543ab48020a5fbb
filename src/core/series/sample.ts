/** What is sampled. Each stands or is missing by itself: an hour may have its agents and a hole where its events should be. */
export const KINDS = ['agents', 'events', 'health', 'flows'] as const;
export type Kind = (typeof KINDS)[number];

/** Names to numbers. A name that is missing was zero, except in `health`: there it was not reported. */
export type Figures = Readonly<Record<string, number>>;

/** What was sampled of one hour. A kind that is missing was not sampled: a hole, never a zero. */
export interface HourSample {
  /** Hours since the epoch, UTC. */
  readonly hour: number;
  readonly kinds: Readonly<Partial<Record<Kind, Figures>>>;
}

export const HOUR_MS = 3_600_000;

/** Parts of a figure's name stand apart by this; no label, version or event type has it. */
const APART = '\u001f';
export const figureName = (...parts: readonly string[]): string => parts.join(APART);
export const partsOf = (name: string): readonly string[] => name.split(APART);

/** The figures with the most, and the others as one: a sample is bounded whatever an estate has. */
export const withMost = (
  counts: ReadonlyMap<string, number>,
  most: number,
  others = 'other',
): [string, number][] => {
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const rest = sorted.slice(most).reduce((sum, [, count]) => sum + count, 0);
  return rest === 0 ? sorted : [...sorted.slice(0, most), [others, rest]];
};
