import { leaf } from './leaf.ts';
import type { Flaw, Path } from './problem.ts';

/** Stands in the parsed file for a setting that is written, but not acted on. */
const NOT_YET = Object.freeze({ notYet: true });

const isOff = (raw: unknown): boolean =>
  raw === false || (typeof raw === 'object' && raw !== null && Object.keys(raw).length === 0);

/**
 * A setting of the design that this version does not act on. A file that has it is right and stays right with the version that
 * does; until then `check` and every start say so, so that nobody believes in it. Written as "off" it asks for nothing.
 */
export const later = leaf({
  expects: 'anything',
  hint: 'remove it for now',
  json: { description: 'Not available yet in this version: accepted, with a warning.' },
  read: (raw) => (isOff(raw) ? false : NOT_YET),
}).optional();

/** Every setting of a parsed file that is not acted on. */
export const notYetIn = (value: unknown, path: Path = []): Flaw[] => {
  if (value === NOT_YET)
    return [
      {
        path,
        message: 'is not acted on by this version yet',
        hint: 'it is kept for the one that does; rely on nothing it says',
      },
    ];
  if (Array.isArray(value)) return value.flatMap((inner, at) => notYetIn(inner, [...path, at]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => notYetIn(inner, [...path, key]));
};
