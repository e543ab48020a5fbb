import { type Dict, dict, list, number, text } from './foreign.ts';

export type Level = 'normal' | 'warning' | 'error';

export interface Metric {
  /** cpu, memory or the disk's location. */
  readonly kind: 'cpu' | 'memory' | 'disk';
  readonly name: string;
  readonly level: Level;
  readonly percent: number | undefined;
}

export interface HealthNode {
  readonly name: string;
  readonly address: string | undefined;
  readonly type: string;
  /** 5 is normal; undefined when the node did not answer. */
  readonly runlevel: number | undefined;
  readonly metrics: readonly Metric[];
  readonly services: {
    readonly level: Level;
    readonly running: readonly string[];
    readonly notRunning: readonly string[];
  };
}

export interface Cluster {
  readonly fqdn: string;
  readonly type: string;
  readonly level: Level;
  readonly nodes: readonly HealthNode[];
  readonly replication: readonly {
    readonly name: string;
    readonly level: Level;
    readonly lagSeconds: number | undefined;
  }[];
  readonly notifications: readonly string[];
}

/** One look at GET /health together with GET /node_available. */
export type HealthReading =
  | { readonly available: true; readonly clusters: readonly Cluster[]; readonly nodeAvailable: boolean }
  /** 403 or 404: a SaaS PCE has no /health (facts §3). Never "the PCE is down". */
  | { readonly available: false; readonly why: string };

/** Releases and documents disagree on `critical` / `error`: both are bad (facts §3, UNCERTAIN). Anything unheard of is a warning. */
const level = (value: unknown): Level => {
  if (value === undefined || value === null || value === 'normal') return 'normal';
  return value === 'critical' || value === 'error' || value === 'fatal' ? 'error' : 'warning';
};

/** Reads the array of GET /health (facts §3), both nestings of `services` included. Throws nothing: odd parts read as absent. */
export const parseHealth = (body: unknown): Cluster[] =>
  list(body).map((value) => {
    const row = dict(value);
    return {
      fqdn: text(row['fqdn']) ?? 'PCE',
      type: text(row['type']) ?? 'standalone',
      level: level(row['status']),
      nodes: list(row['nodes']).map(node),
      replication: list(dict(row['network'])['replication']).map(replication),
      notifications: list(row['notifications']).flatMap((one) => text(dict(one)['message']) ?? []),
    };
  });

const node = (value: unknown): HealthNode => {
  const row = dict(value);
  const outer = dict(row['services']);
  const inner = 'services' in outer ? dict(outer['services']) : outer;
  const names = (key: string): string[] => list(inner[key]).flatMap((name) => text(name) ?? []);
  const metric = (kind: 'cpu' | 'memory', reading: Dict): Metric[] =>
    Object.keys(reading).length === 0
      ? []
      : [{ kind, name: kind, level: level(reading['status']), percent: number(reading['percent']) }];
  return {
    name: text(row['hostname']) ?? text(row['ip_address']) ?? 'node',
    address: text(row['ip_address']),
    type: text(row['type']) ?? '',
    runlevel: number(row['runlevel']),
    metrics: [
      ...metric('cpu', dict(row['cpu'])),
      ...metric('memory', dict(row['memory'])),
      ...list(row['disk']).map((one): Metric => {
        const disk = dict(dict(one)['value']);
        return {
          kind: 'disk',
          name: diskName(text(dict(one)['location'])),
          level: level(disk['status']),
          percent: number(disk['percent']),
        };
      }),
    ],
    services: { level: level(outer['status']), running: names('running'), notRunning: names('not_running') },
  };
};

const diskName = (location: string | undefined): string =>
  location === undefined || location === 'disk' ? 'disk' : `disk ${location}`;

const replication = (value: unknown): Cluster['replication'][number] => {
  const row = dict(value);
  const details = dict(row['details']);
  const reading = dict(row['value']);
  return {
    name: text(details['database_name']) ?? text(details['fqdn']) ?? 'replication',
    level: level(reading['status']),
    lagSeconds: number(reading['lag_seconds']),
  };
};
