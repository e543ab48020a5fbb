import { notFound } from './http/answer.ts';
import type { JsonObject } from './json.ts';
import { atLeast } from './options.ts';

type Level = 'normal' | 'warning' | 'critical';
type ServiceState = 'running' | 'not_running' | 'partial';

interface Node {
  readonly hostname: string;
  readonly type: 'core' | 'data0' | 'data1';
  readonly ip: string;
  cpu: number;
  memory: number;
  disk: number;
  runlevel: number | null;
  readonly services: Map<string, ServiceState>;
}

/** A change of the cluster's health; without `node` (a hostname of /health) it concerns the first core node. */
export interface HealthChange {
  readonly node?: string;
  /** Per cent. */
  readonly cpu?: number;
  readonly memory?: number;
  readonly disk?: number;
  /** 5 is normal; null = the node cannot be reached. */
  readonly runlevel?: number | null;
  readonly service?: string;
  /** Of `service`; default `not_running`. */
  readonly state?: ServiceState;
  /** Cluster status, whatever the nodes say; null = from the nodes again. */
  readonly status?: string | null;
  readonly replication_lag?: number;
  /** False: /health answers 404, as SaaS may (facts §3). */
  readonly available?: boolean;
  /** Back to all normal, before the rest of the change. */
  readonly reset?: boolean;
}

/** The health of a standalone cluster of two core and two data nodes. */
export interface Health {
  /** False = this PCE has no /health. */
  readonly available: boolean;
  change(change: HealthChange): void;
  /** The body of GET /health at a time (epoch ms): an array with one element (facts §3). */
  report(fqdn: string, now: number): readonly JsonObject[];
  /** What /node_available says: a core node is at runlevel 5 and runs something (facts §3). */
  nodeAvailable(): boolean;
}

/** From here on a measure is a warning (facts §3, G25:6506-6530). */
const WARNING_PERCENT = 95;
const WARNING_LAG_SECONDS = 30;

const CORE_SERVICES = [
  'agent_service',
  'collector_service',
  'ev_service',
  'login_service',
  'node_monitor',
  'web_server',
];
const DATA_SERVICES = [
  'database_monitor',
  'database_service',
  'flow_analytics_service',
  'traffic_query_service',
];

/** A healthy cluster; from release 20 on services are nested once more (facts §3, UNCERTAIN by version). */
export const createHealth = (release: string): Health => {
  let nodes = normalNodes();
  let forced: string | undefined;
  let lag = 0;
  let available = true;
  const clusterLevel = (): Level =>
    worst([...nodes.map(nodeLevel), lag > WARNING_LAG_SECONDS ? 'warning' : 'normal']);
  return {
    get available() {
      return available;
    },
    change: (change) => {
      if (change.reset) {
        nodes = normalNodes();
        forced = undefined;
        lag = 0;
      }
      const node = nodes.find(({ hostname }) => hostname === (change.node ?? nodes[0]?.hostname));
      if (!node) throw notFound(`node ${change.node}`);
      changeNode(node, change);
      if (change.status !== undefined) forced = change.status ?? undefined;
      lag = change.replication_lag ?? lag;
      available = change.available ?? available;
    },
    report: (fqdn, now) => [
      {
        status: forced ?? clusterLevel(),
        type: 'standalone',
        fqdn,
        available_seconds: 84_133,
        notifications: nodes.flatMap(notificationsOf),
        listen_only_mode_enabled_at: null,
        nodes: nodes.map((node) => nodeRow(node, now, atLeast(release, 20))),
        network: { replication: ['agent', 'traffic'].map((database) => replicationRow(database, lag)) },
        generated_at: reportTime(now),
      },
    ],
    nodeAvailable: () =>
      nodes.some(
        (node) =>
          node.type === 'core' && node.runlevel === 5 && [...node.services.values()].includes('running'),
      ),
  };
};

const normalNodes = (): Node[] => [
  normalNode('core0', 'core', '192.0.2.11', CORE_SERVICES),
  normalNode('core1', 'core', '192.0.2.12', CORE_SERVICES),
  normalNode('data0', 'data0', '192.0.2.13', DATA_SERVICES),
  normalNode('data1', 'data1', '192.0.2.14', DATA_SERVICES),
];

const normalNode = (name: string, type: Node['type'], ip: string, services: readonly string[]): Node => ({
  hostname: `${name}.pce.example.com`,
  type,
  ip,
  cpu: 7,
  memory: 62,
  disk: 17,
  runlevel: 5,
  services: new Map(services.map((service) => [service, 'running'])),
});

const changeNode = (node: Node, change: HealthChange): void => {
  node.cpu = change.cpu ?? node.cpu;
  node.memory = change.memory ?? node.memory;
  node.disk = change.disk ?? node.disk;
  if (change.runlevel !== undefined) node.runlevel = change.runlevel;
  if (change.service !== undefined) node.services.set(change.service, change.state ?? 'not_running');
};

const percentLevel = (percent: number): Level => (percent >= WARNING_PERCENT ? 'warning' : 'normal');

const worst = (levels: readonly Level[]): Level =>
  levels.includes('critical') ? 'critical' : levels.includes('warning') ? 'warning' : 'normal';

const serviceLevel = (node: Node): Level => {
  const states = [...node.services.values()];
  if (states.includes('not_running')) return 'critical';
  return states.includes('partial') ? 'warning' : 'normal';
};

const nodeLevel = (node: Node): Level =>
  worst([
    percentLevel(node.cpu),
    percentLevel(node.memory),
    percentLevel(node.disk),
    serviceLevel(node),
    node.runlevel === 5 ? 'normal' : 'warning',
  ]);

const nodeRow = (node: Node, now: number, nested: boolean): JsonObject => ({
  hostname: node.hostname,
  ip_address: node.ip,
  type: node.type,
  runlevel: node.runlevel,
  uptime_seconds: 8_526_520,
  cpu: { status: percentLevel(node.cpu), percent: node.cpu },
  memory: { status: percentLevel(node.memory), percent: node.memory },
  disk: [{ location: 'disk', value: { status: percentLevel(node.disk), percent: node.disk } }],
  services: servicesOf(node, nested),
  generated_at: reportTime(now),
});

const servicesOf = (node: Node, nested: boolean): JsonObject => {
  const states: Record<string, string[]> = {};
  for (const [service, state] of node.services) states[state] = [...(states[state] ?? []), service];
  const status = serviceLevel(node);
  return nested ? { status, services: states } : { status, ...states };
};

const replicationRow = (database: string, lag: number): JsonObject => ({
  type: 'intracluster',
  details: {
    database_name: database,
    primary_fqdn: 'data0.pce.example.com',
    replica_fqdn: 'data1.pce.example.com',
  },
  value: { status: lag > WARNING_LAG_SECONDS ? 'warning' : 'normal', lag_seconds: lag },
});

const notificationsOf = (node: Node): readonly JsonObject[] => {
  const status = nodeLevel(node);
  if (status === 'normal') return [];
  return [{ status, token: 'node_not_normal', message: `Node ${node.hostname} is not normal` }];
};

/** `2020-03-03T19:38:52+00:00` */
const reportTime = (now: number): string => `${new Date(now).toISOString().slice(0, 19)}+00:00`;
