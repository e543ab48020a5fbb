import { type GuardContext, kinOf } from '../core/guard-targets.ts';
import type { Label } from '../core/label.ts';
import type { Store } from '../core/ports.ts';
import type { Settings } from '../core/settings.ts';
import type { Workload } from '../core/workload.ts';
import type { ResponseDesk } from './response-desk.ts';

interface GuardDeps {
  readonly desk: Pick<ResponseDesk, 'pce' | 'inventory' | 'ownHosts'>;
  readonly store: Pick<Store, 'quarantines'>;
  readonly settings: Pick<Settings, 'never' | 'protected' | 'highValue' | 'management'>;
}

/**
 * Gathers what the guard looks at (definitions §7.2). Rejects with PceError when the PCE's own nodes cannot be read.
 * @param quarantine the quarantine labels as this PCE has them
 * @param peers distinct peers of the last 24 h, when they are known by now
 */
export const guardContextFor = async (
  workload: Workload,
  { desk, store, settings }: GuardDeps,
  { quarantine, peers }: { readonly quarantine: readonly Label[]; readonly peers?: number | undefined },
): Promise<GuardContext> => {
  const { pce, inventory } = desk;
  const open = await store.quarantines(pce.name);
  const cut = {
    labels: new Set(quarantine.map(({ href }) => href)),
    before: new Map(open.map(({ target }) => [target.href, target.labels])),
  };
  const kin = (keys: readonly string[]) => kinOf(workload, keys, inventory.workloads(), cut);
  return {
    untouchable: [
      { is: 'on the list of hosts that are never quarantined', entries: settings.never },
      { is: 'a machine of the PCE', entries: await pce.ownHosts() },
      { is: 'the machine this bot runs on, or a name server it asks', entries: desk.ownHosts },
      {
        is: 'a host that quarantined machines are managed from',
        entries: settings.management.sources,
      },
    ],
    protected: settings.protected,
    highValue: settings.highValue,
    appRole: kin(['app', 'role']),
    appEnv: kin(['app', 'env']),
    peers,
  };
};
