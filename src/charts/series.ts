import { clockUtc, grouped, span } from '../core/text.ts';
import { type Chart, framed, type Heading, type Key, label, MARGIN, WIDTH } from './chart.ts';
import { short, ticks } from './scale.ts';
import { el, type Svg } from './svg.ts';
import { COLOURS } from './theme.ts';

/** What one interval held. No `values` = nothing was sampled: a hole is drawn as a hole, never as zero and never bridged. */
export interface Sample {
  /** Start, epoch ms. */
  readonly at: number;
  readonly spanMs: number;
  readonly values: Readonly<Record<string, number>> | undefined;
  /** From a coarser source than the others (day buckets before the first hourly sample): drawn pale. */
  readonly coarse?: boolean;
}

export interface SeriesData extends Heading {
  /** What a value is, in the plural: `connections an hour`. */
  readonly measure: string;
  /** Epoch ms. */
  readonly from: number;
  readonly to: number;
  /** `stacked` columns for parts of a whole, `lines` for states that stand beside each other. */
  readonly style: 'stacked' | 'lines';
  readonly keys: readonly (Key & { readonly id: string })[];
  readonly samples: readonly Sample[];
  /** A line over stacked columns: the whole estate beside one group, for example. */
  readonly overlay?: Key & { readonly id: string };
}

const HEIGHT = 240;
const LEFT = 52;
const ROOM = WIDTH - 2 * MARGIN - LEFT;

/** Values over time, UTC. */
export const seriesChart = (data: SeriesData): Chart => {
  const marks = ticks(highest(data));
  const top = marks[marks.length - 1] ?? 1;
  const plot: Plot = {
    x: (at) => LEFT + ((at - data.from) / Math.max(1, data.to - data.from)) * ROOM,
    y: (value) => HEIGHT - (value / top) * HEIGHT,
  };
  const body =
    data.style === 'stacked' ? columns(data, plot) : data.keys.flatMap((key) => line(data, key, plot));
  return framed({
    heading: data,
    legend: [...data.keys, ...(data.overlay === undefined ? [] : [data.overlay])],
    height: HEIGHT + 24,
    drawing: [
      ...marks.flatMap((mark) => ruled(mark, plot)),
      ...body,
      ...(data.overlay === undefined ? [] : line(data, data.overlay, plot)),
      ...timeAxis(data, plot),
    ],
    summary: summary(data),
  });
};

interface Plot {
  x(at: number): number;
  y(value: number): number;
}

const total = (data: SeriesData, { values }: Sample): number =>
  values === undefined ? 0 : data.keys.reduce((sum, { id }) => sum + (values[id] ?? 0), 0);

const highest = (data: SeriesData): number =>
  Math.max(
    0,
    ...data.samples.flatMap((sample) => [
      data.style === 'stacked'
        ? total(data, sample)
        : Math.max(0, ...data.keys.map(({ id }) => sample.values?.[id] ?? 0)),
      data.overlay === undefined ? 0 : (sample.values?.[data.overlay.id] ?? 0),
    ]),
  );

const columns = (data: SeriesData, plot: Plot): Svg[] =>
  data.samples.flatMap((sample) => {
    const { values } = sample;
    if (values === undefined) return [];
    const left = plot.x(sample.at);
    const width = Math.max(1, plot.x(sample.at + sample.spanMs) - left - (sample.coarse === true ? 3 : 1));
    let below = 0;
    return data.keys
      .filter(({ id }) => (values[id] ?? 0) > 0)
      .map(({ id, colour }) => {
        const value = values[id] ?? 0;
        const y = plot.y(below + value);
        const height = plot.y(below) - y;
        below += value;
        return el('rect', {
          x: left,
          y,
          width,
          height,
          fill: colour,
          opacity: sample.coarse === true ? 0.45 : undefined,
        });
      });
  });

/** One path a stretch without holes; a single sample between two holes is a dot. */
const line = (data: SeriesData, { id, colour }: { id: string; colour: string }, plot: Plot): Svg[] =>
  stretches(data.samples, id).map((stretch) => {
    const points = stretch.map(({ at, spanMs, value }) => [plot.x(at + spanMs / 2), plot.y(value)] as const);
    const [first] = points;
    if (points.length === 1 && first !== undefined)
      return el('circle', { cx: first[0], cy: first[1], r: 2.5, fill: colour });
    return el('polyline', {
      points: points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' '),
      fill: 'none',
      stroke: colour,
      'stroke-width': 2,
      'stroke-linejoin': 'round',
    });
  });

interface Point {
  readonly at: number;
  readonly spanMs: number;
  readonly value: number;
}

const stretches = (samples: readonly Sample[], id: string): Point[][] => {
  const all: Point[][] = [];
  let open: Point[] | undefined;
  for (const { at, spanMs, values } of samples) {
    const value = values?.[id];
    if (value === undefined) {
      open = undefined;
      continue;
    }
    if (open === undefined) {
      open = [];
      all.push(open);
    }
    open.push({ at, spanMs, value });
  }
  return all;
};

const ruled = (mark: number, plot: Plot): Svg[] => [
  el('line', { x1: LEFT, x2: LEFT + ROOM, y1: plot.y(mark), y2: plot.y(mark), stroke: COLOURS.grid }),
  label(LEFT - 8, plot.y(mark) + 4, short(mark), { size: 11.5, colour: COLOURS.faint, anchor: 'end' }),
];

const HOUR = 3_600_000;
const STEPS = [1, 2, 3, 6, 12, 24, 48, 168, 336].map((hours) => hours * HOUR);
const MOST_TIMES = 9;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const timeAxis = ({ from, to }: SeriesData, plot: Plot): Svg[] => {
  const step = STEPS.find((each) => (to - from) / each <= MOST_TIMES) ?? 720 * HOUR;
  const times: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) times.push(at);
  return times.flatMap((at) => [
    el('line', { x1: plot.x(at), x2: plot.x(at), y1: HEIGHT, y2: HEIGHT + 5, stroke: COLOURS.faint }),
    label(plot.x(at), HEIGHT + 19, timeLabel(at), { size: 11.5, colour: COLOURS.faint, anchor: 'middle' }),
  ]);
};

/** Midnight is shown as its day, other times by the clock. */
const timeLabel = (at: number): string => (at % (24 * HOUR) === 0 ? dayLabel(at) : clockUtc(at));

const dayLabel = (at: number): string => {
  const date = new Date(at);
  return `${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()}`;
};

const summary = (data: SeriesData): string[] => {
  const sampled = data.samples.filter(({ values }) => values !== undefined);
  const last = sampled[sampled.length - 1];
  if (last === undefined) return ['Nothing was sampled in this window.'];
  const missing = data.samples
    .filter(({ values }) => values === undefined)
    .reduce((sum, { spanMs }) => sum + spanMs, 0);
  const holes = missing === 0 ? [] : [`Not sampled, left blank: ${span(missing)} in all.`];
  return data.style === 'stacked'
    ? [...peak(data, sampled, last), ...holes]
    : [...newest(data, last), ...holes];
};

const peak = (data: SeriesData, sampled: readonly Sample[], last: Sample): string[] => {
  const hourly = sampled.filter(({ coarse }) => coarse !== true);
  const highestOf = (hourly.length > 0 ? hourly : sampled).reduce((best, each) =>
    total(data, each) > total(data, best) ? each : best,
  );
  return [
    `Most ${data.measure}: ${whole(total(data, highestOf))} at ${moment(highestOf.at)}.`,
    `Last: ${whole(total(data, last))} (${figures(data, last)}).`,
  ];
};

const newest = (data: SeriesData, last: Sample): string[] => [
  `Last, ${moment(last.at)}: ${figures(data, last)}.`,
];

const figures = ({ keys }: SeriesData, { values }: Sample): string =>
  keys
    .filter(({ id }) => values?.[id] !== undefined)
    .map(({ id, label: name }) => `${name} ${whole(values?.[id] ?? 0)}`)
    .join(', ');

const whole = (value: number): string => grouped(Math.round(value));

const moment = (at: number): string => `${dayLabel(at)} ${clockUtc(at)} UTC`;
