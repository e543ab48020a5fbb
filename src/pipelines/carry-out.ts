import type { Action, ActionContext, ActionPlan } from '../core/action.ts';
import { APPROVAL_MS, needsText } from '../core/approval.ts';
import { labelText, sameLabels } from '../core/label.ts';
import { isAlready, isAsShown, isCarriedOut, standText } from '../core/made.ts';
import { PceError } from '../core/ports.ts';
import { isRunnable, type Outcome, type Response } from '../core/response.ts';
import type { Workload } from '../core/workload.ts';
import { changedLabels } from '../views/response.ts';
import { notCleared } from './clearance.ts';
import type { RespondingDeps, ResponseDesk } from './response-desk.ts';
import { confirm, end, record } from './settle.ts';
import { weigh } from './weigh.ts';

type Deps = Pick<
  RespondingDeps,
  'store' | 'audit' | 'gate' | 'clock' | 'log' | 'reached' | 'limits' | 'guard'
> & {
  context(workload: Workload): Promise<ActionContext>;
};

/**
 * Carries a durable response out, from wherever it stands (definitions §7.6): re-read → still the labels that were shown → still
 * allowed → `writing` durable with what is replaced → one PUT of the full set → read back. After a crash in `writing` the
 * workload is read first; a PUT is made again only if the labels are still exactly those from before it.
 */
export const carryOut = async (
  response: Response,
  action: Action,
  desk: ResponseDesk,
  deps: Deps,
): Promise<Outcome> => {
  const { pce } = desk;
  const { href, labels: shown } = response.target;
  try {
    const workload = await pce.workload(href, 'response');
    deps.reached?.('host read');
    if (workload === null)
      return await end(response, deps, 'stopped', `${response.target.name} is no longer in the PCE.`);

    if (response.state === 'writing') {
      if (isCarriedOut(response, workload)) return await confirm(response, workload, [], desk, deps);
      if (!isAsShown(response, workload))
        return await end(
          response,
          deps,
          'failed',
          `It did not reach the PCE, or somebody undid it. It has now: ${standText(response, workload)}.`,
        );
    }
    if (!isAsShown(response, workload))
      return await end(
        response,
        deps,
        'stopped',
        response.mode === undefined || !sameLabels(shown, workload.labels)
          ? `Labels changed since you opened this (${changedLabels(shown, workload.labels)}). Open it again to review.`
          : `Its enforcement changed since you opened this (${response.mode.before} → ${workload.mode ?? 'none'}). Open it again to review.`,
      );
    const barred = await notCleared(response, action, workload, deps);
    if (barred !== undefined) return await end(response, deps, 'stopped', barred);
    const context = await deps.context(workload);
    const plan = action.plan(workload, context);
    if (!plan.ok) return await end(response, deps, 'stopped', plan.why);
    const again = await repairedAlready(response, deps);
    if (again !== undefined) return await end(response, deps, 'stopped', again);
    if (response.alone !== undefined) {
      const never = await neverAlone(workload, context, desk, deps);
      if (never !== undefined) return await end(response, deps, 'stopped', never);
    }
    if (response.state === 'requested') {
      const asked = await askWhereNeeded(response, action, workload, plan, context, desk, deps);
      if (asked !== undefined) return asked;
    }
    // What was durable before a restart counts: the configuration may name other labels by now.
    const { change, intended } =
      response.state === 'writing'
        ? { change: response.change ?? plan.change, intended: response.intended ?? plan.intended }
        : plan;
    // Its form may have been opened before the quarantine was read back: what it ends is what stands now.
    const releases = action.id === 'release' ? (response.releases ?? context.open?.id ?? null) : null;
    if (isAlready({ ...response, intended }, workload))
      return await confirm({ ...response, releases, change, intended }, workload, plan.notes, desk, deps);

    if (deps.limits.dryRun)
      return await end(
        response,
        deps,
        'stopped',
        `Dry run: everything was checked and nothing was written. It would have ${response.mode === undefined ? `the labels ${labelText(intended)}` : `enforcement ${response.mode.after}`}.`,
      );

    const blocked = await waitsForLeader(response, desk, deps);
    if (blocked !== undefined) return blocked;
    if (response.state !== 'writing')
      await deps.store.commit([
        {
          type: 'response-moved',
          id: response.id,
          from: response.state,
          to: 'writing',
          at: deps.clock.now(),
          change,
          intended,
          ...(releases === null ? {} : { releases }),
        },
      ]);
    const writing: Response = { ...response, state: 'writing', change, intended, releases };
    deps.reached?.('writing durable');
    const requestId = await write(writing, desk, deps);
    deps.reached?.('put');
    return await readBack(writing, plan.notes, requestId, desk, deps);
  } catch (err) {
    if (!(err instanceof PceError)) throw err;
    if (err instanceof NotWritten)
      return await end({ ...response, state: 'writing' }, deps, 'failed', err.message);
    deps.log.warn({ err, response: response.id }, 'a response waits for the PCE');
    // Before the PUT nothing has happened, so it may simply end; after it only a read-back may tell.
    const now = await deps.store.response(response.id);
    if (now !== undefined && now.state !== 'writing' && isRunnable(now))
      return await end(now, deps, 'stopped', `The PCE could not be read: ${err.message}.`);
    return { state: 'writing' };
  }
};

/** A request that may be written waits so long for a PCE that takes writes (definitions §7.10). */
const BLOCKED_MS = 30 * 60_000;

/** How a response stands while no node of the supercluster leads; undefined when one does. One whose PUT may be out stays as it is. */
const waitsForLeader = async (
  response: Response,
  { pce }: ResponseDesk,
  deps: Deps,
): Promise<Outcome | undefined> => {
  try {
    await pce.takesWrites();
    return undefined;
  } catch (err) {
    if (!(err instanceof PceError) || err.code !== 'no-leader') throw err;
    if (response.state === 'writing') return { state: 'writing' };
    const now = deps.clock.now();
    if (response.state !== 'blocked')
      await deps.store.commit([
        { type: 'response-moved', id: response.id, from: response.state, to: 'blocked', at: now },
      ]);
    else if (now - (response.blockedAt ?? 0) >= BLOCKED_MS)
      return await end(response, deps, 'lapsed', `For 30 min ${err.message}.`);
    return { state: 'blocked', why: `${err.message}. It is tried for 30 min and then lapses` };
  }
};

/** A repair that overwrote somebody's change itself is not repaired: two who write over each other would go on for ever. */
const repairedAlready = async (
  { repairs, change }: Response,
  { store }: Pick<Deps, 'store'>,
): Promise<string | undefined> => {
  const before = repairs === undefined ? undefined : await store.response(repairs);
  if (before?.action !== 'repair') return undefined;
  const theirs = change === undefined || change.added.length === 0 ? 'A change' : labelText(change.added);
  return `${theirs} was overwritten while an earlier change was put back, and that is done only once. Make it again if it is wanted.`;
};

/** What nobody does alone, however urgent (definitions §7.5): what is never cut, and what two people have to agree to. */
const neverAlone = async (
  workload: Workload,
  { quarantineLabels = [] }: ActionContext,
  desk: ResponseDesk,
  { guard }: Pick<Deps, 'guard'>,
): Promise<string | undefined> => {
  const guarded = await guard(workload, desk, quarantineLabels);
  const barred = guarded.verdict === 'never' || (guarded.verdict === 'approval' && guarded.approvals === 2);
  return barred ? `${guarded.reasons.join(' ')} Nobody may do that alone.` : undefined;
};

/** Weighs a request on what was just read; where a second person must agree it waits for him and nothing is written. */
const askWhereNeeded = async (
  response: Response,
  action: Action,
  workload: Workload,
  plan: Extract<ActionPlan, { ok: true }>,
  context: ActionContext,
  desk: ResponseDesk,
  deps: Deps,
): Promise<Outcome | undefined> => {
  if (!action.offered) return undefined;
  const weight = await weigh(response, workload, plan, context, desk, deps);
  if ('never' in weight) return await end(response, deps, 'stopped', weight.never);
  if (response.batch !== undefined && weight.typed)
    return await end(response, deps, 'stopped', `${weight.needs.why.join(' ')} Ask for it alone.`);
  const { needs } = weight;
  if (needs.votes === 0) return undefined;
  const at = deps.clock.now();
  const lapsesAt = at + APPROVAL_MS;
  await deps.store.commit([
    { type: 'response-moved', id: response.id, from: 'requested', to: 'waiting', at, needs, lapsesAt },
  ]);
  deps.reached?.('waiting durable');
  await record(response, deps, 'allowed', { why: needsText(needs) });
  return { state: 'waiting', needs, lapsesAt };
};

/** The PCE answered that it did not do it. */
class NotWritten extends PceError {}

/** One PUT. An answer that says "no" is a fault; no answer at all is for the read-back to judge. */
const write = async (
  { target, intended = [], id, mode }: Response,
  { pce }: ResponseDesk,
  { log }: Deps,
): Promise<string | undefined> => {
  try {
    return await (mode === undefined
      ? pce.putLabels(target.href, intended)
      : pce.putMode(target.href, mode.after));
  } catch (err) {
    if (!(err instanceof PceError)) throw err;
    if (err.code === 'timeout' || err.code === 'unavailable' || err.code === 'bad-answer') {
      log.warn({ err, response: id }, 'no clear answer to a write, to be read back');
      return err.requestId;
    }
    throw new NotWritten(err.code, `The PCE refused it: ${err.message}.`, { cause: err });
  }
};

const readBack = async (
  response: Response,
  notes: readonly string[],
  requestId: string | undefined,
  desk: ResponseDesk,
  deps: Deps,
): Promise<Outcome> => {
  const workload = await desk.pce.workload(response.target.href, 'response');
  deps.reached?.('read back');
  if (workload === null)
    return await end(response, deps, 'failed', 'The host disappeared from the PCE while it was changed.');
  if (isCarriedOut(response, workload))
    return await confirm(response, workload, notes, desk, deps, requestId);
  if (isAsShown(response, workload))
    return await end(
      response,
      deps,
      'failed',
      response.mode === undefined
        ? 'The PCE did not take the new labels; the old ones are still there.'
        : `The PCE did not take the new mode; it is still ${response.mode.before}.`,
    );
  return await end(
    response,
    deps,
    'failed',
    `Somebody undid it at the same moment. It has now: ${standText(response, workload)}.`,
  );
};
