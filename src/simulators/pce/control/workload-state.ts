import { applyStaged, requestPolicy } from '../fleet/policy-sync.ts';
import type { EnforcementMode, VenStatus, Workload } from '../fleet/workload.ts';
import { lastHeartbeat } from '../fleet/workload.ts';
import type { World } from '../world.ts';

/** A silent change of one workload. */
export interface WorkloadState {
  readonly href: string;
  readonly online?: boolean;
  /** State of its VEN; `stopped` and `uninstalled` take it offline too. */
  readonly status?: VenStatus;
  readonly enforcement_mode?: EnforcementMode;
  readonly deleted?: boolean;
  readonly ven_version?: string;
  readonly policy_update_mode?: 'adaptive' | 'static';
  /** Applies a staged policy, as "Apply Policy" in the console does. */
  readonly apply?: boolean;
}

/**
 * Changes a workload without an event; heartbeats stop and start with `online`, policy follows when the VEN is back.
 */
export const setWorkloadState = (world: World, workload: Workload, change: WorkloadState): void => {
  const { ven } = workload;
  const now = world.clock.now();
  workload.enforcementMode = change.enforcement_mode ?? workload.enforcementMode;
  workload.deleted = change.deleted ?? workload.deleted;
  if (ven && change.status !== undefined) ven.status = change.status;
  const gone = change.status === 'stopped' || change.status === 'uninstalled';
  workload.online = change.online ?? (gone ? false : workload.online);
  if (!ven) return;
  ven.version = change.ven_version ?? ven.version;
  ven.updateMode = change.policy_update_mode ?? ven.updateMode;
  if (gone) ven.lastGoodbyeAt = now;
  const silentSince = ven.silentSince ?? lastHeartbeat(ven, now);
  ven.silentSince = workload.online ? undefined : silentSince;
  if (workload.online && ven.syncState === 'syncing') requestPolicy(world, workload);
  if (change.apply) applyStaged(world, workload);
};
