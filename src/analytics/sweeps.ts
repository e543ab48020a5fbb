import type { Analysis } from '../core/analysis.ts';
import { inSlices, type Steps } from '../core/steps.ts';
import { bursts } from './bursts.ts';
import { numberPairs } from './number-pairs.ts';
import { byCodePoint, sorted } from './sorted.ts';
import type { Traffic } from './traffic.ts';

/** More than 20 distinct destinations of one source and service within 60 s (definitions §6). */
const LEAST_DESTINATIONS = 21;

/** `src` is an identity; the name is for people. */
export interface SweepRow {
  readonly src: string;
  readonly srcName: string;
  readonly service: string;
  readonly destinations: number;
  /** As the PCE wrote them. */
  readonly first: string;
  readonly last: string;
}

/** Sweeps by the raw definition: one source, one service, > 20 destinations within 60 s; known edges are not removed (definitions §6). */
export const sweepsAnalysis = {
  id: 'sweeps',
  about: 'Sweeps: one source, one service, many destinations within a minute',
  *of(traffic: Traffic): Steps<SweepRow[]> {
    const { pairs, edges, ends, shown, services } = traffic;
    const fans = numberPairs();
    const fanOf = new Int32Array(edges.size);
    yield* inSlices(edges.size, (from, to) => {
      for (let edge = from; edge < to; edge += 1)
        fanOf[edge] = fans.id(pairs.first(edges.first(edge)), edges.second(edge));
    });
    const found = yield* bursts(traffic, {
      groupOf: fanOf,
      groups: fans.size,
      least: LEAST_DESTINATIONS,
    });
    const rows = found.map(({ group, distinct, firstAt, lastAt }) => ({
      src: ends.texts[fans.first(group)] ?? '',
      srcName: shown[fans.first(group)]?.name ?? '',
      service: services.texts[fans.second(group)] ?? '',
      destinations: distinct,
      first: traffic.written(firstAt),
      last: traffic.written(lastAt),
    }));
    return yield* sorted(rows, (a, b) => byCodePoint(a.src, b.src) || byCodePoint(a.service, b.service));
  },
} satisfies Analysis & { of: unknown };
