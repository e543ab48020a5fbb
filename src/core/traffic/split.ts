import type { End, Flow } from '../flow.ts';
import { DECISIONS } from '../flow.ts';
import type { Label } from '../label.ts';
import type { TrafficAnswer, TrafficQuery } from '../ports.ts';

/** True when the PCE matched more than one download holds, so that smaller questions bring more. */
export const isCut = ({ truncated, matches, rows, rejected }: TrafficAnswer): boolean =>
  truncated && (matches ?? 0) > rows + rejected;

/** The same query once per decision; one of a single decision stays as it is. */
export const byDecision = (query: TrafficQuery): readonly TrafficQuery[] => {
  const all = query.decisions.length === 0 ? DECISIONS : query.decisions;
  return all.map((decision) => ({ ...query, decisions: [decision] }));
};

/** The same query for the hosts of each group alone: what has none of these labels is in none of them. */
export const byGroup = (query: TrafficQuery, groups: readonly Label[]): readonly TrafficQuery[] =>
  groups.map(({ href }) => ({
    ...query,
    labels: query.labels.length === 0 ? [[href]] : query.labels.map((set) => [...set, href]),
  }));

/**
 * A row whose ends stand in two groups comes with both of their queries: says whether it counts with this one, so that it counts
 * once.
 * @param sets the label sets of the undivided query; none = everything
 */
export const countsWith = (
  group: Label,
  groups: readonly Label[],
  sets: readonly (readonly Label[])[],
): ((flow: Flow) => boolean) => {
  const meant = ({ labels }: End): boolean =>
    sets.length === 0 || sets.some((set) => set.every((label) => carries(labels, label)));
  return ({ source, destination }) => {
    const ends = [source, destination].filter(meant);
    const first = groups.find((one) => ends.some(({ labels }) => carries(labels, one)));
    // Relabelled since: better with this query than with none.
    return first === undefined || first === group;
  };
};

const carries = (labels: End['labels'], { key, value }: Label): boolean =>
  labels.some((one) => one.key === key && one.value === value);
