import type { Action } from '../core/action.ts';
import type { Person } from '../core/alert.ts';
import { disarmedText } from '../core/brake.ts';
import { overBudget } from '../core/budget.ts';
import type { Response } from '../core/response.ts';
import type { Workload } from '../core/workload.ts';
import type { RespondingDeps } from './response-desk.ts';

type Deps = Pick<RespondingDeps, 'store' | 'gate' | 'clock' | 'limits'>;

/** No allowance is longer, so older responses need not be read. */
const LOOK_BACK_MS = 7 * 24 * 3_600_000;

/**
 * Why a response may not go on, asked at the submission and again right before the PUT, on the labels just read (definitions §7.6);
 * undefined when it may. Not known = no.
 */
export const notCleared = async (
  response: Response,
  action: Action,
  workload: Workload,
  deps: Deps,
): Promise<string | undefined> => {
  const { by, channel, votes = [] } = response;
  const now = deps.clock.now();
  const disarmed = disarmedText(await deps.store.brake(), now);
  if (disarmed !== undefined) return `Nobody may do this now: ${disarmed}.`;
  const targets = [workload.labels];
  const { verdict } = await deps.gate.check(by, action.right, { targets, channel });
  if (!verdict.allowed) return `You may not do this any more: ${verdict.why}.`;
  for (const vote of votes) {
    const { verdict: still } = await deps.gate.check(vote.by, 'approve', { targets, channel: null });
    if (!still.allowed) return `${vote.name}, who approved it, may not do that any more: ${still.why}.`;
  }
  if (!action.offered) return undefined;
  const over = await overBudgetNow(
    { action: action.id, by, but: response.id, more: await stillToWrite(response, deps) },
    deps,
  );
  return over === undefined ? undefined : `The budget does not allow it: ${over}.`;
};

/** Of several hosts all are within the budget, or none is written to: those that were stopped count as well. */
const stillToWrite = async ({ batch }: Response, { store }: Pick<Deps, 'store'>): Promise<number> =>
  batch === undefined
    ? 1
    : (await store.batch(batch)).filter(({ writtenAt }) => writtenAt === undefined).length;

/** Why no further host, or so many `more`, may be written to now; undefined when they may. @param but a response that is not counted: the one that asks */
export const overBudgetNow = async (
  {
    action,
    by,
    but,
    more = 1,
  }: { readonly action: string; readonly by: Person; readonly but?: string; readonly more?: number },
  { store, clock, limits }: Pick<RespondingDeps, 'store' | 'clock' | 'limits'>,
): Promise<string | undefined> => {
  const now = clock.now();
  const written = await store.responsesSince(now - LOOK_BACK_MS);
  const others = written.filter(({ id }) => id !== but);
  return overBudget(limits.budget, { action, by, more }, others, now);
};
