import type { HealthReading } from '../health.ts';
import { nodeName } from '../health-issues.ts';
import { type Figures, figureName, HOUR_MS } from './sample.ts';

export const HEALTH_METRICS = ['cpu', 'memory', 'disk', 'replication lag'] as const;
export type HealthMetric = (typeof HEALTH_METRICS)[number];
export const HEALTH_STATS = ['min', 'average', 'max'] as const;
export type HealthStat = (typeof HEALTH_STATS)[number];

/** The name of one figure: percent, and seconds for replication lag. */
export const healthFigure = (node: string, metric: HealthMetric, stat: HealthStat): string =>
  figureName(node, metric, stat);

/** Minute polls of one PCE, gathered to hours. What was polled before a restart is not in its hour. */
export interface HealthHours {
  /** @param at epoch ms */
  add(reading: HealthReading, at: number): void;
  /** The hours that are over at that time, each once. An hour without any poll is not in it. */
  over(at: number): readonly { readonly hour: number; readonly figures: Figures }[];
}

interface Sum {
  min: number;
  max: number;
  sum: number;
  count: number;
}

export const createHealthHours = (): HealthHours => {
  const hours = new Map<number, Map<string, { readonly of: Measured; readonly sum: Sum }>>();
  return {
    add(reading, at) {
      const hour = Math.floor(at / HOUR_MS);
      for (const of of measured(reading)) {
        const sums = hours.get(hour) ?? new Map();
        hours.set(hour, sums);
        const key = figureName(of.node, of.metric);
        const sum: Sum = sums.get(key)?.sum ?? { min: of.value, max: of.value, sum: 0, count: 0 };
        sum.min = Math.min(sum.min, of.value);
        sum.max = Math.max(sum.max, of.value);
        sum.sum += of.value;
        sum.count += 1;
        sums.set(key, { of, sum });
      }
    },
    over(at) {
      const ended = [...hours].filter(([hour]) => (hour + 1) * HOUR_MS <= at).sort(([a], [b]) => a - b);
      for (const [hour] of ended) hours.delete(hour);
      return ended.map(([hour, sums]) => ({ hour, figures: figuresOf(sums.values()) }));
    },
  };
};

const figuresOf = (all: Iterable<{ readonly of: Measured; readonly sum: Sum }>): Figures =>
  Object.fromEntries(
    [...all].flatMap(({ of: { node, metric }, sum: { min, max, sum, count } }) => [
      [healthFigure(node, metric, 'min'), min],
      [healthFigure(node, metric, 'average'), Math.round((10 * sum) / count) / 10],
      [healthFigure(node, metric, 'max'), max],
    ]),
  );

interface Measured {
  readonly node: string;
  readonly metric: HealthMetric;
  readonly value: number;
}

/** Several disks of a node count as its fullest one: that is the one that ends it. */
const measured = (reading: HealthReading): Measured[] => {
  if (!reading.available) return [];
  const all = new Map<string, Measured>();
  const take = (one: Measured): void => {
    const key = figureName(one.node, one.metric);
    if (one.value >= (all.get(key)?.value ?? Number.NEGATIVE_INFINITY)) all.set(key, one);
  };
  for (const { nodes, replication } of reading.clusters) {
    for (const node of nodes)
      for (const { kind, percent } of node.metrics)
        if (percent !== undefined) take({ node: nodeName(node), metric: kind, value: percent });
    for (const { name, lagSeconds } of replication)
      if (lagSeconds !== undefined) take({ node: name, metric: 'replication lag', value: lagSeconds });
  }
  return [...all.values()];
};
