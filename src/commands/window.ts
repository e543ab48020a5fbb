import { span } from '../core/text.ts';
import { type Problem, problem } from './problem.ts';
import type { Flags } from './words.ts';

const DAY_MS = 86_400_000;

/** The time a question is about, epoch ms, and the words for it. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly words: string;
}

/** The time of `--since`, or `--from` and `--to`; else the last 24 h. A time that says nothing is a problem with a command to copy. */
export const windowOf = (
  { since, from, to }: Flags,
  now: number,
  { example }: { readonly example: string },
  unsaidMs: number = DAY_MS,
): Window | Problem => {
  if (since !== undefined && (from !== undefined || to !== undefined))
    return problem('Say either --since or --from and --to, not both.', example);
  if (from === undefined && to !== undefined)
    return problem(
      '--to wants a --from before it.',
      `${bare(example)} --from 2026-07-01T00:00:00Z --to 2026-07-01T12:00:00Z`,
    );
  const end = Math.min(to ?? now, now);
  const start = from ?? now - (since ?? unsaidMs);
  if (start >= end)
    return problem(`There is no time between --from ${minutes(start)} and ${minutes(end)}.`, example);
  return {
    from: start,
    to: end,
    words: from === undefined ? `last ${hours(end - start)}` : `${minutes(start)} to ${minutes(end)}`,
  };
};

/** `2026-07-01 10:00Z` */
export const minutes = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')}Z`;

/** People ask for 24 h and read "24 h", not "1 d". */
export const hours = (ms: number): string =>
  ms % 3_600_000 === 0 && ms <= 2 * DAY_MS ? `${ms / 3_600_000} h` : span(ms);

/** The command without its options. */
const bare = (example: string): string => example.split(' --', 1)[0] ?? example;
