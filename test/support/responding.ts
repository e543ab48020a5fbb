import { DEFAULT_LIMITS } from '../../src/core/settings.ts';
import { listGuard } from '../../src/pipelines/guard.ts';
import type { RespondingDeps } from '../../src/pipelines/response-desk.ts';

/** What bounds responses in a test that is about something else: the defaults, and no host that is anything special. */
export const unbounded: Pick<RespondingDeps, 'limits' | 'guard' | 'board'> = {
  limits: DEFAULT_LIMITS,
  guard: listGuard({ protected: [], highValue: [] }),
  board: { channel: 'C0ANN', approvers: ['U0ANN'], admins: [] },
};
