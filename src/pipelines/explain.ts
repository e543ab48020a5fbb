import type { Person } from '../core/alert.ts';
import { needsText } from '../core/approval.ts';
import { disarmedText } from '../core/brake.ts';
import { type Message, PceError } from '../core/ports.ts';
import type { Workload } from '../core/workload.ts';
import { canIView, type Explained } from '../views/can-i.ts';
import { contextFor } from './action-context.ts';
import { overBudgetNow } from './clearance.ts';
import type { RespondingDeps, ResponseDesk } from './response-desk.ts';
import { weigh } from './weigh.ts';

/** May this person do this to that workload, asked here? */
export interface MayI {
  readonly action: string;
  readonly pce: string;
  readonly href: string;
  readonly person: Person;
  readonly channel: string;
}

/** Asks everything that is asked when it is done, on what is read now, and says all of it at once. Changes nothing. */
export const explain = async (question: MayI, deps: RespondingDeps): Promise<Message> => {
  const desk = deps.desks.get(question.pce);
  const known = desk?.inventory.workload(question.href)?.name ?? 'this host';
  const no = (why: string): Message =>
    canIView({ what: `${question.action} ${known}`, against: [why], facts: [], who: [] });
  try {
    const workload = await desk?.pce.workload(question.href, 'question');
    if (desk === undefined || workload === undefined || workload === null)
      return no(`${known} is no longer in the PCE.`);
    return canIView(await answer(question, workload, desk, deps));
  } catch (err) {
    if (!(err instanceof PceError)) throw err;
    return no(`The host could not be read: ${err.message}.`);
  }
};

const answer = async (
  { action: id, person, channel }: MayI,
  workload: Workload,
  desk: ResponseDesk,
  deps: RespondingDeps,
): Promise<Explained> => {
  const what = `${id} ${workload.name}`;
  const action = deps.actions.find((one) => one.id === id && one.offered);
  if (action === undefined) return { what, against: [`I know no action "${id}".`], facts: [], who: [] };
  const against: string[] = [];
  const facts: string[] = [];
  const { verdict } = await deps.gate.check(person, action.right, { targets: [workload.labels], channel });
  // Who may not do it learns nothing more of the host.
  if (!verdict.allowed) return { what, against: [`Your role: ${verdict.why}.`], facts, who: verdict.who };
  facts.push(`Your role: ${verdict.role}, ${verdict.how}.`);
  const disarmed = disarmedText(await deps.store.brake(), deps.clock.now());
  if (disarmed !== undefined) against.push(`Nobody may do this now: ${disarmed}.`);
  const over = await overBudgetNow({ action: id, by: person }, deps);
  if (over !== undefined) against.push(`The budget does not allow it: ${over}.`);
  const held = await deps.held();
  if (held !== undefined) against.push(`Nothing is written just now: ${held}`);
  const context = await contextFor(workload, desk, deps);
  const plan = action.plan(workload, context);
  if (!plan.ok) against.push(plan.why);
  else {
    const releases = id === 'release' ? (context.open?.id ?? null) : null;
    const weight = await weigh({ by: person, releases }, workload, plan, context, desk, deps);
    if ('never' in weight) against.push(weight.never);
    else if (weight.needs.votes > 0) facts.push(needsText(weight.needs));
    facts.push(...plan.warnings);
  }
  if (deps.limits.dryRun) facts.push('Dry run: everything is checked and nothing is written.');
  return { what, against, facts, who: [] };
};
