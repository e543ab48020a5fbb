import type { Action, ActionPlan, PolicyReading } from '../core/action.ts';
import { effectOf } from '../core/effect.ts';
import { type EffectReport, effectReport, modeRefusal, unreadReport } from '../core/effect-words.ts';
import type { Label } from '../core/label.ts';
import { quarantinePlan } from '../core/label-merge.ts';
import type { Workload } from '../core/workload.ts';

/** Puts the quarantine labels on a workload and keeps every other (definitions §7). */
export const quarantine: Action = {
  id: 'quarantine',
  right: 'quarantine',
  title: 'Quarantine',
  submit: 'Quarantine',
  done: 'labelled for quarantine',
  offered: true,
  timed: true,
  reasons: ['Unexplained firewall change', 'Suspicious traffic', 'Malware suspected', 'Exercise'],
  plan(workload, context): ActionPlan {
    const refused = refusal(workload) ?? modeRefusal(workload, context.quarantine);
    if (refused !== undefined) return { ok: false, why: refused };
    if (context.quarantine === undefined)
      return { ok: false, why: 'Quarantine is off: the configuration chooses no strategy.' };
    if (!context.mayWrite)
      return { ok: false, why: 'Quarantine is off for this PCE: the bot has no key that may write to it.' };
    if (context.never)
      return { ok: false, why: `${workload.name} is on the list of hosts that are never quarantined.` };
    if (context.quarantineLabels === undefined)
      return {
        ok: false,
        why: `The PCE has no label ${wanted(context.quarantine.labels)}. Create it first; nothing was changed.`,
      };
    const present = context.quarantineLabels.every(({ href }) =>
      workload.labels.some((label) => label.href === href),
    );
    if (present)
      return { ok: false, why: `${workload.name} already carries ${wanted(context.quarantine.labels)}.` };
    const plan = quarantinePlan(workload.labels, context.quarantineLabels);
    const report = reportOn(workload, plan.intended, wanted(context.quarantine.labels), context.policy);
    if (report.refused !== undefined) return { ok: false, why: report.refused };
    return { ok: true, ...plan, warnings: report.lines, second: report.second };
  },
};

/** What the active policy would do (definitions §7.1). What could not be read is not known, never taken for good. */
const reportOn = (
  workload: Workload,
  after: readonly Label[],
  label: string,
  reading: PolicyReading | undefined,
): EffectReport => {
  if (reading?.ok !== true) return unreadReport(workload, reading?.why ?? 'it was not asked for');
  const { policy, management } = reading;
  const effect = effectOf({ policy, workload, after, peers: reading.peers(), management });
  return effectReport(workload, label, effect, management);
};

const wanted = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');

/** Definitions §7.2: no label isolates what no VEN enforces for itself. */
const refusal = ({ name, href, managed }: Workload): string | undefined => {
  if (!href.includes('/workloads/') || /\/(kubernetes|container)_workloads\//.test(href))
    return `${name} is a container workload: it can't be quarantined by label.`;
  if (!managed) return `${name} is unmanaged: no VEN enforces anything on it.`;
  return undefined;
};
