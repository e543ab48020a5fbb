import type { Cluster, HealthNode, HealthReading, Level } from '../core/health.ts';
import { nodeName } from '../core/health-issues.ts';
import type { Message } from '../core/ports.ts';
import { counted, listed } from '../core/text.ts';
import { bullets, message, richText } from './parts.ts';

/** What one PCE said of itself, or why nothing is known. */
export interface ShownHealth {
  readonly pce: string;
  readonly reading: HealthReading | { readonly failed: string };
  /** Median answer time. */
  readonly medianMs: number | undefined;
}

/** A sentence per PCE, then a line per node (messages.md "Health"). */
export const healthView = (all: readonly ShownHealth[]): Message => {
  const heads = all.map(healthLine);
  return message(heads[0] ?? 'No PCE is configured', [
    ...(all.length === 0 ? [richText(['No PCE is configured.'])] : []),
    ...all.flatMap((one, at) => {
      const lines = nodeLines(one);
      return [
        richText([heads[at] ?? '']),
        ...(lines.length === 0 ? [] : [bullets(...lines.map((line) => [line]))]),
      ];
    }),
  ]);
};

const RANK: Readonly<Record<Level, number>> = { normal: 0, warning: 1, error: 2 };
const worst = (levels: readonly Level[]): Level =>
  levels.reduce<Level>((graver, level) => (RANK[level] > RANK[graver] ? level : graver), 'normal');

/** One PCE in a sentence: how it is, what is wrong, its services and replication. */
export const healthLine = ({ pce, reading, medianMs }: ShownHealth): string => {
  const speed = medianMs === undefined ? '' : `; API answers in ${Math.round(medianMs)} ms`;
  if ('failed' in reading) return `${pce}: its health cannot be read: ${reading.failed}.`;
  if (!reading.available) return `${pce}: /health is not available on this PCE (SaaS)${speed}.`;
  const { clusters, nodeAvailable } = reading;
  const level = worst([
    ...clusters.map((cluster) => worst(levelsOf(cluster))),
    nodeAvailable ? 'normal' : 'error',
  ]);
  const bad = [...clusters.flatMap(troubles), ...(nodeAvailable ? [] : ['no node takes requests'])];
  const facts = [services(clusters), ...clusters.flatMap(lag)].filter((fact) => fact !== '');
  return `${pce}: ${level}${bad.length === 0 ? '' : ` — ${listed(bad, 6)}`}.${facts.length === 0 ? '' : ` ${facts.join('; ')}.`}`;
};

const levelsOf = ({ level, nodes, replication }: Cluster): Level[] => [
  level,
  ...nodes.flatMap(({ metrics, services: { level: own } }) => [
    own,
    ...metrics.map((metric) => metric.level),
  ]),
  ...replication.map((one) => one.level),
];

const percent = (value: number | undefined): string => (value === undefined ? 'not reported' : `${value} %`);

const troubles = ({ nodes, replication, notifications }: Cluster): string[] => [
  ...nodes.flatMap((node) => [
    ...node.metrics
      .filter(({ level }) => level !== 'normal')
      .map(({ name, percent: value }) => `${nodeName(node)} ${name} ${percent(value)}`),
    ...(node.services.notRunning.length === 0
      ? []
      : [`${nodeName(node)} does not run ${listed(node.services.notRunning, 3)}`]),
  ]),
  ...replication
    .filter(({ level }) => level !== 'normal')
    .map(
      ({ name, lagSeconds }) =>
        `replication ${name} ${lagSeconds === undefined ? '' : `${lagSeconds} s `}behind`,
    ),
  ...notifications,
];

const services = (clusters: readonly Cluster[]): string => {
  const nodes = clusters.flatMap(({ nodes: own }) => own);
  const running = nodes.reduce((sum, node) => sum + node.services.running.length, 0);
  const stopped = nodes.reduce((sum, node) => sum + node.services.notRunning.length, 0);
  if (running + stopped === 0) return '';
  return stopped === 0
    ? `All ${counted(running, 'service')} running`
    : `${running} of ${counted(running + stopped, 'service')} running`;
};

const lag = ({ replication }: Cluster): string[] => {
  const known = replication.flatMap(({ lagSeconds }) => (lagSeconds === undefined ? [] : [lagSeconds]));
  return known.length === 0 ? [] : [`replication lag ${Math.max(...known)} s`];
};

const nodeLines = ({ reading }: ShownHealth): string[] =>
  'failed' in reading || !reading.available
    ? []
    : reading.clusters.flatMap(({ nodes }) => nodes.map(nodeLine));

const nodeLine = ({ name, type, runlevel, metrics, services: { running, notRunning } }: HealthNode): string =>
  [
    nodeName({ name, type }),
    ...(runlevel === undefined
      ? ['did not answer']
      : runlevel === 5
        ? []
        : [`runlevel ${runlevel}, 5 is normal`]),
    ...metrics.map(
      ({ name: metric, percent: value, level }) =>
        `${metric} ${percent(value)}${level === 'normal' ? '' : ` (${level})`}`,
    ),
    notRunning.length === 0
      ? `${counted(running.length, 'service')} running`
      : `${running.length} of ${counted(running.length + notRunning.length, 'service')} running`,
  ].join(' · ');
