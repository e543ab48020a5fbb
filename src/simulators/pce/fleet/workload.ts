import type { Enforced } from '../policy/enforce.ts';
import type { Label } from './label-book.ts';

/** Enforcement modes, lowest first (facts §4.2). */
export const ENFORCEMENT_MODES = ['idle', 'visibility_only', 'selective', 'full'] as const;
export type EnforcementMode = (typeof ENFORCEMENT_MODES)[number];

/** Visibility levels (facts §4.2). */
export const VISIBILITY_LEVELS = [
  'flow_full_detail',
  'flow_summary',
  'flow_drops',
  'flow_off',
  'enhanced_data_collection',
] as const;

/** States of a VEN (facts §4.2, `agent.status.status`). */
export const VEN_STATUSES = ['active', 'suspended', 'stopped', 'uninstalled'] as const;
export type VenStatus = (typeof VEN_STATUSES)[number];

/** The agent of a managed workload; times are epoch ms of the simulated clock. */
export interface Ven {
  /** The agent href ends in it (facts §4.2). */
  readonly agentId: number;
  readonly type: 'server' | 'endpoint';
  status: VenStatus;
  /** When it was last heard, once it is silent; undefined while it beats. */
  silentSince: number | undefined;
  lastGoodbyeAt: number | undefined;
  receivedAt: number;
  appliedAt: number;
  syncState: 'applied' | 'syncing' | 'staged';
  /** Static: a new policy waits as staged until somebody applies it. */
  updateMode: 'adaptive' | 'static';
  /** Undefined = the PCE's own release. */
  version: string | undefined;
  /** What its firewall does, while that differs from what the PCE says now; undefined = the same. */
  enforced: Enforced | undefined;
  /** When the policy being computed arrives; undefined when none is on its way. */
  policyDueAt: number | undefined;
}

/** A machine the PCE knows: what varies. `row.ts` makes the API's row of it, so that 100,000 of them fit in memory. */
export interface Workload {
  readonly href: string;
  readonly uuid: string;
  hostname: string;
  name: string | null;
  description: string;
  labels: readonly Label[];
  /** Role at birth: decides system and open ports, whatever labels say later. */
  readonly role: string;
  online: boolean;
  enforcementMode: EnforcementMode;
  visibilityLevel: (typeof VISIBILITY_LEVELS)[number];
  /** The first one is IPv4 and the interface with the default gateway. */
  readonly addresses: readonly string[];
  /** Undefined = unmanaged. */
  ven: Ven | undefined;
  deleted: boolean;
  /** Further attributes somebody has set, under their API names; they replace those of the row. */
  extra: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
  updatedAt: number;
  updatedBy: string;
}

/** How often a VEN is heard: 5 minutes (facts §6). */
const HEARTBEAT_MS = 300_000;

/** When a VEN was last heard: at its own second of every five minutes, or when it fell silent. */
export const lastHeartbeat = (ven: Ven, now: number): number => {
  if (ven.silentSince !== undefined) return ven.silentSince;
  return now - ((now + ven.agentId * 977) % HEARTBEAT_MS);
};

/** True when the VEN would fetch a new policy: it is heard, active, and not idle. */
export const takesPolicy = (workload: Workload): boolean =>
  workload.ven?.status === 'active' &&
  workload.online &&
  !workload.deleted &&
  workload.enforcementMode !== 'idle';
