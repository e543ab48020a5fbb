import { openInventory, openPce, type PceAdapter } from '../adapters/pce/index.ts';
import { openArchive } from '../adapters/store/archive.ts';
import { openTrafficShelf } from '../adapters/store/traffic-shelf.ts';
import type { PceEvent } from '../core/event.ts';
import type { Inventory } from '../core/ports.ts';
import type { PceSettings } from '../core/settings.ts';
import { type Alerting, createAlerting } from '../pipelines/alerting.ts';
import type { DeliveryLoop } from '../pipelines/delivery.ts';
import { createFlowWitness } from '../pipelines/flow-witness.ts';
import { createSampling, type Sampling } from '../pipelines/sampling.ts';
import { createTrafficWatch, type TrafficWatch } from '../pipelines/traffic-watch.ts';
import type { Base } from './base.ts';
import { callsNeeded } from './loops.ts';

/** One PCE and everything that watches it. */
export interface Desk {
  readonly settings: PceSettings;
  readonly pce: PceAdapter;
  readonly inventory: Inventory;
  readonly alerting: Alerting;
  readonly traffic: TrafficWatch;
  readonly sampling: Sampling;
}

export interface DeskDeps {
  readonly commit: DeliveryLoop['commit'];
  /** Events of a PCE that were evaluated, for what compares them with our own writes. */
  readonly compare: (pce: string, events: readonly PceEvent[]) => Promise<void>;
  /** Fire alerts for the hour before the first start. */
  readonly backfill: boolean;
}

/** Opens one PCE; nothing is sent before the first call. */
export const openDesk = (one: PceSettings, base: Base, { commit, compare, backfill }: DeskDeps): Desk => {
  const { settings, store, context, rulebook, clock, ids, log, shortId, reached, troubles, dataDir, series } =
    base;
  const pce = openPce(one, { clock, log, share: callsNeeded(settings) });
  const inventory = openInventory(pce, { clock, log });
  const { archiveMs } = settings;
  const archive = archiveMs === undefined ? undefined : openArchive(dataDir, archiveMs);
  const sampling = createSampling({ pce, inventory, series, archive, clock, log, tell: troubles.tell });
  const alerting = createAlerting({
    pce,
    inventory,
    store,
    rules: rulebook.running,
    context,
    settings: base.routing,
    clock,
    ids,
    log,
    alertId: shortId,
    reached,
    evaluated: (events) => {
      if (events.some(({ type }) => type.startsWith('sec_policy.'))) pce.dropPolicy();
      traffic.evaluated(events);
      return compare(one.name, events);
    },
    sampled: sampling,
    commit,
    tell: troubles.tell,
    backfill,
  });
  const traffic = createTrafficWatch({
    pce,
    inventory,
    shelf: openTrafficShelf(dataDir),
    settings,
    clock,
    log,
    pceNow: alerting.now,
    judge: async (polled) => {
      await alerting.traffic(polled);
      await sampling.flows(polled.decisions);
    },
    witness: createFlowWitness({ pce, inventory, store, clock, touchHost: alerting.touchHost }),
    tell: troubles.tell,
  });
  return { settings: one, pce, inventory, alerting, traffic, sampling };
};
