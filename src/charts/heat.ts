import { counted, grouped } from '../core/text.ts';
import { type Chart, framed, type Heading, label, MARGIN, WIDTH } from './chart.ts';
import { logShare, short } from './scale.ts';
import { el, type Svg } from './svg.ts';
import { COLOURS, darkTint, fitted, tint } from './theme.ts';

export interface HeatCell {
  readonly from: string;
  readonly to: string;
  readonly value: number;
}

export interface HeatData extends Heading {
  /** What is counted, in the plural. */
  readonly measure: string;
  /** Several cells of one pair, one per decision for example, are added up. */
  readonly cells: readonly HeatCell[];
  /** Rows and columns drawn at most, busiest first; the rest is said in words. Default 14. */
  readonly most?: number;
}

const NAMES = 140;
const HEAD = 34;
const ROW = 30;

/** From (rows) × to (columns): the darker, the more, on a logarithmic scale; figures in the cells. */
export const heatChart = (given: HeatData): Chart => {
  const data = { ...given, cells: summed(given.cells) };
  const groups = busiest(data.cells);
  const shown = groups.slice(0, data.most ?? 14);
  const values = new Map(data.cells.map(({ from, to, value }) => [`${from}\u0000${to}`, value]));
  const most = Math.max(0, ...data.cells.map(({ value }) => value));
  const width = Math.min(110, (WIDTH - 2 * MARGIN - NAMES) / Math.max(1, shown.length));
  const square = (from: string, to: string, row: number, column: number): Svg[] => {
    const value = values.get(`${from}\u0000${to}`) ?? 0;
    const share = logShare(value, most);
    const x = NAMES + column * width;
    const y = HEAD + row * ROW;
    return [
      el('rect', {
        x,
        y,
        width: width - 2,
        height: ROW - 2,
        rx: 3,
        fill: value === 0 ? COLOURS.empty : tint(share),
      }),
      ...(value === 0
        ? []
        : [
            label(x + (width - 2) / 2, y + 18.5, short(value), {
              size: 11.5,
              anchor: 'middle',
              colour: darkTint(share) ? COLOURS.onDarkTint : COLOURS.onTint,
            }),
          ]),
    ];
  };
  return framed({
    heading: data,
    height: HEAD + Math.max(1, shown.length) * ROW,
    drawing: [
      label(0, 20, 'from ↓   to →', { size: 12, colour: COLOURS.faint }),
      ...shown.map((name, at) =>
        label(NAMES + at * width + (width - 2) / 2, 22, fitted(name, width - 6, 12), {
          size: 12,
          anchor: 'middle',
        }),
      ),
      ...shown.map((name, at) => label(0, HEAD + at * ROW + 19, fitted(name, NAMES - 12, 13))),
      ...shown.flatMap((from, row) => shown.flatMap((to, column) => square(from, to, row, column))),
    ],
    summary: summary(data, groups.length - shown.length),
  });
};

const summed = (cells: readonly HeatCell[]): readonly HeatCell[] => {
  const sums = new Map<string, HeatCell>();
  for (const { from, to, value } of cells) {
    const key = `${from}\u0000${to}`;
    sums.set(key, { from, to, value: (sums.get(key)?.value ?? 0) + value });
  }
  return [...sums.values()];
};

const busiest = (cells: readonly HeatCell[]): string[] => {
  const sums = new Map<string, number>();
  for (const { from, to, value } of cells) {
    sums.set(from, (sums.get(from) ?? 0) + value);
    if (to !== from) sums.set(to, (sums.get(to) ?? 0) + value);
  }
  return [...sums].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name);
};

const summary = ({ cells, measure }: HeatData, hidden: number): string[] => {
  const largest = cells.toSorted((a, b) => b.value - a.value);
  const [first] = largest;
  if (first === undefined) return ['Nothing to show in this window.'];
  const crossing = largest.filter(({ from, to }) => from !== to);
  return [
    `Most: ${first.from} → ${first.to}, ${grouped(first.value)} ${measure}.`,
    crossing.length === 0
      ? 'Nothing crosses from one group to another.'
      : `Across groups: ${crossing
          .slice(0, 3)
          .map(({ from, to, value }) => `${from} → ${to} ${grouped(value)}`)
          .join(', ')}.`,
    ...(hidden > 0 ? [`${counted(hidden, 'quieter group')} not drawn.`] : []),
  ];
};
