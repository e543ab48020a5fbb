import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createGeo } from '../../src/adapters/geo/index.ts';
import { createRenderer } from '../../src/adapters/render/index.ts';
import { blockedChart } from '../../src/charts/blocked.ts';
import type { Chart } from '../../src/charts/chart.ts';
import { heatChart } from '../../src/charts/heat.ts';
import { seriesChart } from '../../src/charts/series.ts';
import { DECISION_COLOURS, DECISION_WORDS } from '../../src/charts/theme.ts';
import { topChart } from '../../src/charts/top.ts';
import { worldChart } from '../../src/charts/world.ts';
import { DECISIONS } from '../../src/core/flow.ts';
import { pictures } from '../support/browser.ts';

const HOUR = 3_600_000;
const FROM = Date.UTC(2026, 8, 9, 12);
const basis = 'last 24 h · 48,211 rows, complete · all decisions · day-bucket totals · prod-east';
const HOSTS = [
  'web-01',
  'web-02',
  'app-01',
  'app-02',
  'db-01',
  'cache-01',
  'mail-01',
  'ci-01',
  'lab-07',
  'jump-01',
];
const ENVS = ['prod', 'stage', 'test', 'dev', '(none)'];

/** One chart of each kind, with values made up so that everything a chart can show is in it. */
const CHARTS: Readonly<Record<string, () => Chart>> = {
  'chart-bar': () =>
    topChart(
      {
        measure: 'connections',
        rows: HOSTS.map((name, at) => {
          const connections = Math.round(18_400 / (at + 1));
          return { name: `${name}.example.com`, connections, bytes: 0, peers: 1, flows: 1 };
        }),
        others: { count: 312, connections: 9_120, bytes: 0, flows: 312 },
      },
      { title: 'Top sources by connections', basis },
    ),
  'chart-blocked': () =>
    blockedChart(
      {
        rows: HOSTS.slice(0, 6).map((name, at) => ({
          name,
          blocked: Math.round(4_200 / (at + 1)),
          potentially_blocked: 300 * at,
        })),
        total: { count: 41, blocked: 12_400, potentially_blocked: 6_100 },
      },
      { title: 'Blocked and potentially blocked connections by destination', basis },
    ),
  'chart-series': () =>
    seriesChart({
      title: 'Connections by decision, env=prod',
      basis: 'last 24 h · an hour each · new since the poll before, to about 10 min · prod-east',
      measure: 'connections an hour',
      from: FROM,
      to: FROM + 24 * HOUR,
      style: 'stacked',
      keys: DECISIONS.map((id) => ({ id, label: DECISION_WORDS[id], colour: DECISION_COLOURS[id] })),
      overlay: { id: 'all', label: 'all environments', colour: '#1d2430' },
      samples: Array.from({ length: 24 }, (_, hour) => {
        const day = 400 + 300 * Math.sin(((hour - 4) / 24) * 2 * Math.PI);
        const values = {
          allowed: day,
          potentially_blocked: day / 8,
          blocked: hour === 15 ? 420 : 30,
          unknown: 12,
          all: day * 1.9 + 200,
        };
        return {
          at: FROM + hour * HOUR,
          spanMs: HOUR,
          values: hour === 7 || hour === 8 ? undefined : values,
        };
      }),
    }),
  'chart-matrix': () =>
    heatChart({
      title: 'Connections between values of env',
      basis,
      measure: 'connections',
      cells: ENVS.flatMap((from, i) =>
        ENVS.map((to, j) => ({
          from,
          to,
          value: (i * 7 + j * 3) % 4 === 0 ? 0 : Math.round(60_000 / (i + 1) ** (j + 1)),
        })),
      ),
    }),
  'chart-world': () =>
    worldChart(
      {
        title: 'External destinations by country',
        basis: `${basis} · countries by DB-IP`,
        measure: 'connections',
        rows: [
          { country: 'US', value: 48_120 },
          { country: 'DE', value: 21_044 },
          { country: 'IE', value: 9_310 },
          { country: 'NL', value: 4_200 },
          { country: undefined, value: 1_733 },
          { country: 'JP', value: 910 },
          { country: 'BR', value: 312 },
          { country: 'AU', value: 77 },
          { country: 'ZA', value: 12 },
          { country: 'CH', value: 9 },
        ],
      },
      createGeo().outlines(),
    ),
};

it.each(Object.entries(CHARTS))('%s is a picture twice the size of its drawing', async (name, chart) => {
  const { svg, width, height, alt, lines } = chart();
  const png = await createRenderer((reason) => expect.fail(reason)).png(svg);
  const head = Buffer.from(png ?? []);
  expect(head.subarray(1, 4).toString('latin1')).toBe('PNG');
  expect([head.readUInt32BE(16), head.readUInt32BE(20)]).toEqual([2 * width, 2 * height]);
  expect(alt.length).toBeLessThanOrEqual(1_000);
  expect(lines.length).toBeGreaterThan(0);
  mkdirSync(pictures, { recursive: true });
  writeFileSync(`${pictures}${name}.png`, head);
});
