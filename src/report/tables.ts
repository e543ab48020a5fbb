import type { Summary } from '../analytics/summary.ts';
import type { TopRow } from '../analytics/top.ts';

/** A text, a figure, or something that has a name for people and a key for machines. */
export type Cell = string | number | { readonly name: string; readonly key: string };

/** One list of an analysis, for any way to print it. */
export interface Table {
  /** Stable, for links. */
  readonly id: string;
  readonly title: string;
  /** What stands in a column; for figures also their unit. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** What `analyze` shows to people beside the summary (definitions §6: "also show top by process and by label key"). */
export interface AlsoShown {
  readonly processes: readonly TopRow[];
  readonly labels: readonly TopRow[];
}

/** Every list of a summary, in the order people read them. No row is left out. */
export const tablesOf = (
  { top, blocked, cross, scans, sweeps }: Summary,
  { processes, labels }: AlsoShown,
): Table[] => [
  topTable('sources', 'Top sources', top.src),
  topTable('destinations', 'Top destinations', top.dst),
  topTable('hosts', 'Top hosts, as source and destination', top.host),
  topTable('pairs', 'Top pairs', top.pair),
  topTable('services', 'Top services', top.service),
  topTable('processes', 'Top processes', processes),
  topTable('labels', `Top by ${cross.key}`, labels),
  blockedTable('blocked-hosts', 'Blocked hosts', blocked.hosts),
  blockedTable('blocked-services', 'Blocked services', blocked.services),
  {
    id: 'cross',
    title: `Between values of ${cross.key}`,
    columns: ['from', 'to', 'decision', 'connections', 'flows'],
    rows: cross.rows.map(({ from, to, decision, connections, flows }) => [
      from,
      to,
      decision,
      connections,
      flows,
    ]),
  },
  {
    id: 'scans',
    title: 'Port scans (raw: known edges not removed)',
    columns: ['source', 'destination', 'services', 'first', 'last'],
    rows: scans.map(({ src, dst, services, first, last }) => [src, dst, services, first, last]),
  },
  {
    id: 'sweeps',
    title: 'Sweeps (raw: known edges not removed)',
    columns: ['source', 'service', 'destinations', 'first', 'last'],
    rows: sweeps.map(({ src, service, destinations, first, last }) => [
      src,
      service,
      destinations,
      first,
      last,
    ]),
  },
];

const topTable = (id: string, title: string, rows: readonly TopRow[]): Table => ({
  id,
  title,
  columns: ['name', 'connections', 'bytes', 'peers', 'flows'],
  rows: rows.map(({ key, name, connections, bytes, peers, flows }) => [
    { key, name },
    connections,
    bytes,
    peers,
    flows,
  ]),
});

const blockedTable = (id: string, title: string, rows: Summary['blocked']['hosts']): Table => ({
  id,
  title,
  columns: ['name', 'blocked', 'potentially blocked'],
  rows: rows.map(({ key, name, blocked, potentially_blocked }) => [
    { key, name },
    blocked,
    potentially_blocked,
  ]),
});
