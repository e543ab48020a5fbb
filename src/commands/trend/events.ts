import { glob } from '../../core/label-query.ts';
import { biggest, trendPoints } from '../../core/series/trend.ts';
import { problem } from '../problem.ts';
import { chosenBy, keysOf, MOST_SERIES, OTHERS, type TrendSubject } from './subject.ts';

const MINUTE_MS = 60_000;

/** Events of each complete hour by type; `type=agent.*` leaves out all others. */
export const events: TrendSubject = {
  id: 'events',
  usage: 'events by=type [type=agent.*]',
  example: '/illumio trend events by=type',
  // Events are late by up to 20 min (definitions §1), and asked for every 10.
  sampledAfterMs: 35 * MINUTE_MS,
  of({ words, window, samples }) {
    const odd = words.find((word) => !/^(by|type)=./.test(word));
    const by = chosenBy(words) ?? 'type';
    if (odd !== undefined || by !== 'type')
      return problem(`trend events takes by=type and type=…; I read "${odd ?? `by=${by}`}".`, events.example);
    const wanted = words.find((word) => word.startsWith('type='))?.slice('type='.length) ?? '*';
    const typeOf = (figure: string): string | undefined => (glob(wanted, figure) ? figure : undefined);
    const names = biggest(samples, 'events', typeOf, MOST_SERIES);
    const points = trendPoints(samples, window, 'events', (figures) => {
      const values: Record<string, number> = {};
      for (const [type, count] of Object.entries(figures)) {
        if (typeOf(type) === undefined) continue;
        const id = names.includes(type) ? type : OTHERS;
        values[id] = (values[id] ?? 0) + count;
      }
      // An hour without such an event was sampled as well: it is zero, not a hole.
      return Object.fromEntries([...names, OTHERS].map((id) => [id, values[id] ?? 0]));
    });
    return {
      title: wanted === '*' ? 'Events by type' : `Events ${wanted}`,
      measure: 'events an hour',
      style: 'stacked',
      keys: keysOf(
        names,
        points.some(({ values }) => (values?.[OTHERS] ?? 0) > 0),
      ),
      samples: points,
      also: ['complete hours'],
    };
  },
};
