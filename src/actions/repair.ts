import type { Action, ActionPlan } from '../core/action.ts';

/** Puts back labels that our own PUT overwrote. Asked for by nobody but the comparison with the PCE's own event. */
export const repair: Action = {
  id: 'repair',
  right: 'quarantine',
  title: 'Repair',
  submit: 'Repair',
  done: 'repaired',
  offered: false,
  reasons: [],
  plan(workload, { lost, mayWrite }): ActionPlan {
    if (!mayWrite) return { ok: false, why: 'The bot has no key that may write to this PCE.' };
    // Whoever set another label under the key since then knew better than we do.
    const missing = lost.filter(({ key }) => !workload.labels.some((label) => label.key === key));
    if (missing.length === 0)
      return { ok: false, why: 'The labels are there again, or others took their place.' };
    return {
      ok: true,
      intended: [...workload.labels, ...missing],
      change: { replaced: [], added: missing },
      notes: [],
      warnings: [],
    };
  },
};
