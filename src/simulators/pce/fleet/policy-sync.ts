import { isoMillis } from '../clock.ts';
import { recordEvent } from '../events/build.ts';
import { atLeast } from '../options.ts';
import { currentOf } from '../policy/enforce.ts';
import type { World } from '../world.ts';
import { agentHref, venHref } from './row.ts';
import type { Workload } from './workload.ts';
import { takesPolicy } from './workload.ts';

/** To be called before a change that concerns this workload: until its policy is applied it goes on enforcing what it has. */
export const holdPolicy = (world: World, workload: Workload): void => {
  const { ven } = workload;
  if (ven) ven.enforced ??= currentOf(world, workload);
};

/**
 * A change concerned this workload: its policy is computed anew and, after `timings.policySync`, received and applied by
 * the VEN, which says so with agent.update (facts §2.3, §5). A VEN that is offline, suspended or idle gets nothing until
 * it can; call this again when it can. One in static mode receives it and keeps it staged (facts §4.2) until `applyStaged`.
 */
export const requestPolicy = (world: World, workload: Workload): void => {
  const { ven } = workload;
  if (!ven) return;
  // Idle is no policy to wait for: the VEN takes its rules away.
  if (workload.enforcementMode === 'idle') ven.enforced = undefined;
  if (workload.enforcementMode === 'idle') return;
  ven.syncState = 'syncing';
  if (!takesPolicy(workload)) return;
  const dueAt = world.clock.now() + world.settings.timings.policySync;
  ven.policyDueAt = dueAt;
  world.agenda.at(dueAt, () => {
    if (ven.policyDueAt !== dueAt || !takesPolicy(workload)) return;
    ven.policyDueAt = undefined;
    if (ven.updateMode === 'adaptive') return apply(world, workload, dueAt);
    ven.syncState = 'staged';
    ven.receivedAt = dueAt;
  });
};

/** "Apply Policy" in the console: what is staged becomes what is enforced. Does nothing when nothing is. */
export const applyStaged = (world: World, workload: Workload): void => {
  if (workload.ven?.syncState === 'staged') apply(world, workload, world.clock.now());
};

const apply = (world: World, workload: Workload, at: number): void => {
  const { ven } = workload;
  if (!ven) return;
  recordPolicyApplied(world, workload, at);
  if (ven.syncState !== 'staged') ven.receivedAt = at;
  ven.syncState = 'applied';
  ven.appliedAt = at;
  ven.enforced = undefined;
};

/** A provisioning did not concern this workload: its address sets follow without a word, as soon as it takes policy. */
export const followPolicy = (world: World, workload: Workload): void => {
  const { ven } = workload;
  if (ven?.syncState !== 'applied' || ven.updateMode === 'static' || !takesPolicy(workload)) return;
  world.agenda.at(world.clock.now() + world.settings.timings.policySync, () => {
    if (ven.syncState === 'applied') ven.enforced = undefined;
  });
};

/** The event of a VEN that has a new policy: agent.update with the good notification (facts §2.3). */
export const recordPolicyApplied = (world: World, workload: Workload, at: number): void => {
  const { ven } = workload;
  if (!ven) return;
  const agent = { href: agentHref(world, ven), name: null, hostname: workload.hostname };
  const both = { agent, ven: { href: venHref(world, workload), hostname: workload.hostname, name: null } };
  const change = { before: isoMillis(ven.appliedAt), after: isoMillis(at) };
  recordEvent(
    world,
    {
      event_type: 'agent.update',
      status: 'success',
      created_by: createdByVen(world, workload),
      action: {
        uuid: world.random.uuid(),
        api_endpoint: 'FILTERED',
        api_method: 'PUT',
        http_status_code: 204,
        src_ip: workload.addresses[0],
      },
      resource_changes: [
        {
          resource: atLeast(world.settings.release, 22, 3) ? both : { agent },
          changes: { security_policy_received_at: change, security_policy_applied_at: change },
          change_type: 'update',
        },
      ],
      notifications: [{ notification_type: 'agent.policy_deploy_succeeded', info: null }],
    },
    at,
    at,
  );
};

/** `created_by` of an agent-made event: the agent, and since 22.3 the VEN too (facts §2.2). */
const createdByVen = (world: World, workload: Workload): Record<string, unknown> => {
  const { hostname, ven } = workload;
  if (!ven) return { system: {} };
  const agent = { href: agentHref(world, ven), hostname };
  if (!atLeast(world.settings.release, 22, 3)) return { agent };
  return { agent, ven: { href: venHref(world, workload), hostname } };
};
