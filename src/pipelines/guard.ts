import type { Guarded } from '../core/approval.ts';
import { anySelector } from '../core/label-query.ts';
import type { Settings } from '../core/settings.ts';
import type { Workload } from '../core/workload.ts';

/** Says what it takes to touch a host, on what was just read of it. */
export type Guard = (workload: Workload) => Promise<Guarded>;

/** The lists of the configuration: protected hosts take two people of the approver list, high-value ones take one. */
export const listGuard =
  ({ protected: guarded, highValue }: Pick<Settings, 'protected' | 'highValue'>): Guard =>
  async ({ name, labels }) => {
    if (anySelector(guarded)(labels))
      return { verdict: 'approval', approvals: 2, reasons: [`${name} is a protected host.`] };
    if (anySelector(highValue)(labels))
      return { verdict: 'approval', approvals: 1, reasons: [`${name} is a high-value host.`] };
    return { verdict: 'ordinary', reasons: [] };
  };
