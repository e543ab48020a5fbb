import { nearest } from '../core/nearest.ts';
import { EXPORTS, type Export } from '../views/event-export.ts';
import { type Problem, problem } from './problem.ts';

/** What may follow a command's words. Times are epoch ms, durations ms. */
export interface Flags {
  readonly pce?: string;
  readonly since?: number;
  readonly for?: number;
  readonly from?: number;
  readonly to?: number;
  readonly n?: number;
  readonly by?: string;
  /** From 1 on. */
  readonly page?: number;
  /** The time of a message, as Slack writes it. */
  readonly message?: string;
  readonly as?: Export;
  readonly label?: string;
  readonly share?: true;
  readonly fresh?: true;
  readonly files?: true;
  readonly all?: true;
  readonly in?: true;
  readonly out?: true;
  readonly choose?: true;
}
export type Flag = keyof Flags;

export type ParsedWords =
  | { readonly ok: true; readonly words: readonly string[]; readonly flags: Flags }
  | { readonly ok: false; readonly problem: Problem };

const DAY_MS = 86_400_000;
const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: DAY_MS };
/** How long a PCE keeps flows (facts §7.3). */
const LONGEST_MS = 90 * DAY_MS;
const MOST_ROWS = 50;

/** A value read from the word after its flag, or what was expected there. */
type Reader = (word: string) => number | string | { readonly expected: string };

const time: Reader = (word) => {
  const ms = /(?:Z|[+-]\d\d:\d\d)$/.test(word) ? Date.parse(word) : Number.NaN;
  return Number.isNaN(ms) ? { expected: 'a time such as 2026-07-01T10:00:00Z' } : ms;
};

const duration: Reader = (word) => {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(word) ?? [];
  const ms = Number(count) * (UNITS[unit ?? ''] ?? 0);
  return ms > 0 && ms <= LONGEST_MS ? ms : { expected: 'a duration such as 15m, 24h or 7d, at most 90d' };
};

const READERS: Readonly<Record<Flag, Reader | 'switch'>> = {
  pce: (word) => word,
  since: duration,
  for: duration,
  from: time,
  to: time,
  n: (word) =>
    /^\d{1,3}$/.test(word) && Number(word) >= 1 && Number(word) <= MOST_ROWS
      ? Number(word)
      : { expected: `a number from 1 to ${MOST_ROWS}` },
  by: (word) => word,
  message: (word) => (/^\d+\.\d+$/.test(word) ? word : { expected: 'the time of a message' }),
  page: (word) =>
    /^\d{1,4}$/.test(word) && Number(word) >= 1 ? Number(word) : { expected: 'the number of a page' },
  as: (word) =>
    EXPORTS.some((one) => one === word.toLowerCase())
      ? word.toLowerCase()
      : { expected: `one of ${EXPORTS.join(', ')}` },
  label: (word) => word,
  share: 'switch',
  fresh: 'switch',
  files: 'switch',
  all: 'switch',
  in: 'switch',
  out: 'switch',
  choose: 'switch',
};

/**
 * Parts a command's words from its options (`--since 24h`, `-n 20`). What the command does not take is a problem that names the
 * word, never skipped. Phones turn `--` into a dash: that is read as `--`.
 */
export const parseWords = (
  given: readonly string[],
  command: { readonly id: string; readonly example: string },
  takes: readonly Flag[],
): ParsedWords => {
  const words: string[] = [];
  const flags: Record<string, number | string | true> = {};
  for (let at = 0; at < given.length; at++) {
    const word = given[at] ?? '';
    const [, name] = /^(?:--|[—–]|-(?=\w$))(\w+)$/.exec(word) ?? [];
    if (name === undefined) {
      if (/^[-—–]/.test(word)) return { ok: false, problem: unknownFlag(word, command, takes) };
      words.push(word);
      continue;
    }
    const flag = takes.find((one) => one === name);
    if (flag === undefined) return { ok: false, problem: unknownFlag(word, command, takes) };
    const reader = READERS[flag];
    if (reader === 'switch') {
      flags[flag] = true;
      continue;
    }
    at += 1;
    const value = given[at];
    const read = value === undefined ? { expected: 'a value' } : reader(value);
    if (typeof read === 'object')
      return {
        ok: false,
        problem: problem(
          value === undefined
            ? `--${flag} wants ${read.expected} after it.`
            : `I can't read "${value}" after --${flag}: I expected ${read.expected}.`,
          command.example,
        ),
      };
    flags[flag] = read;
  }
  return { ok: true, words, flags: flags as Flags };
};

const spelled = (flag: Flag): string => (flag === 'n' ? '-n' : `--${flag}`);

const unknownFlag = (
  word: string,
  { id, example }: { readonly id: string; readonly example: string },
  takes: readonly Flag[],
): Problem => {
  const near = nearest(word.replace(/^[-—–]+/, ''), takes);
  const meant =
    near.length > 0
      ? ` Did you mean ${near.map((one) => spelled(one as Flag)).join(' or ')}?`
      : takes.length > 0
        ? ` It takes ${takes.map(spelled).join(', ')}.`
        : ' It takes no options.';
  return problem(`${id} does not know the option "${word}".${meant}`, example);
};
