import type { Guarded } from '../core/approval.ts';
import { guardTarget } from '../core/guard-targets.ts';
import type { Label } from '../core/label.ts';
import type { Store } from '../core/ports.ts';
import type { Settings } from '../core/settings.ts';
import type { Workload } from '../core/workload.ts';
import { guardContextFor } from './guard-context.ts';
import type { PeerCounts } from './peer-counts.ts';
import type { ResponseDesk } from './response-desk.ts';

/** Says what it takes to touch a host, on what was just read of it. Rejects with PceError when the PCE's own nodes cannot be read. */
export type Guard = (
  workload: Workload,
  desk: ResponseDesk,
  quarantine: readonly Label[],
) => Promise<Guarded>;

/** Never, protected, high-value and what looks vital (definitions §7.2), by the configuration, the PCE and the inventory. */
export const createGuard =
  (
    store: Pick<Store, 'quarantines'>,
    settings: Pick<Settings, 'never' | 'protected' | 'highValue' | 'management'>,
    peers: Pick<PeerCounts, 'known'>,
  ): Guard =>
  async (workload, desk, quarantine) =>
    guardTarget(
      workload,
      await guardContextFor(
        workload,
        { desk, store, settings },
        { quarantine, peers: peers.known(desk.pce.name, workload.href) },
      ),
    );
