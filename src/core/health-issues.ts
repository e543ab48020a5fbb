import type { Cluster, HealthNode, HealthReading, Level } from './health.ts';
import type { NodeReport } from './node-report.ts';
import { compareSeverity, type Severity } from './severity.ts';
import type { Subject } from './subject.ts';
import { listed, span } from './text.ts';

/** What decides how many polls an issue must last before it is told, and must be gone before it is over. */
export type IssueKind =
  | 'cpu'
  | 'memory'
  | 'disk'
  | 'services'
  | 'node'
  | 'replication'
  | 'cluster'
  | 'report';

/** One thing that is not as it should be, in one look at the cluster (definitions §3 pce-health). */
export interface Issue {
  /** Stable from poll to poll. */
  readonly key: string;
  readonly kind: IssueKind;
  readonly severity: Severity;
  readonly subject: Subject;
  /** `disk of core1 at 91 %`: what, of which node, and the value. */
  readonly what: string;
  /** The node is no longer in the report at all: it may have been removed. */
  readonly gone?: true;
}

/** What must be remembered of a cluster to see that something of it is gone. */
interface Seen {
  /** Names of all nodes ever seen. */
  readonly nodes: readonly string[];
  /** A node with the database primary was seen: before that, its absence means nothing (service names differ by release). */
  readonly primary: boolean;
}

type Reading = Extract<HealthReading, { available: true }>;

/** The service a node runs that holds the database primary (facts §3; the others run `database_slave_service`). */
const PRIMARY_SERVICE = 'database_service';

/** Every issue of a reading. `lagSeconds`: replication behind by more than this is an error, whatever the PCE calls it. */
export const healthIssues = (
  { clusters, nodeAvailable }: Reading,
  seen: ReadonlyMap<string, Seen>,
  lagSeconds: number,
): Issue[] =>
  clusters.flatMap((cluster) => {
    const known = seen.get(cluster.fqdn) ?? { nodes: [], primary: false };
    const parts = [
      ...cluster.nodes.flatMap((node) => nodeIssues(cluster, node)),
      ...missing(cluster, known),
      ...replicationIssues(cluster, lagSeconds),
    ];
    return [...parts, ...clusterIssue(cluster, parts, known, nodeAvailable)];
  });

/**
 * What a node says of itself, as an issue of the cluster that has it; `part` is what every key of that node's own issues begins with.
 * A node that no look at a cluster named is one of `otherwise`.
 */
export const reportIssue = (
  { node, level, figures }: NodeReport,
  seen: Readonly<Record<string, Pick<Seen, 'nodes'>>>,
  otherwise: string,
): { readonly key: string; readonly part: string; readonly issue: Issue | undefined } => {
  const short = nodeName({ name: node, type: '' });
  const found = Object.entries(seen).flatMap(([fqdn, { nodes }]) =>
    nodes.filter((one) => one === short || one.startsWith(`${short} (`)).map((name) => ({ fqdn, name })),
  );
  const { fqdn, name } = found[0] ?? { fqdn: Object.keys(seen)[0] ?? otherwise, name: short };
  const key = `${fqdn} ${name} report`;
  const severity = SEVERITY[level];
  const what = `${name} itself reports ${severity === 'warning' ? 'a warning' : 'an error'}${figures === '' ? '' : `: ${figures}`}`;
  const subject = { kind: 'node', href: null, name: `${name} report of ${fqdn}` } as const;
  return {
    key,
    part: `${fqdn} ${name}`,
    issue: severity === undefined ? undefined : { key, kind: 'report', severity, subject, what },
  };
};

/** What to remember after a reading. */
export const seenIn = (cluster: Cluster, before: Seen | undefined): Seen => ({
  nodes: [...new Set([...(before?.nodes ?? []), ...cluster.nodes.map(nodeName)])].sort(),
  primary: before?.primary === true || hasPrimary(cluster),
});

const hasPrimary = ({ nodes }: Cluster): boolean =>
  nodes.some(({ services }) => services.running.includes(PRIMARY_SERVICE));

/** `core1`: the first part of the host name; a node without one keeps its address. The type tells two of one name apart. */
export const nodeName = ({ name, type }: Pick<HealthNode, 'name' | 'type'>): string => {
  const short = /^\d/.test(name) ? name : (name.split('.')[0] ?? name);
  return type === '' || short.startsWith(type) ? short : `${short} (${type})`;
};

const SEVERITY: Readonly<Record<Level, Severity | undefined>> = {
  normal: undefined,
  warning: 'warning',
  error: 'error',
};

const issue = (
  cluster: Cluster,
  kind: IssueKind,
  name: string,
  severity: Severity | undefined,
  what: string,
): Issue[] =>
  severity === undefined
    ? []
    : [
        {
          key: `${cluster.fqdn} ${name}`,
          kind,
          severity,
          subject: {
            kind: kind === 'cluster' ? 'pce' : 'node',
            href: null,
            name: kind === 'cluster' ? cluster.fqdn : `${name} of ${cluster.fqdn}`,
          },
          what,
        },
      ];

const nodeIssues = (cluster: Cluster, node: HealthNode): Issue[] => {
  const name = nodeName(node);
  const { level, notRunning } = node.services;
  return [
    ...issue(
      cluster,
      'node',
      name,
      node.runlevel === 5 ? undefined : 'error',
      node.runlevel === undefined
        ? `node ${name} does not answer`
        : `node ${name} is at runlevel ${node.runlevel} instead of 5`,
    ),
    ...node.metrics.flatMap(({ kind, name: metric, level: is, percent }) =>
      issue(
        cluster,
        kind,
        `${name} ${metric}`,
        SEVERITY[is],
        `${metric} of ${name}${percent === undefined ? '' : ` at ${percent} %`}`,
      ),
    ),
    ...issue(
      cluster,
      'services',
      `${name} services`,
      // The PCE calls a missing optional service a warning; a required one is an error even where it says nothing.
      level === 'warning' ? 'warning' : notRunning.length > 0 ? 'error' : SEVERITY[level],
      notRunning.length > 0
        ? `on ${name} not running: ${listed(notRunning, 5)}`
        : `services of ${name} are not all well`,
    ),
  ];
};

const missing = (cluster: Cluster, { nodes }: Seen): Issue[] => {
  const here = new Set(cluster.nodes.map(nodeName));
  return nodes
    .filter((name) => !here.has(name))
    .flatMap((name) =>
      issue(cluster, 'node', name, 'error', `node ${name} is missing from the cluster's report`).map(
        (one): Issue => ({ ...one, gone: true }),
      ),
    );
};

const replicationIssues = (cluster: Cluster, lagLimit: number): Issue[] =>
  cluster.replication.flatMap(({ name, level, lagSeconds }) =>
    issue(
      cluster,
      'replication',
      `replication ${name}`,
      (lagSeconds ?? 0) > lagLimit ? 'error' : SEVERITY[level],
      `replication of ${name}${lagSeconds === undefined ? ' is not well' : ` lags ${span(lagSeconds * 1_000)}`}`,
    ),
  );

/** The cluster as a whole: what no part explains, and what is graver than its parts. */
const clusterIssue = (
  cluster: Cluster,
  parts: readonly Issue[],
  seen: Seen,
  nodeAvailable: boolean,
): Issue[] => {
  const down = parts.filter(({ kind }) => kind === 'node').length;
  const graveWords = [
    ...(cluster.level === 'error' && !nodeAvailable
      ? ['the cluster is down: no core node answers for it']
      : []),
    ...(down >= 2 ? [`${down} nodes are down`] : []),
    ...(seen.primary && !hasPrimary(cluster) ? ['no node holds the database primary'] : []),
  ];
  if (graveWords.length > 0) return issue(cluster, 'cluster', 'cluster', 'critical', listed(graveWords));
  const severity = SEVERITY[cluster.level];
  if (severity === undefined || parts.some((part) => compareSeverity(part.severity, severity) >= 0))
    return [];
  const said = cluster.notifications.length > 0 ? `: ${listed(cluster.notifications, 3)}` : '';
  return issue(cluster, 'cluster', 'cluster', severity, `the cluster says ${cluster.level}${said}`);
};
