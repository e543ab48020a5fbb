import type { ActionContext } from '../core/action.ts';
import { inNetwork, parseNetwork } from '../core/address.ts';
import type { Label } from '../core/label.ts';
import { matchesLabels, selector } from '../core/label-query.ts';
import type { Response } from '../core/response.ts';
import type { Workload } from '../core/workload.ts';
import type { RespondingDeps, ResponseDesk } from './response-desk.ts';

/** Reads what an action may look at: our open quarantine, the labels as the PCE has them now, the lists of the configuration. */
export const contextFor = async (
  workload: Workload,
  desk: ResponseDesk,
  { store, settings }: Pick<RespondingDeps, 'store' | 'settings'>,
  response?: Response,
): Promise<ActionContext> => {
  const open = (await store.quarantines(desk.pce.name, workload.href))[0];
  const wanted = Object.entries(settings.quarantine?.labels ?? {});
  const found = await Promise.all(wanted.map(([key, value]) => desk.pce.findLabel(key, value)));
  const quarantineLabels = found.filter((label): label is Label => label !== undefined);
  // What a release puts back must still exist: asked of the PCE, because the cached labels may be hours old.
  const restorable = new Map<string, Label>();
  for (const { key, value } of open?.change?.replaced ?? []) {
    const label = await desk.pce.findLabel(key, value);
    if (label !== undefined) restorable.set(label.href, label);
  }
  return {
    quarantine: settings.quarantine,
    quarantineLabels:
      quarantineLabels.length === wanted.length && wanted.length > 0 ? quarantineLabels : undefined,
    open,
    estate: { label: (href) => restorable.get(href) },
    never: isNever(workload, [...settings.never, ...desk.ownHosts]),
    lost: response?.repairs === undefined ? [] : (response.change?.added ?? []),
    mayWrite: desk.mayWrite,
  };
};

/** A `never` entry is a name, an address, a network or a label selector. */
const isNever = ({ name, hostname, interfaces, labels }: Workload, never: readonly string[]): boolean =>
  never.some((entry) => {
    if (entry.includes('=')) return matchesLabels(selector(entry), labels);
    const network = parseNetwork(entry);
    if (network !== undefined) return interfaces.some(({ address }) => inNetwork(address, network));
    return [name, hostname].some((one) => one.toLowerCase() === entry.toLowerCase());
  });
