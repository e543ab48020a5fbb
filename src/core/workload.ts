import { type Dict, dict, flag, instant, list, number, text } from './foreign.ts';
import { type Label, parseLabels } from './label.ts';

/** Enforcement modes, weakest first (facts §4.2). `selective` enforces deny rules only, inbound only. */
export const MODES = ['idle', 'visibility_only', 'selective', 'full'] as const;
export type Mode = (typeof MODES)[number];

export interface OpenService {
  readonly port: number;
  readonly protocol: number;
  readonly process: string | undefined;
}

/** The agent on a managed workload. */
export interface Ven {
  readonly href: string | undefined;
  readonly agentHref: string | undefined;
  readonly status: 'active' | 'suspended' | 'stopped' | 'uninstalled' | undefined;
  readonly version: string | undefined;
  readonly kind: string | undefined;
  /** Conditions the PCE reports about it, e.g. `agent.missed_heartbeats`; empty = healthy. */
  readonly conditions: readonly string[];
  /** Epoch ms. */
  readonly heartbeatAt: number | undefined;
  /** The PCE of a supercluster it reports to, by its FQDN; undefined on one that stands alone. */
  readonly pce?: string;
}

/** A machine the PCE knows, as the bot reads it. Times are epoch ms. */
export interface Workload {
  readonly href: string;
  readonly hostname: string;
  /** What people call it: hostname, else name, else an address, else the href's last part. */
  readonly name: string;
  readonly managed: boolean;
  /** undefined when the PCE did not say; meaningless for unmanaged rows, which are always "online" (facts §4.2). */
  readonly online: boolean | undefined;
  readonly labels: readonly Label[];
  readonly interfaces: readonly { readonly name: string; readonly address: string }[];
  readonly publicAddress: string | undefined;
  readonly mode: Mode | undefined;
  readonly os: string | undefined;
  readonly ven: Ven | undefined;
  readonly policy: {
    readonly sync: 'applied' | 'syncing' | 'staged' | undefined;
    readonly receivedAt: number | undefined;
    readonly appliedAt: number | undefined;
    readonly updateMode: string | undefined;
  };
  readonly updatedAt: number | undefined;
  /** Ransomware exposure in the PCE's words; absent where it gives none (facts §4.2, since 23.5). */
  readonly risk?: { readonly exposure: string; readonly protectedPercent: number | undefined };
  /** Present only when the workload was read alone (facts §4.2). */
  readonly services?: readonly OpenService[];
}

/** A pure look at what the bot knows of a PCE's machines and labels at one moment. */
export interface Estate {
  workload(href: string): Workload | undefined;
  byAgent(agentHref: string): Workload | undefined;
  byHostname(hostname: string): readonly Workload[];
  label(href: string): Label | undefined;
  /** Every machine it knows, managed or not. */
  workloads(): Iterable<Workload>;
  /** How many workloads are managed: the basis of every percentage. */
  readonly managed: number;
}

/** An estate that knows nothing: replay without a PCE, and the moments before the inventory is read. */
export const EMPTY_ESTATE: Estate = {
  workload: () => undefined,
  byAgent: () => undefined,
  byHostname: () => [],
  label: () => undefined,
  workloads: () => [],
  managed: 0,
};

const oneOf = <T extends string>(values: readonly T[], value: unknown): T | undefined =>
  values.find((known) => known === value);

/** Modes before 20.2 stand in `agent.config.mode` under other names (facts §4.2). */
const LEGACY_MODES: Readonly<Record<string, Mode>> = {
  idle: 'idle',
  illuminated: 'visibility_only',
  selective: 'selective',
  enforced: 'full',
};

/** An enforcement mode under today's name; undefined for anything else. */
export const modeOf = (value: unknown): Mode | undefined =>
  oneOf(MODES, value) ?? LEGACY_MODES[text(value) ?? ''];

/**
 * Reads one row of GET /workloads, of any release since 18 (facts §4.2). undefined when it has no href: nothing else is needed.
 * @param known looks labels up that carry only an href
 */
export const parseWorkload = (
  value: unknown,
  known?: (href: string) => Label | undefined,
): Workload | undefined => {
  const row = dict(value);
  const href = text(row['href']);
  if (href === undefined) return undefined;
  const agent = dict(row['agent']);
  const config = dict(agent['config']);
  const status = dict(agent['status']);
  const ven = venOf(row, agent, status);
  const hostname = text(row['hostname']) ?? '';
  const interfaces = list(row['interfaces']).flatMap((one) => {
    const address = text(dict(one)['address']);
    return address === undefined ? [] : [{ name: text(dict(one)['name']) ?? '', address }];
  });
  const services = dict(row['services'])['open_service_ports'];
  return {
    href,
    hostname,
    name: hostname || text(row['name']) || interfaces[0]?.address || href.slice(href.lastIndexOf('/') + 1),
    managed: flag(row['managed']) ?? ven !== undefined,
    online: flag(row['online']),
    labels: parseLabels(row['labels'], known),
    interfaces,
    publicAddress: text(row['public_ip']),
    mode: modeOf(row['enforcement_mode']) ?? modeOf(config['mode']),
    os: osName(text(row['os_detail'])) ?? text(row['os_id']),
    ven,
    policy: {
      sync: oneOf(['applied', 'syncing', 'staged'], status['security_policy_sync_state']),
      receivedAt: instant(status['security_policy_received_at']),
      appliedAt: instant(status['security_policy_applied_at']),
      updateMode: text(config['security_policy_update_mode']),
    },
    updatedAt: instant(row['updated_at']),
    ...riskOf(dict(dict(row['risk_summary'])['ransomware'])),
    ...(Array.isArray(services) ? { services: services.flatMap(openService) } : {}),
  };
};

const riskOf = (ransomware: Dict): Pick<Workload, 'risk'> => {
  const exposure = text(ransomware['workload_exposure_severity']);
  return exposure === undefined
    ? {}
    : { risk: { exposure, protectedPercent: number(ransomware['ransomware_protection_percent']) } };
};

/** `5.15.0-113-generic #123-Ubuntu SMP … (Ubuntu 22.04.5 LTS)` → `Ubuntu 22.04.5 LTS`: the part people know, where there is one. */
const osName = (detail: string | undefined): string | undefined =>
  /\(([^()]+)\)\s*$/.exec(detail ?? '')?.[1] ?? detail;

const venOf = (row: Dict, agent: Dict, status: Dict): Ven | undefined => {
  const ven = dict(row['ven']);
  const href = text(ven['href']);
  const agentHref = text(agent['href']);
  if (href === undefined && agentHref === undefined) return undefined;
  const pce = text(agent['active_pce_fqdn']);
  return {
    href,
    agentHref,
    status: oneOf(['active', 'suspended', 'stopped', 'uninstalled'], status['status'] ?? ven['status']),
    version: text(status['agent_version']) ?? text(ven['version']),
    kind: text(ven['ven_type']),
    conditions: list(status['agent_health']).flatMap((one) => text(dict(one)['type']) ?? []),
    heartbeatAt: instant(status['last_heartbeat_on']),
    ...(pce === undefined ? {} : { pce }),
  };
};

const openService = (value: unknown): OpenService[] => {
  const row = dict(value);
  const port = number(row['port']);
  if (port === undefined) return [];
  const protocol = number(row['protocol'] ?? row['proto']) ?? 6;
  return [{ port, protocol, process: text(row['process_name']) ?? text(row['win_service_name']) }];
};

/** The UUID at the end of a VEN or workload href: they are the same one (definitions §2). */
export const uuidOf = (href: string): string => href.slice(href.lastIndexOf('/') + 1);

/** The workload a VEN href stands for: same organisation, same UUID (definitions §2, facts §6). */
export const workloadOfVen = (venHref: string): string => venHref.replace('/vens/', '/workloads/');
