import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGeo } from '../../src/adapters/geo/index.ts';
import { createRenderer } from '../../src/adapters/render/index.ts';
import { type BarData, barChart } from '../../src/charts/bar.ts';
import type { Chart } from '../../src/charts/chart.ts';
import { heatChart } from '../../src/charts/heat.ts';
import { type SeriesData, seriesChart } from '../../src/charts/series.ts';
import { worldChart } from '../../src/charts/world.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 21);
const heading = { title: 'Top sources', basis: 'last 24 h · 12 rows, complete · prod-east' };
const outlines = createGeo().outlines();

const bars = (over: Partial<BarData> = {}): Chart =>
  barChart({ ...heading, measure: 'connections', rows: [{ name: 'web-01', value: 10 }], ...over });

const lines = (values: readonly (number | undefined)[], over: Partial<SeriesData> = {}): Chart =>
  seriesChart({
    ...heading,
    measure: 'agents',
    from: START,
    to: START + values.length * HOUR,
    style: 'lines',
    keys: [{ id: 'offline', label: 'offline', colour: '#b3263a' }],
    samples: values.map((value, at) => ({
      at: START + at * HOUR,
      spanMs: HOUR,
      values: value === undefined ? undefined : { offline: value },
    })),
    ...over,
  });

const count = (svg: string, element: string): number => svg.split(`<${element} `).length - 1;

describe('what a chart says in words', () => {
  const rows: readonly (readonly [string, Chart, readonly string[]])[] = [
    [
      'nothing to show is said, not drawn as an empty frame',
      bars({ rows: [] }),
      ['Nothing to show in this window.'],
    ],
    [
      'the largest with its share, the next, and the rest, so that the sum is complete',
      bars({
        rows: [
          { name: 'web-01', value: 60 },
          { name: 'web-02', value: 20 },
        ],
        others: { count: 3, value: 20 },
      }),
      ['web-01 leads with 60 of 100 connections (60 %).', 'Then web-02 20.', '3 others together: 20.'],
    ],
    [
      'what was not sampled is said to be blank',
      lines([4, undefined, undefined, 7]),
      ['Last, Nov 21 03:00 UTC: offline 7.', 'Not sampled, left blank: 2 h in all.'],
    ],
    ['nothing sampled at all', lines([undefined, undefined]), ['Nothing was sampled in this window.']],
    [
      'what crosses from one group to another comes before what stays inside',
      heatChart({
        ...heading,
        measure: 'connections',
        cells: [
          { from: 'prod', to: 'prod', value: 1_000 },
          { from: 'prod', to: 'dev', value: 12 },
        ],
      }),
      ['Most: prod → prod, 1,000 connections.', 'Across groups: prod → dev 12.'],
    ],
    [
      'a country that is not known is counted apart and never dropped',
      worldChart(
        {
          ...heading,
          measure: 'connections',
          rows: [
            { country: 'DE', value: 1_200 },
            { country: 'SG', value: 30 },
            { country: undefined, value: 7 },
          ],
        },
        outlines,
      ),
      ['2 countries, 1,237 connections.', 'Most: Germany 1,200, Singapore 30.', 'Country unknown: 7.'],
    ],
  ];
  it.each(rows)('%s', (_, chart, words) => {
    expect(chart.lines).toEqual(words);
    expect(chart.alt.startsWith('Top sources. ')).toBe(true);
  });
});

describe('what is drawn', () => {
  it('a hole parts a line in two and is never bridged', () => {
    expect(count(lines([1, 2, 3, 4]).svg, 'polyline')).toBe(1);
    expect(count(lines([1, 2, undefined, 3, 4]).svg, 'polyline')).toBe(2);
  });

  it('one sample between two holes is a dot', () => {
    expect(count(lines([1, 2, undefined, 3, undefined, 4, 5]).svg, 'circle')).toBe(1);
  });

  it('columns of a coarser source are pale', () => {
    const sample = { at: START, spanMs: 4 * HOUR, values: { offline: 3 } };
    const drawn = (coarse: boolean): string =>
      lines([1, 1, 1, 1], { style: 'stacked', samples: [{ ...sample, coarse }] }).svg;
    expect(drawn(true)).toContain('opacity="0.45"');
    expect(drawn(false)).not.toContain('opacity');
  });

  it('a country without traffic keeps the colour of land; one with traffic does not', () => {
    const fills = (rows: { country: string; value: number }[]): Set<string> =>
      new Set(
        worldChart({ ...heading, measure: 'c', rows }, outlines)
          .svg.match(/<path [^>]*fill="[^"]+"/g)
          ?.map((path) => path.replace(/.*fill=/s, '')),
      );
    expect(fills([]).size).toBe(1);
    expect(fills([{ country: 'BR', value: 5 }]).size).toBe(2);
  });
});

describe('foreign text', () => {
  const renderer = createRenderer((reason) => {
    throw new Error(reason);
  });

  it('cannot become markup', () => {
    const { svg } = bars({ rows: [{ name: '</text><image href="x"/>&', value: 1 }] });
    expect(svg).not.toContain('<image');
    expect(svg).toContain('&lt;/text&gt;&lt;image href=&quot;x&quot;/&gt;&amp;');
  });

  it('of any kind makes a picture: controls, lone surrogates, right-to-left, 10,000 characters', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), fc.nat(), async (name, value) => {
        const png = await renderer.png(bars({ title: name, rows: [{ name, value }] }).svg);
        expect(png?.subarray(1, 4)).toEqual(Buffer.from('PNG'));
      }),
      {
        numRuns: 25,
        examples: [
          ['\u0000\ud800\u202e<!channel>', 1],
          ['x'.repeat(10_000), 2 ** 53],
        ],
      },
    );
  });

  it('that is no SVG is refused, not drawn as nothing', async () => {
    await expect(renderer.png('<svg')).rejects.toThrow();
  });
});

describe('the country of an address', () => {
  const geo = createGeo();
  it.each([
    ['a public IPv4 address', '8.8.8.8', 'US'],
    ['a private one is nowhere', '192.168.1.1', undefined],
    ['a documentation address is nowhere', '192.0.2.1', undefined],
    ['what is no address is nowhere', 'web-01', undefined],
  ])('%s', (_, address, country) => expect(geo.country(address)).toBe(country));

  it('every outline has a number of three digits, and the large countries are there', () => {
    expect(outlines.every(({ number }) => /^\d{3}$/.test(number))).toBe(true);
    expect(outlines.map(({ number }) => number)).toEqual(
      expect.arrayContaining(['840', '276', '156', '076']),
    );
  });
});
