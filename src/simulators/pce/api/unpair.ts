import { byCaller, recordEvent } from '../events/build.ts';
import { resourceOf } from '../fleet/filter.ts';
import type { ManagedWorkload } from '../fleet/ven-row.ts';
import { isManaged } from '../fleet/ven-row.ts';
import { invalid, noContent } from '../http/answer.ts';
import { arrayOfAtMost, hrefOf, objectWith, optionalOneOf } from '../http/body.ts';
import type { Route } from '../http/exchange.ts';
import { createRateLimit } from '../http/rate-limit.ts';
import type { World } from '../world.ts';

/** Facts §1 and §4.3: at most 1000 VENs a call, 10 calls a minute. */
const VENS_PER_CALL = 1_000;
const CALLS_PER_MINUTE = 10;

/** PUT vens/unpair {vens, firewall_restore}: the VENs are uninstalled and their workloads deleted (facts §4.3). */
export const unpairRoutes = (world: World): readonly Route[] => {
  const { rateLimit, realTime } = world.settings;
  const limit = createRateLimit(CALLS_PER_MINUTE, rateLimit.retryAfter, realTime);
  return [
    {
      method: 'PUT',
      path: '/orgs/:org/vens/unpair',
      handle: ({ body, caller, method, path }) => {
        limit(caller.key);
        const given = objectWith(body, ['vens', 'firewall_restore']);
        optionalOneOf(given, 'firewall_restore', ['saved', 'default', 'disable']);
        const workloads = arrayOfAtMost(given['vens'], VENS_PER_CALL, 'vens').map((ven) =>
          paired(world, ven),
        );
        for (const workload of workloads) unpair(workload, world.clock.now());
        recordEvent(world, {
          event_type: 'agents.unpair',
          status: 'success',
          ...byCaller(world, caller, method, path, 204),
          resource_changes: workloads.map((workload) => ({
            resource: resourceOf(workload),
            changes: {},
            change_type: 'delete',
          })),
        });
        return noContent();
      },
    },
  ];
};

const paired = (world: World, reference: unknown): ManagedWorkload => {
  const href = hrefOf(reference, 'vens[]');
  const workload = world.fleet.byHref(href.replace('/vens/', '/workloads/'));
  if (!workload || !isManaged(workload)) throw invalid(`unknown VEN ${href}`);
  return workload;
};

const unpair = (workload: ManagedWorkload, now: number): void => {
  workload.ven.status = 'uninstalled';
  workload.ven.lastGoodbyeAt = now;
  workload.ven.silentSince ??= now;
  workload.online = false;
  workload.deleted = true;
};
