import { HEALTH_METRICS, type HealthMetric, type HealthStat } from '../../core/series/health.ts';
import { type Figures, partsOf } from '../../core/series/sample.ts';
import { biggest, trendPoints } from '../../core/series/trend.ts';
import { nearestText, problem, unexpected } from '../problem.ts';
import { chosenBy, keysOf, MOST_SERIES, type TrendSubject } from './subject.ts';

/** What people type for a metric. */
const WORDS: Readonly<Record<string, HealthMetric>> = {
  cpu: 'cpu',
  memory: 'memory',
  disk: 'disk',
  lag: 'replication lag',
};
const PERCENT = HEALTH_METRICS.filter((metric) => metric !== 'replication lag');

/** CPU, memory and disk of the worst node, or one of them node by node: of the minute polls of each hour. */
export const health: TrendSubject = {
  id: 'health',
  usage: `health [by=${Object.keys(WORDS).join('|')}]`,
  example: '/illumio trend health by=disk',
  sampledAfterMs: 0,
  of({ words, window, samples }) {
    const odd = words.find((word) => !word.startsWith('by='));
    if (odd !== undefined) return unexpected('trend health', odd);
    const by = chosenBy(words);
    if (by === undefined) {
      const points = trendPoints(samples, window, 'health', (figures) =>
        Object.fromEntries(
          PERCENT.flatMap((metric) => {
            const all = figuresOf(figures, metric, 'max').map(([, value]) => value);
            return all.length === 0 ? [] : [[metric, Math.max(...all)] as const];
          }),
        ),
      );
      return {
        title: 'CPU, memory and disk of the fullest node',
        measure: 'percent',
        style: 'lines',
        keys: keysOf(PERCENT, false),
        samples: points,
        also: ['percent, most of the minute polls of each hour'],
      };
    }
    const metric = WORDS[by];
    if (metric === undefined)
      return problem(
        `I sample ${Object.keys(WORDS).join(', ')}, not "${by}".${nearestText(by, Object.keys(WORDS))}`,
        health.example,
      );
    const nodeOf = (figure: string): string | undefined => {
      const [node, of, stat] = partsOf(figure);
      return of === metric && stat === 'average' ? node : undefined;
    };
    const nodes = biggest(samples, 'health', nodeOf, MOST_SERIES);
    const unit = metric === 'replication lag' ? 'seconds' : 'percent';
    return {
      title: `${metric === 'cpu' ? 'CPU' : `${metric[0]?.toUpperCase()}${metric.slice(1)}`} by node`,
      measure: unit,
      style: 'lines',
      keys: keysOf(nodes, false),
      samples: trendPoints(samples, window, 'health', (figures) =>
        Object.fromEntries(figuresOf(figures, metric, 'average')),
      ),
      also: [`${unit}, average of the minute polls of each hour`],
    };
  },
};

const figuresOf = (
  figures: Figures,
  metric: HealthMetric,
  stat: HealthStat,
): (readonly [node: string, value: number])[] =>
  Object.entries(figures).flatMap(([figure, value]) => {
    const [node, of, which] = partsOf(figure);
    return node !== undefined && of === metric && which === stat ? [[node, value] as const] : [];
  });
