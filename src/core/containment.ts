import type { EffectVerdict } from './effect.ts';
import { isQuarantine, type PolicyFacts, type Response } from './response.ts';
import type { Workload } from './workload.ts';

const MINUTE_MS = 60_000;
/** Without new policy for so long no rule names the label, or the PCE computes nothing (definitions §7.7). */
const OVERDUE_MS = 10 * MINUTE_MS;
/** Heartbeats come every 5 min: without one for so long after the policy was applied the host lost its controller (definitions §7.7). */
const SILENT_MS = 11 * MINUTE_MS;
/** After a day nobody waits for the rest: drift is looked for as long as the quarantine stands. */
const GIVEN_UP_MS = 24 * 60 * MINUTE_MS;

/**
 * What a GET shows of the policy since the labels were read back (definitions §7.7). Times are the PCE's: policy counts as new when it was
 * received after the workload's own last change. `now` and `doneAt` are ours.
 * @param effect what the active policy does to the host, once its policy was applied
 */
export const policyFacts = (
  { policy, updatedAt, ven }: Workload,
  doneAt: number,
  now: number,
  effect?: PolicyFacts['effect'],
): PolicyFacts => {
  const { receivedAt, appliedAt, sync } = policy;
  if (receivedAt === undefined || receivedAt < (updatedAt ?? 0))
    return now - doneAt > OVERDUE_MS ? { overdue: true } : {};
  if (sync === 'staged') return { receivedAt, staged: true };
  if (sync !== 'applied' || appliedAt === undefined || appliedAt < receivedAt) return { receivedAt };
  const heartbeatAt = ven?.heartbeatAt;
  const heard = heartbeatAt !== undefined && heartbeatAt >= appliedAt;
  return {
    receivedAt,
    appliedAt,
    ...(heard ? { heartbeatAt } : now - appliedAt > SILENT_MS ? { silent: true } : {}),
    ...(effect === undefined ? {} : { effect }),
  };
};

/** True when nothing more is to be learnt, or nobody waits for it any more. */
export const isSettled = (
  { action }: Pick<Response, 'action'>,
  { appliedAt, heartbeatAt, silent, effect }: PolicyFacts,
  ageMs: number,
): boolean => {
  if (ageMs > GIVEN_UP_MS) return true;
  if (appliedAt === undefined) return false;
  return (
    !isQuarantine({ action }) || (effect !== undefined && (heartbeatAt !== undefined || silent === true))
  );
};

/**
 * How far a quarantine has come. `contained` is the only one of which anybody may say so: its policy was applied and the active policy
 * isolates it.
 */
export type Containment =
  | { readonly kind: 'waiting' | 'overdue' }
  | { readonly kind: 'received' | 'staged'; readonly at: number }
  | {
      readonly kind: 'applied';
      readonly at: number;
      readonly effect: Exclude<EffectVerdict, 'isolated'> | undefined;
    }
  | { readonly kind: 'contained'; readonly at: number };

export const containmentOf = ({
  receivedAt,
  appliedAt,
  staged,
  effect,
  overdue,
}: PolicyFacts): Containment => {
  if (receivedAt === undefined) return { kind: overdue === true ? 'overdue' : 'waiting' };
  if (appliedAt === undefined) return { kind: staged === true ? 'staged' : 'received', at: receivedAt };
  if (effect?.verdict === 'isolated') return { kind: 'contained', at: appliedAt };
  return { kind: 'applied', at: appliedAt, effect: effect?.verdict };
};
