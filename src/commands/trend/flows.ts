import { daysAnalysis } from '../../analytics/days.ts';
import { gatherTraffic } from '../../analytics/traffic.ts';
import type { Sample } from '../../charts/series.ts';
import { COLOURS, DECISION_COLOURS, DECISION_WORDS } from '../../charts/theme.ts';
import type { CommandDeps } from '../../core/command.ts';
import { DECISIONS } from '../../core/flow.ts';
import { isLabelTerm, parseLabelQuery } from '../../core/label-query.ts';
import { flowFigure } from '../../core/series/flows.ts';
import { HOUR_MS } from '../../core/series/sample.ts';
import { type TrendPoint, trendPoints } from '../../core/series/trend.ts';
import { listed } from '../../core/text.ts';
import { labelHrefs } from '../label-hrefs.ts';
import { type Problem, problem, unexpected } from '../problem.ts';
import { analysed } from '../traffic-question.ts';
import type { TrendQuestion, TrendSubject } from './subject.ts';

const MINUTE_MS = 60_000;
const DAY_HOURS = 24;
const DAY_MS = DAY_HOURS * HOUR_MS;
const ESTATE = 'estate';

/**
 * New connections an hour by decision, of one label group beside the whole estate. Before the first sample: the PCE's day buckets,
 * drawn pale; today's own beginning stays blank, because a bucket does not tell it from the hours that were sampled.
 */
export const flows: TrendSubject = {
  id: 'flows',
  usage: 'flows [key=value]',
  example: '/illumio trend flows env=prod',
  // VENs report up to 25 min late (definitions §5), and traffic is polled every 5 min or slower.
  sampledAfterMs: 35 * MINUTE_MS,
  async of(question, deps) {
    const group = groupIn(question, deps);
    if (typeof group === 'object') return group;
    const { samples, window } = question;
    const points = trendPoints(samples, window, 'flows', (figures) => ({
      ...Object.fromEntries(
        DECISIONS.map((decision) => [decision, figures[flowFigure(group, decision)] ?? 0] as const),
      ),
      [ESTATE]: DECISIONS.reduce((sum, decision) => sum + (figures[flowFigure(undefined, decision)] ?? 0), 0),
    }));
    const older = await beforeSamples(question, group, points, deps);
    if ('kind' in older) return older;
    return {
      title: group === undefined ? 'New connections' : `New connections of ${group}`,
      measure: 'connections an hour',
      style: 'stacked',
      keys: DECISIONS.map((id) => ({ id, label: DECISION_WORDS[id], colour: DECISION_COLOURS[id] })),
      samples: [...older.bars, ...points.slice(older.instead)],
      also: ['new since the poll before', ...older.says],
      ...(group === undefined ? {} : { overlay: { id: ESTATE, label: 'whole estate', colour: COLOURS.ink } }),
    };
  },
};

/** The one group that is asked for, `env=prod`; undefined = the whole estate. */
const groupIn = (
  { words, desk: { inventory } }: TrendQuestion,
  { settings: { watchGroups } }: CommandDeps,
): string | undefined | Problem => {
  const odd = words.find((word) => !isLabelTerm(word));
  if (odd !== undefined) return unexpected('trend flows', odd);
  const [term, second] = words;
  if (term === undefined) return undefined;
  if (second !== undefined) return problem('trend flows takes one label.', flows.example);
  const parsed = parseLabelQuery([term], inventory.labels());
  if (!parsed.ok) return problem(parsed.problem, flows.example);
  const [key = '', value = ''] = term.split('=');
  if (parsed.query.some(({ negated, values }) => negated || values.length > 1) || value.includes('*'))
    return problem('trend flows takes one value of one label, without patterns.', flows.example);
  return watchGroups.includes(key)
    ? term
    : problem(
        `Traffic is counted hour by hour for values of ${listed(watchGroups)} (watch_groups in the configuration), not of ${key}.`,
        flows.example,
      );
};

interface Older {
  readonly bars: readonly Sample[];
  /** Points that the bars stand instead of. */
  readonly instead: number;
  readonly says: readonly string[];
}
const NOTHING: Older = { bars: [], instead: 0, says: [] };

/** Whole UTC days before the first sample, asked of the PCE; the whole estate only when somebody says --all, because it is a lot. */
const beforeSamples = async (
  { desk, flags, window }: TrendQuestion,
  group: string | undefined,
  points: readonly TrendPoint[],
  deps: CommandDeps,
): Promise<Older | Problem> => {
  const first = points.find(({ values }) => values !== undefined)?.at ?? window.to * HOUR_MS;
  const from = Math.ceil((window.from * HOUR_MS) / DAY_MS) * DAY_MS;
  const to = Math.floor(first / DAY_MS) * DAY_MS;
  if (to <= from) return NOTHING;
  if (group === undefined && flags.all !== true)
    return { ...NOTHING, says: ['--all asks the PCE for the days before the first sample'] };
  const parsed = parseLabelQuery(group === undefined ? [] : [group], desk.inventory.labels());
  if (!parsed.ok) return problem(parsed.problem, flows.example);
  const labels = labelHrefs(parsed.query, desk.inventory.labels(), flows.example);
  if ('kind' in labels) return labels;
  const traffic = gatherTraffic();
  const read = await desk.pce.flows({ from, to: to - 1, labels, decisions: DECISIONS }, traffic.add);
  const days = await analysed(daysAnalysis.of(traffic), deps);
  return {
    bars: days
      .filter(({ day }) => day * DAY_MS >= from && day * DAY_MS < to)
      .map(({ day, decisions }) => ({
        at: day * DAY_MS,
        spanMs: DAY_MS,
        coarse: true,
        values: Object.fromEntries(DECISIONS.map((id) => [id, (decisions[id] ?? 0) / DAY_HOURS])),
      })),
    instead: points.findIndex(({ at }) => at >= to),
    says: [`pale: day buckets of the PCE, an hour on average${read.truncated ? ', truncated' : ''}`],
  };
};
