import type { Action, ActionContext, ActionPlan } from '../core/action.ts';
import type { Person } from '../core/alert.ts';
import type { Label } from '../core/label.ts';
import { PceError } from '../core/ports.ts';
import type { Target } from '../core/response.ts';
import type { Wanted } from '../core/wanted.ts';
import type { Workload } from '../core/workload.ts';
import { contextFor } from './action-context.ts';
import type { HostThen } from './peer-counts.ts';
import type { RespondingDeps, ResponseDesk } from './response-desk.ts';
import { type Weight, weigh } from './weigh.ts';

export type Weighed = Exclude<Weight, { readonly never: string }>;

/** One host as it stands now and what the action would make of it. */
export interface Preview {
  readonly workload: Workload;
  readonly target: Target;
  readonly plan: Extract<ActionPlan, { ok: true }>;
  readonly context: ActionContext;
  /** The quarantine that a release would give back. */
  readonly releases: string | null;
  readonly weight: Weighed;
}

/** Reads a host and plans the action on it; or why it cannot be done to this one, a whole sentence. Rejects with PceError. */
export const previewOf = async (
  {
    href,
    name,
    by,
    wanted,
  }: {
    readonly href: string;
    readonly name: string;
    readonly by: Person;
    readonly wanted?: Wanted | undefined;
  },
  action: Action,
  desk: ResponseDesk,
  deps: RespondingDeps,
): Promise<Preview | { readonly why: string }> => {
  const workload = await desk.pce.workload(href, 'response');
  if (workload === null) return { why: `${name} is no longer in the PCE. Nothing was done.` };
  desk.inventory.note(href, workload);
  const context = await contextFor(workload, desk, deps, undefined, wanted);
  const plan = action.plan(workload, context);
  if (!plan.ok) return { why: plan.why };
  const releases = action.id === 'release' ? (context.open?.id ?? null) : null;
  const weight = await weigh({ by, releases }, workload, plan, context, desk, deps);
  if ('never' in weight) return { why: weight.never };
  const target: Target = {
    href: workload.href,
    name: workload.name,
    labels: workload.labels,
    mode: workload.mode,
    addresses: workload.interfaces.map(({ address }) => address),
  };
  return { workload, target, plan, context, releases, weight };
};

/** The same host weighed as one of so many, or when more is known of it. */
export const weighAgain = async (
  { workload, plan, context, releases, weight }: Preview,
  { by, targets }: { readonly by: Person; readonly targets: number },
  desk: ResponseDesk,
  deps: RespondingDeps,
): Promise<Weighed> => {
  const now = await weigh({ by, releases, targets }, workload, plan, context, desk, deps);
  return 'never' in now ? weight : now;
};

/** The same, where a PCE that cannot be read just now leaves it as it was weighed before. */
export const weighNow = async (...given: Parameters<typeof weighAgain>): Promise<Weighed> => {
  try {
    return await weighAgain(...given);
  } catch (err) {
    if (err instanceof PceError) return given[0].weight;
    throw err;
  }
};

/** What of a host's connections would be cut. */
export const cutOf = ({ workload, plan, context }: Preview): HostThen => ({
  workload,
  after: plan.intended,
  policy: context.policy,
});

/** Why a host is not among several: it takes its typed name. */
export const leftOutText = ({ needs }: Weighed): string =>
  `Left out, ask for it alone: ${needs.why.join(' ')}`;

/** Offered only when nothing of the host fires and it is an ordinary one (definitions §7.3). */
export const mayEndByItself = async (
  { workload, context }: Preview,
  desk: ResponseDesk,
  { guard, store }: Pick<RespondingDeps, 'guard' | 'store'>,
): Promise<boolean> => {
  const quarantine: readonly Label[] = context.quarantineLabels ?? [];
  if ((await guard(workload, desk, quarantine)).verdict !== 'ordinary') return false;
  const alerts = await store.alertsOfHost(desk.pce.name, workload.href);
  return alerts.every(({ state }) => state !== 'firing');
};
