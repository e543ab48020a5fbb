import type { Action, ActionPlan } from '../core/action.ts';
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
  reasons: ['Unexplained firewall change', 'Suspicious traffic', 'Malware suspected', 'Exercise'],
  plan(workload, context): ActionPlan {
    const refused = refusal(workload);
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
    return {
      ok: true,
      ...quarantinePlan(workload.labels, context.quarantineLabels),
      warnings: warnings(workload, wanted(context.quarantine.labels)),
    };
  },
};

const wanted = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');

/** Definitions §7.1 and §7.2: where labels would enforce nothing, quarantine is refused rather than pretended. */
const refusal = ({ name, href, managed, mode }: Workload): string | undefined => {
  if (!href.includes('/workloads/') || /\/(kubernetes|container)_workloads\//.test(href))
    return `${name} is a container workload: it can't be quarantined by label.`;
  if (!managed) return `${name} is unmanaged: no VEN enforces anything on it.`;
  if (mode === 'idle' || mode === 'visibility_only')
    return `${name} is in ${mode === 'idle' ? 'idle' : 'visibility-only'} mode, which enforces nothing: a quarantine label would not stop any traffic.`;
  return undefined;
};

const warnings = ({ mode, online, ven, policy }: Workload, label: string): string[] => [
  mode === 'selective'
    ? 'Selective enforcement — only what a deny rule names is stopped, and only inbound.'
    : 'Full enforcement — takes effect within about a minute.',
  ...(online === false ? ['The host is offline: it takes effect when it returns.'] : []),
  ...(ven?.status === 'suspended' ? ['Its VEN is suspended: it takes effect when it is unsuspended.'] : []),
  ...(policy.updateMode === 'static' ? ['Static policy: it takes effect after Apply Policy.'] : []),
  `Whether this isolates the host depends on the provisioned policy on ${label}. Open connections may survive.`,
];
