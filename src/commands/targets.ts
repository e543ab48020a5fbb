import type { Asker, CommandDeps, PceDesk } from '../core/command.ts';
import { isLabelTerm } from '../core/label-query.ts';
import { listed } from '../core/text.ts';
import type { Workload } from '../core/workload.ts';
import { chosenDesks } from './desks.ts';
import { findHosts, type Hit, isHref, visibleHosts } from './hosts.ts';
import { type Problem, problem } from './problem.ts';
import { oneTarget } from './target.ts';
import { parseWords } from './words.ts';

/** Hosts that can be asked for at once (definitions §7.10). */
const MOST = 10;

export interface Targets {
  readonly kind: 'targets';
  readonly desk: PceDesk;
  readonly workloads: readonly [Workload, ...Workload[]];
}

/**
 * The workloads to act on together: one host, several names, or what a pattern, a network or labels match, at most ten and all on
 * one PCE. A plain name means one host, never all that are called so.
 */
export const someTargets = async (
  given: readonly string[],
  id: string,
  asker: Asker,
  deps: Pick<CommandDeps, 'desks'>,
): Promise<Targets | Problem> => {
  const parsed = parseWords(given, { id, example: `/illumio ${id} web-01` }, ['pce']);
  if (!parsed.ok) return parsed.problem;
  const { words, flags } = parsed;
  const option = flags.pce === undefined ? [] : ['--pce', flags.pce];
  const names = words.filter((word) => !isLabelTerm(word));
  const wide = names.length < words.length || names.some((word) => /[*/]/.test(word) && !isHref(word));
  if (!wide) return eachOf(names, option, id, asker, deps);
  const desks = chosenDesks(deps.desks, flags.pce);
  if ('kind' in desks) return desks;
  const found = findHosts(words, desks, { id, example: `/illumio ${id} web-01` });
  if (found.kind === 'problem') return found;
  const hits = await visibleHosts(found.hits, asker);
  return hits.length === 0
    ? problem(`Workloads match ${words.join(' ')}, but none that your role lets you see.`)
    : together(hits, words.join(' '), id);
};

const eachOf = async (
  names: readonly string[],
  option: readonly string[],
  id: string,
  asker: Asker,
  deps: Pick<CommandDeps, 'desks'>,
): Promise<Targets | Problem> => {
  const hits: Hit[] = [];
  for (const word of names.length === 0 ? [''] : names) {
    const one = await oneTarget(word === '' ? option : [word, ...option], id, asker, deps);
    if (one.kind === 'problem') return one;
    if (!hits.some(({ workload }) => workload.href === one.workload.href)) hits.push(one);
  }
  return together(hits, names.join(' '), id);
};

const together = (hits: readonly Hit[], said: string, id: string): Targets | Problem => {
  const [first, ...others] = hits;
  if (first === undefined) return problem(`Nothing matches ${said}.`);
  const names = hits.map(({ workload }) => workload.name);
  if (hits.length > MOST)
    return problem(
      `${hits.length} hosts match ${said}, and I ${id} at most ${MOST} at once: ${listed(names, 10)}.`,
      `/illumio ${id} ${names.slice(0, MOST).join(' ')}`,
    );
  const pces = [...new Set(hits.map(({ desk }) => desk.pce.name))];
  if (pces.length > 1)
    return problem(
      `${said} matches hosts on ${listed(pces)}; I ${id} several at once on one PCE only.`,
      `/illumio ${id} ${said} --pce ${pces[0]}`,
    );
  return {
    kind: 'targets',
    desk: first.desk,
    workloads: [first.workload, ...others.map(({ workload }) => workload)],
  };
};
