import type { Analysis } from '../core/analysis.ts';
import { inSlices, type Steps } from '../core/steps.ts';
import { bursts } from './bursts.ts';
import { byCodePoint, sorted } from './sorted.ts';
import type { Traffic } from './traffic.ts';

/** Distinct services of one pair within 60 s (definitions §6). */
const LEAST_SERVICES = 5;

/** `src` and `dst` are identities; the names are for people. */
export interface ScanRow {
  readonly src: string;
  readonly dst: string;
  readonly srcName: string;
  readonly dstName: string;
  readonly services: number;
  /** As the PCE wrote them. */
  readonly first: string;
  readonly last: string;
}

/** Port scans by the raw definition: one pair, ≥ 5 services within 60 s; known edges are not removed (definitions §6). */
export const scansAnalysis = {
  id: 'scans',
  about: 'Port scans: one source, one destination, many services within a minute',
  *of(traffic: Traffic): Steps<ScanRow[]> {
    const { pairs, edges, ends, shown } = traffic;
    const pairOf = new Int32Array(edges.size);
    yield* inSlices(edges.size, (from, to) => {
      for (let edge = from; edge < to; edge += 1) pairOf[edge] = edges.first(edge);
    });
    const found = yield* bursts(traffic, { groupOf: pairOf, groups: pairs.size, least: LEAST_SERVICES });
    const rows = found.map(({ group, distinct, firstAt, lastAt }) => ({
      src: ends.texts[pairs.first(group)] ?? '',
      dst: ends.texts[pairs.second(group)] ?? '',
      srcName: shown[pairs.first(group)]?.name ?? '',
      dstName: shown[pairs.second(group)]?.name ?? '',
      services: distinct,
      first: traffic.written(firstAt),
      last: traffic.written(lastAt),
    }));
    return yield* sorted(rows, (a, b) => byCodePoint(a.src, b.src) || byCodePoint(a.dst, b.dst));
  },
} satisfies Analysis & { of: unknown };
