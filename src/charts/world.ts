import { geoNaturalEarth1, geoPath } from 'd3-geo';
import { type CountryOutline, countryName, countryNumber } from '../core/country.ts';
import { counted, grouped } from '../core/text.ts';
import { type Chart, framed, type Heading, label, MARGIN, WIDTH } from './chart.ts';
import { logShare } from './scale.ts';
import { el, group, type Svg } from './svg.ts';
import { COLOURS, fitted, tint } from './theme.ts';

export interface WorldRow {
  /** ISO 3166-1 alpha-2, or undefined where the country of the address is not known. */
  readonly country: string | undefined;
  readonly value: number;
}

export interface WorldData extends Heading {
  readonly measure: string;
  /** Largest first. */
  readonly rows: readonly WorldRow[];
}

const MAP_WIDTH = WIDTH - 2 * MARGIN;
const MAP_HEIGHT = 356;
const LISTED = 9;
const COLUMNS = 3;
const LINE = 22;

/** Destinations by country: a map, and below it the largest with their figures. What is not on the map is in the list, never dropped. */
export const worldChart = (data: WorldData, outlines: readonly CountryOutline[]): Chart => {
  const listed = data.rows.slice(0, LISTED);
  const rest = data.rows.length - listed.length;
  return framed({
    heading: data,
    height: MAP_HEIGHT + 14 + Math.max(1, Math.ceil(listed.length / COLUMNS)) * LINE,
    drawing: [...map(data.rows, outlines), group(0, MAP_HEIGHT + 26, ...list(listed))],
    summary: summary(data, rest),
  });
};

const map = (rows: readonly WorldRow[], outlines: readonly CountryOutline[]): Svg[] => {
  const values = new Map(
    rows.flatMap(({ country, value }) => {
      const number = country === undefined ? undefined : countryNumber(country);
      return number === undefined ? [] : [[number, value] as const];
    }),
  );
  const most = Math.max(0, ...values.values());
  const drawn = outlines
    .filter(({ number }) => number !== ANTARCTICA)
    .map(({ number, polygons }) => ({ number, shape: multiPolygon(polygons) }));
  const all = { type: 'GeometryCollection' as const, geometries: drawn.map(({ shape }) => shape) };
  const path = geoPath(geoNaturalEarth1().fitSize([MAP_WIDTH, MAP_HEIGHT], all)).digits(1);
  return drawn.map(({ number, shape }) => {
    const value = values.get(number) ?? 0;
    return el('path', {
      d: path(shape) ?? '',
      fill: value > 0 ? tint(0.15 + 0.85 * logShare(value, most)) : COLOURS.land,
      stroke: COLOURS.border,
      'stroke-width': 0.6,
    });
  });
};

/** GeoJSON (RFC 7946 §3.1.7) of an outline; d3 wants arrays of its own. */
const multiPolygon = (polygons: CountryOutline['polygons']) => ({
  type: 'MultiPolygon' as const,
  coordinates: polygons.map((rings) =>
    rings.map((ring) => ring.map(([longitude, latitude]) => [longitude, latitude])),
  ),
});

const ANTARCTICA = '010';

const nameOf = ({ country }: WorldRow): string =>
  country === undefined ? 'country unknown' : countryName(country);

const list = (rows: readonly WorldRow[]): Svg[] => {
  if (rows.length === 0)
    return [label(0, 0, 'No external destination in this window.', { colour: COLOURS.faint })];
  const width = MAP_WIDTH / COLUMNS;
  return rows.map((row, at) => {
    const figure = grouped(row.value);
    return group(
      (at % COLUMNS) * width,
      Math.floor(at / COLUMNS) * LINE,
      label(0, 0, fitted(nameOf(row), width - 110, 13)),
      label(width - 24, 0, figure, { size: 12.5, colour: COLOURS.faint, anchor: 'end' }),
    );
  });
};

const summary = ({ rows, measure }: WorldData, rest: number): string[] => {
  const [first] = rows;
  if (first === undefined) return ['No external destination in this window.'];
  const total = rows.reduce((sum, { value }) => sum + value, 0);
  const known = rows.filter(({ country }) => country !== undefined);
  const unknown = rows.find(({ country }) => country === undefined);
  return [
    `${counted(known.length, 'country', 'countries')}, ${grouped(total)} ${measure}.`,
    known.length === 0
      ? 'No country is known of any of them.'
      : `Most: ${known
          .slice(0, 3)
          .map((row) => `${nameOf(row)} ${grouped(row.value)}`)
          .join(', ')}.`,
    unknown !== undefined
      ? `Country unknown: ${grouped(unknown.value)}.`
      : rest > 0
        ? `${counted(rest, 'country', 'countries')} more in the file.`
        : 'The country of every address is known.',
  ];
};
