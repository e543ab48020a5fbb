import { isoMicros } from '../clock.ts';
import type { JsonObject } from '../json.ts';
import { atLeast } from '../options.ts';
import type { World } from '../world.ts';
import { OPEN_PORTS, systemOf } from './catalog.ts';
import { fingerprint } from './fleet.ts';
import { asRefs } from './label-book.ts';
import type { EnforcementMode, Ven, Workload } from './workload.ts';
import { lastHeartbeat } from './workload.ts';

const UPTIME_BASE_SECONDS = 86_400;

/** A row of GET /workloads with the keys and values of a 25.2.40 row (facts §4.2, fixtures/illumio-ops). */
export const workloadRow = (world: World, workload: Workload): JsonObject => {
  const [osId, osDetail] = workload.ven ? systemOf(workload.role) : ['', ''];
  return {
    href: workload.href,
    deleted: workload.deleted,
    name: workload.name,
    description: workload.description,
    hostname: workload.hostname,
    managed: workload.ven !== undefined,
    online: workload.online,
    enforcement_mode: workload.enforcementMode,
    visibility_level: workload.visibilityLevel,
    public_ip: workload.ven ? workload.addresses[0] : null,
    interfaces: interfacesOf(world, workload),
    labels: asRefs(workload.labels, atLeast(world.settings.release, 22, 3)),
    services: {},
    agent: agentOf(world, workload),
    ven: workload.ven ? venSummary(world, workload, workload.ven) : null,
    os_id: osId,
    os_detail: osDetail,
    data_center: null,
    data_center_zone: null,
    datacenter_nat_1to1: false,
    service_provider: null,
    service_principal_name: null,
    risk_summary: null,
    firewall_coexistence: { illumio_primary: true },
    blocked_connection_action: workload.ven ? 'drop' : null,
    containers_inherit_host_policy: workload.ven ? false : null,
    distinguished_name: null,
    agent_to_pce_certificate_authentication_id: null,
    external_data_set: null,
    external_data_reference: null,
    ignored_interface_names: [],
    created_at: isoMicros(workload.createdAt),
    created_by: { href: workload.ven ? agentHref(world, workload.ven) : '/users/11' },
    updated_at: isoMicros(workload.updatedAt),
    updated_by: { href: workload.updatedBy },
    caps: ['write'],
    ...workload.extra,
  };
};

/** The row of GET <workload href>: as in the collection, with the open ports (facts §4.2, `services`). */
export const workloadDetail = (world: World, workload: Workload): JsonObject => ({
  ...workloadRow(world, workload),
  services: workload.ven
    ? {
        uptime_seconds: uptimeSeconds(workload),
        created_at: isoMicros(workload.createdAt),
        open_service_ports: (OPEN_PORTS[workload.role] ?? []).map(([port, protocol, process, user]) => ({
          protocol,
          address: '0.0.0.0',
          port,
          process_name: process,
          user,
          package: null,
          win_service_name: null,
        })),
      }
    : {},
});

/** `/orgs/1/agents/1001` */
export const agentHref = (world: World, ven: Ven): string => world.org(`/agents/${ven.agentId}`);

/** The node of the supercluster a VEN reports to; 0 where a PCE stands alone. */
export const activeNode = ({ supercluster: { members } }: World, workload: Workload): number =>
  fingerprint(workload) % (members + 1);

/** What a node of the supercluster is called. */
export const fqdnOf = ({ fqdn }: World, node: number): string =>
  node === 0 ? fqdn : `pce${node + 1}.example.com`;

/** `/orgs/1/vens/<uuid of the workload>` (facts §4.2). */
export const venHref = (world: World, workload: Workload): string => world.org(`/vens/${workload.uuid}`);

/** `25.2.0-4047`, the form of VEN versions. */
export const venVersion = (world: World, ven?: Ven): string => `${ven?.version ?? world.version}-4047`;

/** The interfaces of a workload; the first one has the default gateway. */
export const interfacesOf = (world: World, workload: Workload): readonly JsonObject[] =>
  workload.addresses.map((address, index) => ({
    name: `eth${index}`,
    address,
    cidr_block: address.includes(':') ? 64 : 24,
    default_gateway_address: index === 0 ? address.replace(/\d+$/, '254') : null,
    link_state: workload.ven ? 'up' : null,
    loopback: false,
    network: { href: world.org(`/networks/${world.networkId}`), name: 'Corporate' },
    network_detection_mode: 'single_private_brn',
    friendly_name: null,
    public_ip: null,
  }));

/** How long the machine has been up; grows by nothing, since no rule reads it. */
const uptimeSeconds = (workload: Workload): number =>
  UPTIME_BASE_SECONDS + (fingerprint(workload) % (40 * UPTIME_BASE_SECONDS));

const venSummary = (world: World, workload: Workload, ven: Ven): JsonObject => ({
  href: venHref(world, workload),
  hostname: workload.hostname,
  name: null,
  status: ven.status,
  version: venVersion(world, ven),
  ven_type: ven.type,
});

/** Legacy `agent.config.mode` of an enforcement mode (facts §4.2). */
const LEGACY_MODE: Readonly<Record<EnforcementMode, string>> = {
  idle: 'idle',
  visibility_only: 'illuminated',
  selective: 'selective',
  full: 'enforced',
};

const agentOf = (world: World, workload: Workload): JsonObject => {
  const config = {
    mode: LEGACY_MODE[workload.enforcementMode],
    log_traffic: false,
    visibility_level: workload.visibilityLevel,
  };
  if (!workload.ven) return { config };
  return {
    href: agentHref(world, workload.ven),
    type: 'Host',
    config: { ...config, security_policy_update_mode: workload.ven.updateMode },
    status: agentStatus(world, workload, workload.ven),
    active_pce_fqdn: world.supercluster.members === 0 ? null : fqdnOf(world, activeNode(world, workload)),
    target_pce_fqdn: null,
  };
};

const agentStatus = (world: World, workload: Workload, ven: Ven): JsonObject => ({
  status: ven.status,
  uid: workload.uuid.toUpperCase(),
  instance_id: null,
  // Not replicated: only the PCE that hears a VEN knows when (facts §8).
  last_heartbeat_on:
    activeNode(world, workload) === world.node ? isoMicros(lastHeartbeat(ven, world.clock.now())) : null,
  uptime_seconds: uptimeSeconds(workload),
  agent_version: venVersion(world, ven),
  managed_since: isoMicros(workload.createdAt),
  fw_config_current: ven.syncState === 'applied',
  firewall_rule_count: 0,
  security_policy_refresh_at: isoMicros(ven.receivedAt),
  security_policy_applied_at: isoMicros(ven.appliedAt),
  security_policy_received_at: isoMicros(ven.receivedAt),
  security_policy_sync_state: ven.syncState,
  agent_health: [],
  agent_health_errors: { errors: [], warnings: [] },
});
