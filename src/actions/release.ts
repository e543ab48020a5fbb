import type { Action, ActionPlan } from '../core/action.ts';
import type { Label } from '../core/label.ts';
import { quarantinePlan, releasePlan } from '../core/label-merge.ts';

/** Gives back exactly what a quarantine replaced, merged with what others changed meanwhile (definitions §7.9). */
export const release: Action = {
  id: 'release',
  right: 'release',
  title: 'Release',
  submit: 'Release',
  done: 'released from quarantine',
  offered: true,
  reasons: ['Explained', 'Cleaned', 'Exercise over', 'Mistake'],
  plan(workload, context): ActionPlan {
    if (!context.mayWrite) return { ok: false, why: 'The bot has no key that may write to this PCE.' };
    const today = ({ href }: Label): Label | undefined => context.estate.label(href);
    if (context.open?.change !== undefined) {
      const plan = releasePlan(workload.labels, context.open.change, today);
      return { ok: true, ...plan, warnings: [] };
    }
    const ours = context.quarantineLabels ?? [];
    const carried = workload.labels.filter((label) => ours.some(({ href }) => href === label.href));
    if (carried.length === 0) return { ok: false, why: `${workload.name} is not in quarantine.` };
    // Somebody else labelled it: nothing is known of what stood there before, so only the label itself goes.
    const { change } = quarantinePlan([], carried);
    const plan = releasePlan(workload.labels, change, today);
    return {
      ok: true,
      ...plan,
      warnings: [
        'This quarantine was not made by this bot: only the quarantine label is removed, nothing can be put back.',
      ],
    };
  },
};
