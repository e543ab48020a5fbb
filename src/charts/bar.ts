import { DECISIONS, type Decision } from '../core/flow.ts';
import { counted, grouped } from '../core/text.ts';
import { type Chart, framed, type Heading, label, MARGIN, WIDTH } from './chart.ts';
import { el, group, type Svg } from './svg.ts';
import { COLOURS, DECISION_COLOURS, DECISION_WORDS, fitted } from './theme.ts';

export interface BarRow {
  readonly name: string;
  readonly value: number;
  /** How the value divides by decision; without it the bar has one colour. */
  readonly decisions?: Readonly<Record<Decision, number>>;
}

export interface BarData extends Heading {
  /** What is counted, in the plural: `connections`. */
  readonly measure: string;
  /** Largest first; no more than are drawn. */
  readonly rows: readonly BarRow[];
  /** What is not drawn, so that the sum is complete. */
  readonly others?: { readonly count: number; readonly value: number };
}

const ROW = 30;
const NAMES = 250;
const VALUES = 96;
const ROOM = WIDTH - 2 * MARGIN - NAMES - VALUES;

/** Horizontal bars, one a row, with its figure in full; the rest as one grey bar below. */
export const barChart = (data: BarData): Chart => {
  const bars = [
    ...data.rows,
    ...(data.others === undefined || data.others.count === 0
      ? []
      : [{ name: counted(data.others.count, 'other'), value: data.others.value, rest: true }]),
  ];
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const seen = DECISIONS.filter((each) => data.rows.some(({ decisions }) => (decisions?.[each] ?? 0) > 0));
  return framed({
    heading: data,
    legend: seen.map((each) => ({ label: DECISION_WORDS[each], colour: DECISION_COLOURS[each] })),
    height: Math.max(1, bars.length) * ROW,
    drawing: bars.length === 0 ? [nothing()] : bars.map((row, at) => group(0, at * ROW, ...drawn(row, most))),
    summary: summary(data),
  });
};

const nothing = (): Svg => label(0, 20, 'Nothing to show in this window.', { colour: COLOURS.faint });

const drawn = (row: BarRow & { readonly rest?: boolean }, most: number): Svg[] => {
  const length = (value: number): number => (value / most) * ROOM;
  return [
    label(0, 19, fitted(row.name, NAMES - 14, 13), row.rest === true ? { colour: COLOURS.faint } : {}),
    ...parts(row, length),
    label(NAMES + length(row.value) + 8, 19, grouped(row.value), { size: 12.5, colour: COLOURS.faint }),
  ];
};

const parts = (
  row: BarRow & { readonly rest?: boolean },
  length: (value: number) => number,
): readonly Svg[] => {
  const bar = (from: number, value: number, fill: string): Svg =>
    el('rect', {
      x: NAMES + length(from),
      y: 5,
      width: value > 0 ? Math.max(1, length(value)) : 0,
      height: ROW - 10,
      rx: 2,
      fill,
    });
  const { decisions } = row;
  if (decisions === undefined) return [bar(0, row.value, row.rest === true ? COLOURS.others : COLOURS.plain)];
  let from = 0;
  return DECISIONS.filter((each) => decisions[each] > 0).map((each) => {
    const piece = bar(from, decisions[each], DECISION_COLOURS[each]);
    from += decisions[each];
    return piece;
  });
};

const summary = ({ rows, others, measure }: BarData): string[] => {
  const [first, ...more] = rows;
  if (first === undefined) return ['Nothing to show in this window.'];
  const total = rows.reduce((sum, { value }) => sum + value, 0) + (others?.value ?? 0);
  const share = total > 0 ? ` (${Math.round((first.value / total) * 100)} %)` : '';
  return [
    `${first.name} leads with ${grouped(first.value)} of ${grouped(total)} ${measure}${share}.`,
    ...(more.length === 0
      ? []
      : [
          `Then ${more
            .slice(0, 2)
            .map(({ name, value }) => `${name} ${grouped(value)}`)
            .join(', ')}.`,
        ]),
    ...(others === undefined || others.count === 0
      ? []
      : [`${counted(others.count, 'other')} together: ${grouped(others.value)}.`]),
  ];
};
