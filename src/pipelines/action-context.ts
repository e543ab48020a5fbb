import type { ActionContext, PolicyReading } from '../core/action.ts';
import { carriedOf } from '../core/carrying.ts';
import { namedBy } from '../core/host-match.ts';
import type { Label } from '../core/label.ts';
import { PceError } from '../core/ports.ts';
import type { Response } from '../core/response.ts';
import type { ManagementPath } from '../core/settings.ts';
import type { Wanted } from '../core/wanted.ts';
import type { Workload } from '../core/workload.ts';
import type { RespondingDeps, ResponseDesk } from './response-desk.ts';

/** Reads what an action may look at: our open quarantine, the labels as the PCE has them now, the lists of the configuration. */
export const contextFor = async (
  workload: Workload,
  desk: ResponseDesk,
  { store, settings }: Pick<RespondingDeps, 'store' | 'settings'>,
  response?: Response,
  wanted: Wanted | undefined = response?.mode?.after,
): Promise<ActionContext> => {
  const open = (await store.quarantines(desk.pce.name, workload.href))[0];
  const configured = Object.entries(settings.quarantine?.labels ?? {});
  const found = await Promise.all(configured.map(([key, value]) => desk.pce.findLabel(key, value)));
  const quarantineLabels = found.filter((label): label is Label => label !== undefined);
  // What a release puts back must still exist: asked of the PCE, because the cached labels may be hours old.
  const restorable = new Map<string, Label>();
  for (const { href, key, value } of open?.change?.replaced ?? []) {
    const label = await desk.pce.findLabel(key, value);
    // One that was deleted and made anew has another href.
    if (label !== undefined) restorable.set(href, label);
  }
  return {
    quarantine: settings.quarantine,
    quarantineLabels:
      quarantineLabels.length === configured.length && configured.length > 0 ? quarantineLabels : undefined,
    open,
    estate: { label: (href) => restorable.get(href) },
    never:
      namedBy(workload, [...settings.never, ...desk.ownHosts, ...(await desk.pce.ownHosts())]) !== undefined,
    // Also of one that is ours and has lost the label: it may be put there again.
    ...(configured.length > 0 &&
    (open === undefined || carriedOf(workload.labels, settings.quarantine?.labels ?? {}) === undefined)
      ? { policy: await policyOf(desk, settings.management) }
      : {}),
    ...(wanted === undefined ? {} : { wanted, past: await store.responsesOf(desk.pce.name, workload.href) }),
    ...(response?.repairs === undefined || response.change === undefined ? {} : { lost: response.change }),
    mayWrite: desk.mayWrite,
  };
};

/** The policy a quarantine would act by. A PCE that does not answer is no reason to keep people from the form: they read why. */
const policyOf = async (
  { pce, inventory }: ResponseDesk,
  management: ManagementPath,
): Promise<PolicyReading> => {
  if (inventory.readAt === undefined) return { ok: false, why: 'the machines of this PCE are not read yet' };
  try {
    return { ok: true, policy: await pce.policy(), peers: inventory.workloads, management };
  } catch (error) {
    if (error instanceof PceError) return { ok: false, why: error.message };
    throw error;
  }
};
