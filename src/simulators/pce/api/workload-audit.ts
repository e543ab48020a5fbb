import { isoMillis } from '../clock.ts';
import { byCaller, recordEvent } from '../events/build.ts';
import { applyChange, checkChange } from '../fleet/change.ts';
import { resourceOf, stateOf } from '../fleet/filter.ts';
import type { Workload } from '../fleet/workload.ts';
import type { Caller, Exchange } from '../http/exchange.ts';
import type { JsonObject } from '../json.ts';
import type { World } from '../world.ts';

/** A workload and what changed on it, as events show it. */
export interface ChangedWorkload {
  readonly workload: Workload;
  readonly changes: JsonObject;
}

/** Checks and makes a caller's change, and notes it in the journal; throws 406 before anything has changed. */
export const changeByCall = (world: World, caller: Caller, workload: Workload, body: unknown): JsonObject => {
  const change = checkChange(world, workload, body);
  const before = stateOf(workload);
  const changes = applyChange(world, workload, change, caller.user.href);
  const at = isoMillis(world.clock.now());
  world.journal.write({ at, href: workload.href, body, before, after: stateOf(workload), by: caller.key });
  return changes;
};

/** The audit event of a write: one resource_changes entry per workload (facts §2.3, label changes). */
export const recordWorkloadChanges = (
  world: World,
  exchange: Exchange,
  type: string,
  status: number,
  changed: readonly ChangedWorkload[],
): void => {
  recordEvent(world, {
    event_type: type,
    status: 'success',
    ...byCaller(world, exchange.caller, exchange.method, exchange.path, status),
    resource_changes: changed.map(({ workload, changes }) => ({
      resource: resourceOf(workload),
      changes,
      change_type: 'update',
    })),
  });
};
