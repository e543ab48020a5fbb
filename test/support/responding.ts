import { anySelector } from '../../src/core/label-query.ts';
import { DEFAULT_LIMITS } from '../../src/core/settings.ts';
import type { Guard } from '../../src/pipelines/guard.ts';
import type { RespondingDeps } from '../../src/pipelines/response-desk.ts';

/** A guard that knows selectors alone: protected hosts take two people of the approver list, high-value ones take one. */
export const guardBy =
  (lists: { readonly protected?: readonly string[]; readonly highValue?: readonly string[] } = {}): Guard =>
  async ({ name, labels }) => {
    if (anySelector(lists.protected ?? [])(labels))
      return { verdict: 'approval', approvals: 2, reasons: [`${name} is a protected host.`], typed: true };
    if (anySelector(lists.highValue ?? [])(labels))
      return { verdict: 'approval', approvals: 1, reasons: [`${name} is a high-value host.`] };
    return { verdict: 'ordinary', reasons: [] };
  };

/** What bounds responses in a test that is about something else: the defaults, and no host that is anything special. */
export const unbounded: Pick<RespondingDeps, 'limits' | 'guard' | 'board' | 'fallback' | 'held' | 'peers'> = {
  limits: DEFAULT_LIMITS,
  guard: guardBy(),
  board: { channel: 'C0ANN', approvers: ['U0ANN'], admins: [] },
  fallback: 'C0FALL',
  held: async () => undefined,
  peers: { known: () => undefined, count: async () => undefined },
};
