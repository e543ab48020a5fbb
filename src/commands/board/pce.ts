import type { PceDesk } from '../../core/command.ts';
import type { Cluster, HealthNode } from '../../core/health.ts';
import { nodeName } from '../../core/health-issues.ts';
import { PceError } from '../../core/ports.ts';
import { type HealthMetric, healthFigure } from '../../core/series/health.ts';
import { HOUR_MS, type HourSample } from '../../core/series/sample.ts';
import { healthLine } from '../../views/health.ts';
import type { PanelSection } from '../../views/panel.ts';
import type { Board, BoardDeps } from './board.ts';

const DAY_HOURS = 24;
const METRICS = ['cpu', 'memory', 'disk'] as const;

/** How every PCE is doing: its cluster and services, each node now and at its fullest of the last 24 h, replication. */
export const pce: Board = {
  id: 'pce',
  title: 'PCE operations',
  action: 'board',
  async of({ desks }, deps) {
    return (await Promise.all(desks.map((desk) => sectionsOf(desk, deps)))).flat();
  },
};

const sectionsOf = async (
  { pce: { name, health, reach } }: PceDesk,
  { series, clock }: BoardDeps,
): Promise<PanelSection[]> => {
  try {
    const reading = await health();
    const says = healthLine({ pce: name, reading, medianMs: reach().medianMs });
    if (!reading.available) return [{ title: name, says: says.slice(name.length + 2) }];
    const hour = Math.floor(clock.now() / HOUR_MS);
    const day = await series.between(name, hour - DAY_HOURS, hour);
    return [
      {
        title: name,
        says: says.slice(name.length + 2),
        columns: ['Node', 'CPU mem disk %', 'Most in 24 h'],
        rows: reading.clusters.flatMap(({ nodes }) => nodes.map((node) => nodeRow(node, day))),
        right: [1, 2],
      },
      ...replicationSection(name, reading.clusters, day),
    ];
  } catch (error) {
    if (!(error instanceof PceError)) throw error;
    return [{ title: name, says: `its health cannot be read: ${error.message}` }];
  }
};

const nodeRow = (node: HealthNode, day: readonly HourSample[]): string[] => {
  const name = nodeName(node);
  const now = METRICS.map((metric) => {
    const all = node.metrics.flatMap(({ kind, percent }) =>
      kind === metric && percent !== undefined ? [percent] : [],
    );
    return all.length === 0 ? undefined : Math.max(...all);
  });
  return [name, figures(now), figures(METRICS.map((metric) => mostOf(day, name, metric)))];
};

const figures = (values: readonly (number | undefined)[]): string =>
  values.map((value) => (value === undefined ? '–' : String(Math.round(value)))).join(' ');

const mostOf = (day: readonly HourSample[], node: string, metric: HealthMetric): number | undefined => {
  const all = day.flatMap(({ kinds }) => kinds.health?.[healthFigure(node, metric, 'max')] ?? []);
  return all.length === 0 ? undefined : Math.max(...all);
};

const replicationSection = (
  name: string,
  clusters: readonly Cluster[],
  day: readonly HourSample[],
): PanelSection[] => {
  const rows = clusters.flatMap(({ replication }) =>
    replication.map((one) => [
      one.name,
      seconds(one.lagSeconds),
      seconds(mostOf(day, one.name, 'replication lag')),
    ]),
  );
  return rows.length === 0
    ? []
    : [
        {
          title: `Replication · ${name}`,
          columns: ['Database', 'Lag now', 'Most in 24 h'],
          rows,
          right: [1, 2],
        },
      ];
};

const seconds = (value: number | undefined): string => (value === undefined ? '–' : `${Math.round(value)} s`);
