import type { Analysis } from '../core/analysis.ts';
import type { Decision } from '../core/flow.ts';
import type { Steps } from '../core/steps.ts';
import { type BlockedRow, blockedAnalysis } from './blocked.ts';
import type { TopKey } from './countings.ts';
import { type CrossRow, crossAnalysis } from './cross.ts';
import { scansAnalysis } from './scans.ts';
import { sweepsAnalysis } from './sweeps.ts';
import { type TopResult, type TopRow, topAnalysis } from './top.ts';
import type { Traffic } from './traffic.ts';

const LISTS = ['src', 'dst', 'host', 'pair', 'service'] as const satisfies readonly TopKey[];

/** What `analyze --json` prints, except for what only the reader knows (definitions §6). */
export interface Summary {
  readonly flows: number;
  readonly window: { readonly from: string; readonly to: string } | null;
  readonly decisions: Readonly<Record<Decision, number>>;
  readonly top: Readonly<Record<(typeof LISTS)[number], readonly TopRow[]>>;
  readonly blocked: { readonly hosts: readonly BlockedRow[]; readonly services: readonly BlockedRow[] };
  readonly cross: { readonly key: string; readonly rows: readonly CrossRow[] };
  readonly scans: readonly { src: string; dst: string; services: number; first: string; last: string }[];
  readonly sweeps: readonly {
    src: string;
    service: string;
    destinations: number;
    first: string;
    last: string;
  }[];
  /** Only there when a sum is beyond 2^53. */
  readonly inexact?: true;
}

/** Everything at once, in the shape of definitions §6. @param most rows of each list; 0 = all */
export const summaryAnalysis = {
  id: 'summary',
  about: 'Everything at once: top lists, blocked, cross matrix, scans and sweeps',
  *of(
    traffic: Traffic,
    { most = 10, label = 'env' }: { most?: number; label?: string } = {},
  ): Steps<Summary> {
    const top: Partial<Record<(typeof LISTS)[number], TopResult>> = {};
    for (const by of LISTS) top[by] = yield* topAnalysis.of(traffic, { by, most, ties: 'key' });
    const lists = top as Record<(typeof LISTS)[number], TopResult>;
    const { hosts, services } = yield* blockedAnalysis.of(traffic, { most });
    const cross = yield* crossAnalysis.of(traffic, { label, most });
    const scans = yield* scansAnalysis.of(traffic);
    const sweeps = yield* sweepsAnalysis.of(traffic);
    return {
      flows: traffic.flows,
      window: traffic.window ?? null,
      decisions: lists.src.decisions,
      top: {
        src: rowsOf(lists.src),
        dst: rowsOf(lists.dst),
        host: rowsOf(lists.host),
        pair: rowsOf(lists.pair),
        service: rowsOf(lists.service),
      },
      blocked: { hosts, services },
      cross: { key: label, rows: cross },
      scans: scans.map(({ src, dst, services: count, first, last }) => ({
        src,
        dst,
        services: count,
        first,
        last,
      })),
      sweeps: sweeps.map(({ src, service, destinations, first, last }) => ({
        src,
        service,
        destinations,
        first,
        last,
      })),
      ...(LISTS.some((by) => lists[by].inexact) ? { inexact: true as const } : {}),
    };
  },
} satisfies Analysis & { of: unknown };

/** The fields in the order definitions §6 names them. */
const rowsOf = ({ rows }: TopResult): TopRow[] =>
  rows.map(({ key, name, connections, bytes, peers, flows }) => ({
    key,
    name,
    connections,
    bytes,
    peers,
    flows,
  }));
