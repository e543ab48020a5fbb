import type { BlockedResult } from '../analytics/blocked.ts';
import type { CrossRow } from '../analytics/cross.ts';
import type { TopResult } from '../analytics/top.ts';
import { blockedChart } from '../charts/blocked.ts';
import type { Chart } from '../charts/chart.ts';
import { heatChart } from '../charts/heat.ts';
import { topChart } from '../charts/top.ts';

/** Bars of one chart; the tables have every row. */
export const BARS = 10;

/** What is drawn of an analysis: each knows what its chart leaves out. */
export interface Drawn {
  readonly sources: TopResult;
  readonly destinations: TopResult;
  readonly services: TopResult;
  readonly blocked: BlockedResult;
  /** All of them: a matrix of a few says nothing of what is usual. */
  readonly cross: { readonly key: string; readonly rows: readonly CrossRow[] };
}

/** The charts that the bot draws for the same questions, by the table that each stands above. */
export const figuresOf = (
  { sources, destinations, services, blocked, cross }: Drawn,
  basis: string,
): Readonly<Record<string, Chart>> => ({
  sources: topChart(sources, { title: 'Top sources by connections', basis }),
  destinations: topChart(destinations, { title: 'Top destinations by connections', basis }),
  services: topChart(services, { title: 'Top services by connections', basis }),
  'blocked-hosts': blockedChart(
    { rows: blocked.hosts, total: { ...blocked.total, count: blocked.total.hosts } },
    { title: 'Blocked and potentially blocked connections by destination', basis },
  ),
  cross: heatChart({
    title: `Connections between values of ${cross.key}`,
    basis,
    measure: 'connections',
    cells: cross.rows.map(({ from, to, connections }) => ({ from, to, value: connections })),
  }),
});
