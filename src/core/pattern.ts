import { glob } from './label-query.ts';
import { type ParsedRegex, parseRegex, type Spend } from './linear-regex.ts';

/** True when a value is meant. Throws what `spend` throws. */
export type Pattern = (value: string, spend: Spend) => boolean;

export type ParsedPattern =
  | { readonly ok: true; readonly pattern: Pattern }
  | { readonly ok: false; readonly problem: string };

const REGEX = /^\/(.+)\/$/s;

/**
 * How values are named in rules: as they are (`sec_rule.create`), with `*` for any run of characters (`sec_rule.*`), or as an expression
 * between slashes that the whole value has to match (`/(sec|deny)_rule\..*\/`). Case is ignored. Takes time in proportion to the value.
 */
export const parsePattern = (text: string): ParsedPattern => {
  const [, source] = REGEX.exec(text) ?? [];
  if (source === undefined) return { ok: true, pattern: named(text) };
  const parsed: ParsedRegex = parseRegex(source);
  return parsed.ok ? { ok: true, pattern: parsed.regex.matches } : parsed;
};

/** A pattern that was checked before; throws on one that was not. */
export const patternOf = (text: string): Pattern => {
  const parsed = parsePattern(text);
  if (!parsed.ok) throw new Error(`${text} ${parsed.problem}`);
  return parsed.pattern;
};

/** True for a pattern that names exactly one value. */
export const isPlain = (text: string): boolean => !text.includes('*') && !REGEX.test(text);

const named =
  (text: string): Pattern =>
  (value, spend) => {
    spend(COMPARING + value.length / LETTERS_A_STEP);
    return glob(text, value);
  };

/** In steps of core/linear-regex.ts: a comparison, and letters that are compared in the time of one. */
const COMPARING = 10;
const LETTERS_A_STEP = 8;
