import type { Analysis } from '../core/analysis.ts';
import type { End } from '../core/flow.ts';
import type { Steps } from '../core/steps.ts';
import { BREATH } from '../core/steps.ts';
import { byCodePoint, sorted } from './sorted.ts';
import type { Traffic } from './traffic.ts';

/** Services a row names, those that were seen first. */
const NAMED = 5;

/** What a source reached of one destination. */
export interface ReachedRow {
  readonly source: End;
  readonly destination: End;
  /** Distinct ones. */
  readonly services: number;
  /** The earliest of them, by first_detected. */
  readonly earliest: readonly string[];
  /** As the PCE wrote them: least and greatest first_detected. */
  readonly first: string;
  readonly last: string;
}

/** What sources reached, pair by pair, most services first: the list behind a scan. */
export const reachedAnalysis = {
  id: 'reached',
  about: 'What sources reached: destinations, how many services, which first',
  *of(traffic: Traffic): Steps<ReachedRow[]> {
    const { edges, rows, pairs, services, shown } = traffic;
    const seen = new Map<number, Map<number, number>>();
    const lastAt = new Map<number, number>();
    for (let row = 0; row < rows.edge.length; row += 1) {
      if (row % BREATH === 0) yield;
      const edge = rows.edge.at(row);
      const at = rows.firstAt.at(row);
      const pair = edges.first(edge);
      const service = edges.second(edge);
      const own = seen.get(pair) ?? new Map<number, number>();
      seen.set(pair, own);
      own.set(service, Math.min(own.get(service) ?? at, at));
      lastAt.set(pair, Math.max(lastAt.get(pair) ?? at, at));
    }
    const found = [...seen].flatMap(([pair, own]): ReachedRow[] => {
      const [source, destination] = [shown[pairs.first(pair)], shown[pairs.second(pair)]];
      if (source === undefined || destination === undefined) return [];
      const inTime = [...own].sort(([, a], [, b]) => a - b);
      return [
        {
          source,
          destination,
          services: own.size,
          earliest: inTime.slice(0, NAMED).map(([service]) => services.texts[service] ?? ''),
          first: traffic.written(inTime[0]?.[1] ?? 0),
          last: traffic.written(lastAt.get(pair) ?? 0),
        },
      ];
    });
    return yield* sorted(
      found,
      (a, b) =>
        b.services - a.services ||
        byCodePoint(a.source.name, b.source.name) ||
        byCodePoint(a.destination.name, b.destination.name),
    );
  },
} satisfies Analysis & { of: unknown };
