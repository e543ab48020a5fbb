import type { PceDesk } from '../core/command.ts';
import { listed } from '../core/text.ts';
import { nearestText, type Problem, problem } from './problem.ts';

/** The PCEs a command is about: the one named by --pce, or all. */
export const chosenDesks = (
  desks: readonly PceDesk[],
  pce: string | undefined,
): readonly PceDesk[] | Problem => {
  if (pce === undefined) return desks;
  const chosen = desks.filter(({ pce: { name } }) => name === pce);
  if (chosen.length > 0) return chosen;
  const names = desks.map((desk) => desk.pce.name);
  return problem(
    `There is no PCE "${pce}".${nearestText(pce, names)} I know ${listed(names)}.`,
    `--pce ${names[0] ?? 'name'}`,
  );
};

/** Exactly one PCE: with several, the person says which, because their traffic cannot be added up. */
export const oneDesk = (
  desks: readonly PceDesk[],
  pce: string | undefined,
  command: string,
): PceDesk | Problem => {
  const chosen = chosenDesks(desks, pce);
  if ('kind' in chosen) return chosen;
  const [only] = chosen;
  if (only === undefined) return problem('No PCE is configured.');
  if (chosen.length === 1) return only;
  const names = chosen.map((desk) => desk.pce.name);
  return problem(
    `There are ${names.length} PCEs, ${listed(names)}. Say which one you mean.`,
    `${command} --pce ${only.pce.name}`,
  );
};
