import { inNetwork, parseNetwork } from '../core/address.ts';
import type { CommandDeps, PceDesk } from '../core/command.ts';
import type { End } from '../core/flow.ts';
import { isLabelTerm, matchesLabels, parseLabelQuery } from '../core/label-query.ts';
import { findHosts } from './hosts.ts';
import { type Problem, problem } from './problem.ts';
import type { Called } from './traffic-question.ts';

/** Whether an end is meant by the words of one side; a word that means nothing is a problem with the nearest names. */
export const matcherOf = (
  words: readonly string[],
  desk: PceDesk,
  { desks }: CommandDeps,
  called: Called,
): ((end: End) => boolean) | Problem => {
  const names = words.filter((word) => !isLabelTerm(word));
  const [name] = names;
  const network = name === undefined || names.length > 1 ? undefined : parseNetwork(name);
  const query = parseLabelQuery(words.filter(isLabelTerm), desk.inventory.labels());
  if (!query.ok) return problem(query.problem, called.narrow);
  if (name === undefined) return ({ labels }) => matchesLabels(query.query, labels);
  if (network !== undefined)
    return ({ address, labels }) => inNetwork(address, network) && matchesLabels(query.query, labels);
  const found = findHosts(words, desks.length === 1 ? desks : [desk], called);
  if (found.kind === 'problem') return found;
  const hrefs = new Set(found.hits.map(({ workload }) => workload.href));
  return ({ href }) => href !== undefined && hrefs.has(href);
};
