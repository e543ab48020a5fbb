import { barChart } from './bar.ts';
import type { Chart, Heading } from './chart.ts';

interface Refused {
  readonly blocked: number;
  readonly potentially_blocked: number;
}

/** Hosts or services with what was blocked and would be, and of how many there are. */
interface ShownBlocked {
  readonly rows: readonly (Refused & { readonly name: string })[];
  readonly total: Refused & { readonly count: number };
}

/** Blocked and potentially blocked connections, the rest as one bar. */
export const blockedChart = ({ rows, total }: ShownBlocked, heading: Heading): Chart => {
  const drawn = rows.reduce((sum, row) => sum + refused(row), 0);
  return barChart({
    ...heading,
    measure: 'connections',
    rows: rows.map((row) => ({
      name: row.name,
      value: refused(row),
      decisions: {
        allowed: 0,
        potentially_blocked: row.potentially_blocked,
        blocked: row.blocked,
        unknown: 0,
      },
    })),
    others: { count: total.count - rows.length, value: refused(total) - drawn },
  });
};

const refused = ({ blocked, potentially_blocked }: Refused): number => blocked + potentially_blocked;
