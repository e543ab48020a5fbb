import { el, group, type Svg } from './svg.ts';
import { COLOURS, FONT, fitted, textWidth } from './theme.ts';

/** A chart and the same in words: who cannot see the picture, or has no renderer, loses nothing but the picture. */
export interface Chart {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
  /** One sentence for the file's alternative text (Slack: at most 1,000 characters, facts/slack §5). */
  readonly alt: string;
  /** At most three sentences with what the picture shows. */
  readonly lines: readonly string[];
}

/** What every chart is headed with. `basis` is the basis line of definitions §0. */
export interface Heading {
  readonly title: string;
  readonly basis: string;
}

export const WIDTH = 800;
export const MARGIN = 28;
/** Where a chart's own drawing begins, below title, basis line and legend. */
const TOP = 76;
const LEGEND = 26;

export interface Key {
  readonly label: string;
  readonly colour: string;
}

export interface Frame {
  readonly heading: Heading;
  readonly legend?: readonly Key[];
  /** Height of the drawing itself. */
  readonly height: number;
  readonly drawing: readonly Svg[];
  readonly summary: readonly string[];
}

/**
 * Puts a drawing on its card: own opaque background, so that it reads the same in Slack's light and dark theme.
 * The drawing's origin is the left margin, below heading and legend.
 */
export const framed = ({ heading, legend = [], height, drawing, summary }: Frame): Chart => {
  const top = TOP + (legend.length > 0 ? LEGEND : 0);
  const total = top + height + MARGIN;
  const room = WIDTH - 2 * MARGIN;
  const card = el(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width: WIDTH,
      height: total,
      viewBox: `0 0 ${WIDTH} ${total}`,
      'font-family': FONT,
      'font-size': 13,
      fill: COLOURS.ink,
    },
    el('rect', { width: WIDTH, height: total, rx: 10, fill: COLOURS.card }),
    label(MARGIN, 38, fitted(heading.title, room, 19), { size: 19, weight: 600 }),
    label(MARGIN, 60, fitted(heading.basis, room, 12.5), { size: 12.5, colour: COLOURS.faint }),
    ...(legend.length > 0 ? [group(MARGIN, TOP, ...legendOf(legend, room))] : []),
    group(MARGIN, top, ...drawing),
  );
  const lines = summary.slice(0, 3);
  return {
    svg: card.svg,
    width: WIDTH,
    height: total,
    alt: [`${heading.title}.`, ...lines].join(' ').slice(0, 1_000),
    lines,
  };
};

export interface LabelStyle {
  readonly size?: number;
  readonly weight?: number;
  readonly colour?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
}

/** A line of text whose baseline stands at (x, y). */
export const label = (x: number, y: number, text: string, style: LabelStyle = {}): Svg =>
  el(
    'text',
    {
      x,
      y,
      'font-size': style.size ?? 13,
      'font-weight': style.weight,
      fill: style.colour ?? COLOURS.ink,
      'text-anchor': style.anchor,
    },
    text,
  );

/** One after the other, each as wide as its word; words are cut only where there is not room for all. */
const legendOf = (keys: readonly Key[], room: number): Svg[] => {
  const wanted = keys.map(({ label: name }) => textWidth(name, 12.5) + KEY);
  const most = wanted.reduce((sum, width) => sum + width, 0) <= room ? room : room / keys.length;
  let x = 0;
  return keys.map(({ label: name, colour }) => {
    const word = fitted(name, most - KEY, 12.5);
    const entry = group(
      x,
      0,
      el('rect', { width: 12, height: 12, rx: 3, fill: colour }),
      label(18, 10.5, word, { size: 12.5 }),
    );
    x += Math.min(most, textWidth(word, 12.5) + KEY);
    return entry;
  });
};

/** What a key takes beside its word: the square, and space to the next. */
const KEY = 40;
