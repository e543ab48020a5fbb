import type { Asker, CommandDeps, PceDesk } from '../core/command.ts';
import { listed } from '../core/text.ts';
import type { Workload } from '../core/workload.ts';
import { chosenDesks } from './desks.ts';
import { findHosts, type Hit, visibleHosts } from './hosts.ts';
import { type Problem, problem } from './problem.ts';
import { parseWords } from './words.ts';

/**
 * Exactly one managed workload to act on, out of a command's words; anything else is a problem that names the candidates.
 * @param id what stands before the host, such as `can-i quarantine`
 */
export const oneTarget = async (
  given: readonly string[],
  id: string,
  asker: Asker,
  { desks: all }: Pick<CommandDeps, 'desks'>,
): Promise<{ readonly kind: 'target'; readonly desk: PceDesk; readonly workload: Workload } | Problem> => {
  const command = { id, example: `/illumio ${id} web-01` };
  const parsed = parseWords(given, command, ['pce']);
  if (!parsed.ok) return parsed.problem;
  const desks = chosenDesks(all, parsed.flags.pce);
  if ('kind' in desks) return desks;
  const found = findHosts(parsed.words, desks, command);
  if (found.kind === 'problem') return found;
  const hits = await visibleHosts(found.hits, asker);
  const [only, second] = hits;
  if (only === undefined)
    return problem(`Workloads match ${parsed.words.join(' ')}, but none that your role lets you see.`);
  if (second !== undefined)
    return problem(
      `One host at a time: ${hits.length} match ${parsed.words.join(' ')}: ${listed(hits.map(candidate), 10)}.`,
      `/illumio ${id} ${unmistakable(only, hits)}`,
    );
  if (!only.workload.managed)
    return problem(
      `${only.workload.name} is not managed: it has no VEN, so the PCE cannot isolate it and nothing can be done to it here.`,
    );
  return { kind: 'target', desk: only.desk, workload: only.workload };
};

const address = ({ workload: { interfaces } }: Hit): string | undefined => interfaces[0]?.address;

const candidate = (hit: Hit, _: number, all: readonly Hit[]): string => {
  const { name } = hit.workload;
  const twins = all.filter((other) => other.workload.name === name);
  if (twins.length === 1) return name;
  return twins.some((other) => other !== hit && other.desk === hit.desk)
    ? `${name} (${address(hit) ?? 'no address'})`
    : `${name} (${hit.desk.pce.name})`;
};

/** What to write so that only this one is meant. */
const unmistakable = (hit: Hit, all: readonly Hit[]): string => {
  const twins = all.filter(({ workload }) => workload.name === hit.workload.name);
  if (twins.length === 1) return hit.workload.name;
  if (twins.every((other) => other === hit || other.desk !== hit.desk))
    return `${hit.workload.name} --pce ${hit.desk.pce.name}`;
  return address(hit) ?? hit.workload.name;
};
