import { labelText, sameLabels } from '../core/label.ts';
import { standText } from '../core/made.ts';
import type { Outcome, Response } from '../core/response.ts';
import type { Workload } from '../core/workload.ts';
import { changedLabels } from '../views/response.ts';
import type { RespondingDeps, ResponseDesk } from './response-desk.ts';

export type SettleDeps = Pick<RespondingDeps, 'store' | 'audit' | 'clock' | 'reached'>;

/** It was read back as intended: in the audit log, then durable; what others changed meanwhile is said and stays. */
export const confirm = async (
  response: Response,
  workload: Workload,
  planned: readonly string[],
  { inventory }: ResponseDesk,
  deps: SettleDeps,
  requestId?: string,
): Promise<Outcome> => {
  const { intended = workload.labels } = response;
  const others = changedLabels(intended, workload.labels);
  const notes =
    response.mode !== undefined || sameLabels(intended, workload.labels)
      ? planned
      : [...planned, `Somebody else changed its labels meanwhile: ${others}. That stays.`];
  const at = deps.clock.now();
  // Before it is durable: killed in between it is read back and recorded once more, the other way round never.
  await record(response, deps, 'done', {
    after: standText(response, workload),
    ...(requestId === undefined ? {} : { requestIds: [requestId] }),
  });
  deps.reached?.('audited');
  await deps.store.commit([
    {
      type: 'response-moved',
      id: response.id,
      from: response.state,
      to: 'done',
      at,
      // Where nothing had to be written, nothing was durable of it before.
      ...(response.state === 'writing' || response.change === undefined
        ? {}
        : { change: response.change, intended }),
    },
    ...(response.releases === null
      ? []
      : [{ type: 'response-released', id: response.releases, by: response.id } as const]),
  ]);
  deps.reached?.('done durable');
  inventory.note(workload.href, workload);
  return { state: 'done', labels: workload.labels, notes };
};

/** It ends without having done what was asked, and why. */
export const end = async (
  response: Response,
  deps: SettleDeps,
  state: 'stopped' | 'failed' | 'lapsed',
  why: string,
): Promise<Outcome> => {
  await record(response, deps, state === 'lapsed' ? 'stopped' : state, { why });
  await deps.store.commit([
    {
      type: 'response-moved',
      id: response.id,
      from: response.state,
      to: state,
      at: deps.clock.now(),
      outcome: why,
    },
  ]);
  deps.reached?.('end durable');
  return { state, why };
};

/** One record of the audit log about a response. */
export const record = (
  { id, by, byName, action, pce, target, reason, ticket, alert, channel, mode, votes = [] }: Response,
  { audit }: Pick<SettleDeps, 'audit'>,
  verdict: 'allowed' | 'done' | 'stopped' | 'failed',
  more: { readonly why?: string; readonly after?: string; readonly requestIds?: readonly string[] },
): Promise<void> =>
  audit.append({
    actor: by,
    actorName: byName,
    action,
    verdict,
    pce,
    target: { href: target.href, name: target.name },
    reason,
    response: id,
    before: mode === undefined ? labelText(target.labels) : `enforcement ${mode.before}`,
    ...(votes.length === 0 ? {} : { approver: votes.map(({ name }) => name).join(', ') }),
    ...(ticket === undefined ? {} : { ticket }),
    ...(alert === null ? {} : { alert }),
    ...(channel === null ? {} : { channel }),
    ...more,
  });
