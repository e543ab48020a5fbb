import { barChart } from './bar.ts';
import type { Chart, Heading } from './chart.ts';

/** A top list, as far as its chart needs it. */
interface ShownTop {
  readonly measure: 'connections' | 'bytes' | 'peers' | 'flows';
  readonly rows: readonly (Readonly<Record<ShownTop['measure'], number>> & { readonly name: string })[];
  readonly others: Readonly<Record<Exclude<ShownTop['measure'], 'peers'>, number>> & {
    readonly count: number;
  };
}

/** Who talks most. Distinct counterparts of several rows cannot be added up: a chart of peers has no bar for the rest. */
export const topChart = ({ rows, others, measure }: ShownTop, heading: Heading): Chart =>
  barChart({
    ...heading,
    measure,
    rows: rows.map((row) => ({ name: row.name, value: row[measure] })),
    ...(measure === 'peers' ? {} : { others: { count: others.count, value: others[measure] } }),
  });
