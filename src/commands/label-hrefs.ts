import type { Label } from '../core/label.ts';
import { glob, type LabelQuery } from '../core/label-query.ts';
import { counted } from '../core/text.ts';
import { type Problem, problem } from './problem.ts';

/** Label sets of a traffic query above which the PCE would be asked too much at once. */
const MOST = 100;

/**
 * Label terms as a traffic query takes them: any of the outer sets, all hrefs of an inner one. `env=prod,stage app=erp` → two
 * sets. Excluding labels is not among what a traffic query can do for either end, so it is a problem instead of a wider answer.
 */
export const labelHrefs = (
  query: LabelQuery,
  known: Iterable<Label>,
  example: string,
): readonly (readonly string[])[] | Problem => {
  if (query.length === 0) return [];
  const labels = [...known];
  let sets: string[][] = [[]];
  for (const { key, negated, values } of query) {
    if (negated)
      return problem(
        `I can't leave out ${key}=${values.join(',')} here: name the labels you want instead.`,
        example,
      );
    const hrefs = labels
      .filter((label) => label.key === key && values.some((value) => glob(value, label.value)))
      .map(({ href }) => href);
    if (sets.length * hrefs.length > MOST)
      return problem(
        `These labels make ${counted(sets.length * hrefs.length, 'combination')}, and I ask for at most ${MOST}: name fewer values.`,
        example,
      );
    sets = sets.flatMap((set) => hrefs.map((href) => [...set, href]));
  }
  return sets;
};
