import { AGENT_PARTS, type AgentPart } from '../../core/series/agents.ts';
import { HOUR_MS, partsOf } from '../../core/series/sample.ts';
import { biggest, trendPoints } from '../../core/series/trend.ts';
import { nearestText, type Problem, problem, unexpected } from '../problem.ts';
import { chosenBy, keysOf, MOST_SERIES, OTHERS, type TrendSubject } from './subject.ts';

/** Of these the one value is shown that somebody asks after: a hundred offline hosts are no line beside all that are online. */
const ALONE: Readonly<Partial<Record<AgentPart, string>>> = { offline: 'offline', suspended: 'suspended' };

/** How many agents, by version, mode, system …, counted at each full hour. */
export const agents: TrendSubject = {
  id: 'agents',
  usage: `agents by=${AGENT_PARTS.join('|')}`,
  example: '/illumio trend agents by=mode',
  // At its beginning.
  sampledAfterMs: -HOUR_MS,
  of({ words, window, samples }) {
    const by = partIn(words);
    if (typeof by === 'object') return by;
    const valueIn = (figure: string): string | undefined => {
      const [part, value] = partsOf(figure);
      return part === by ? value : undefined;
    };
    const only = ALONE[by];
    const names = only === undefined ? biggest(samples, 'agents', valueIn, MOST_SERIES) : [only];
    const points = trendPoints(samples, window, 'agents', (figures) => {
      const values: Record<string, number> = Object.fromEntries(names.map((name) => [name, 0]));
      for (const [figure, count] of Object.entries(figures)) {
        const value = valueIn(figure);
        if (value === undefined || (only !== undefined && value !== only)) continue;
        const id = names.includes(value) ? value : OTHERS;
        values[id] = (values[id] ?? 0) + count;
      }
      return values;
    });
    const others = points.some(({ values }) => (values?.[OTHERS] ?? 0) > 0);
    return {
      title: only === undefined ? `Agents by ${by}` : `Agents that are ${by}`,
      measure: 'hosts',
      style: 'lines',
      keys: keysOf(names, others),
      samples: points,
      also: ['counted at each full hour'],
    };
  },
};

const partIn = (words: readonly string[]): AgentPart | Problem => {
  const odd = words.find((word) => !word.startsWith('by='));
  if (odd !== undefined) return unexpected('trend agents', odd);
  const by = chosenBy(words) ?? 'mode';
  const part = AGENT_PARTS.find((one) => one === by);
  return (
    part ??
    problem(
      `I part agents by ${AGENT_PARTS.join(', ')}, not by "${by}".${nearestText(by, AGENT_PARTS)}`,
      agents.example,
    )
  );
};
