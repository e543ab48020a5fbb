import { crossAnalysis } from '../analytics/cross.ts';
import { labelValue } from '../analytics/labels.ts';
import { heatChart } from '../charts/heat.ts';
import type { Command } from '../core/command.ts';
import type { Flow } from '../core/flow.ts';
import { glob, isLabelTerm, type LabelTerm, parseLabelQuery } from '../core/label-query.ts';
import { grouped } from '../core/text.ts';
import { nearestText, type Problem, problem } from './problem.ts';
import {
  analysed,
  basisOf,
  listAnswer,
  pictureOf,
  readTraffic,
  TRAFFIC_FLAGS,
  trafficQuestion,
} from './traffic-question.ts';
import { parseWords } from './words.ts';

const THIS = {
  id: 'cross',
  example: '/illumio cross env=prod env=dev',
  narrow: '/illumio cross env=prod env=dev',
};

/** What crosses a border: between two values of one label key, both ways, or between all values of a key. */
export const cross: Command = {
  id: 'cross',
  summary: 'what flows between two values of a label, or between all, by decision',
  usage:
    '/illumio cross <key=value key=value|key> [--since 24h | --from T --to T] [-n rows] [--page n] [--pce name] [--share] [--files]',
  examples: [
    '/illumio cross env=prod env=dev',
    '/illumio cross env',
    '/illumio cross env=prod env=dev --since 7d',
  ],
  role: 'analyst',
  scope: 'estate',
  async run(given, _asker, deps) {
    const parsed = parseWords(given, THIS, TRAFFIC_FLAGS);
    if (!parsed.ok) return parsed.problem;
    const { words, flags } = parsed;
    const border = borderOf(words);
    if ('kind' in border) return border;
    // The two values are one question: any of both, `env=prod,dev`; what has only one end in it is dropped as it comes.
    const narrowing =
      border.terms.length === 0
        ? []
        : [`${border.key}=${border.terms.flatMap(({ values }) => values).join(',')}`];
    const question = trafficQuestion(given, narrowing, flags, deps, THIS);
    if ('kind' in question) return question;
    const keys = new Set([...question.desk.inventory.labels()].map(({ key }) => key));
    if (!keys.has(border.key))
      return problem(`There is no label key "${border.key}".${nearestText(border.key, keys)}`, THIS.example);
    const { traffic, read } = await readTraffic(question, crossing(border));
    const rows = await analysed(crossAnalysis.of(traffic, { label: border.key }), deps);
    return listAnswer(question, {
      title:
        border.terms.length === 0
          ? `Traffic between values of ${border.key}`
          : `Traffic between ${words.join(' and ')}`,
      says:
        rows.length === 0
          ? 'No traffic was reported between them.'
          : `${grouped(traffic.flows)} of the rows cross it.`,
      columns: ['From → to', 'Decision', 'Connections'],
      rows: rows.map(({ from, to, decision, connections }) => [
        `${from} → ${to}`,
        decision.replaceAll('_', ' '),
        grouped(connections),
      ]),
      right: [2],
      basis: basisOf({ ...question, terms: [] }, read),
      file: `cross-${border.key}.csv`,
      picture: () =>
        pictureOf(
          `cross-${border.key}.png`,
          `Traffic between values of ${border.key}`,
          heatChart({
            title: `Connections between values of ${border.key}`,
            basis: basisOf({ ...question, terms: [] }, read).join(' · '),
            measure: 'connections',
            cells: rows.map(({ from, to, connections }) => ({ from, to, value: connections })),
          }),
        ),
    });
  },
};

interface Border {
  readonly key: string;
  /** The two sides; none = every value against every other. */
  readonly terms: readonly LabelTerm[];
}

const borderOf = (words: readonly string[]): Border | Problem => {
  const [first, second, extra] = words;
  if (first !== undefined && second === undefined && !isLabelTerm(first)) return { key: first, terms: [] };
  const query = parseLabelQuery(words);
  if (first === undefined || second === undefined || extra !== undefined || !query.ok)
    return problem('cross takes two labels of one key, or a key alone.', THIS.example);
  const [a, b] = query.query;
  if (a === undefined || b === undefined || a.key !== b.key || a.negated || b.negated)
    return problem('Both sides must be values of one label key, for example env=prod env=dev.', THIS.example);
  return { key: a.key, terms: [a, b] };
};

const crossing = ({ key, terms }: Border): ((flow: Flow) => boolean) => {
  const [a, b] = terms;
  if (a === undefined || b === undefined)
    return ({ source, destination }) => labelValue(source, key) !== labelValue(destination, key);
  const within = ({ values }: LabelTerm, value: string): boolean => values.some((one) => glob(one, value));
  return ({ source, destination }) => {
    const from = labelValue(source, key);
    const to = labelValue(destination, key);
    return (within(a, from) && within(b, to)) || (within(b, from) && within(a, to));
  };
};
