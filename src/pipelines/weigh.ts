import type { ActionContext, ActionPlan } from '../core/action.ts';
import { needsOf } from '../core/approval.ts';
import { sameLabels } from '../core/label.ts';
import type { Needs, Response } from '../core/response.ts';
import type { Workload } from '../core/workload.ts';
import type { RespondingDeps, ResponseDesk } from './response-desk.ts';

/** What is weighed before it is a request, and again when it is one. */
export type Asked = Pick<Response, 'by' | 'releases'> &
  Partial<Pick<Response, 'batch'>> & { readonly targets?: number };

export type Weight =
  | { readonly never: string }
  /** No votes = the responder alone is enough. */
  | {
      readonly needs: Needs;
      /** The host's name is typed before it is asked for. */
      readonly typed: boolean;
    };

const ORDINARY = { verdict: 'ordinary', reasons: [] } as const;

/**
 * What it takes to do this to the host as it was just read (definitions §7.2, §7.5): shown in the form before it is sent, decided
 * when it is carried out. Rejects with PceError when the PCE's own nodes cannot be read.
 */
export const weigh = async (
  { by, releases, batch, targets = 1 }: Asked,
  workload: Workload,
  plan: Extract<ActionPlan, { ok: true }>,
  { open, quarantineLabels }: ActionContext,
  desk: ResponseDesk,
  { guard, gate, store, clock }: Pick<RespondingDeps, 'guard' | 'gate' | 'store' | 'clock'>,
): Promise<Weight> => {
  // What writes nothing takes nobody's word but the asker's.
  if (plan.mode === undefined && sameLabels(plan.intended, workload.labels))
    return { typed: false, needs: { votes: 0, why: [] } };
  // What a release gives back was weighed when it was quarantined: its labels now say nothing of what the host is.
  const guarded = releases === null ? await guard(workload, desk, quarantineLabels ?? []) : ORDINARY;
  if (guarded.verdict === 'never') return { never: guarded.reasons.join(' ') };
  const asApprover = await gate.check(by, 'approve', { targets: [workload.labels], channel: null });
  return {
    typed: guarded.verdict === 'approval' && guarded.typed === true,
    needs: needsOf(
      {
        guarded,
        targets: batch === undefined ? targets : (await store.batch(batch)).length,
        second: plan.second ?? [],
        releases: open,
        asksAsApprover: asApprover.verdict.allowed,
      },
      by,
      clock.now(),
    ),
  };
};
