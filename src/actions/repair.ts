import type { Action, ActionPlan } from '../core/action.ts';
import { sameLabels } from '../core/label.ts';
import { repairPlan } from '../core/label-merge.ts';

/** Puts back labels that our own PUT overwrote. Asked for by nobody but the comparison with the PCE's own event. */
export const repair: Action = {
  id: 'repair',
  right: 'quarantine',
  title: 'Repair',
  submit: 'Repair',
  done: 'repaired',
  offered: false,
  reasons: [],
  plan(workload, { lost = { replaced: [], added: [] }, mayWrite }): ActionPlan {
    if (!mayWrite) return { ok: false, why: 'The bot has no key that may write to this PCE.' };
    const plan = repairPlan(workload.labels, lost);
    if (sameLabels(plan.intended, workload.labels))
      return { ok: false, why: 'The labels are as they were again, or others took their place.' };
    return { ok: true, ...plan, warnings: [] };
  },
};
