import { hash } from '../random.ts';
import type { FleetSource } from './generate.ts';
import { generateFleet } from './generate.ts';
import type { Workload } from './workload.ts';

/** All workloads, deleted ones too. */
export interface Fleet {
  all(): readonly Workload[];
  byHref(href: string): Workload | undefined;
  byUuid(uuid: string): Workload | undefined;
  /** The workload with this address, for flows. */
  byAddress(address: string): Workload | undefined;
  /** Replaces everything by a seeded fleet of this size. */
  regenerate(count: number): void;
}

/** A seeded fleet of `count` workloads. */
export const createFleet = (source: FleetSource, count: number): Fleet => {
  let workloads: readonly Workload[] = [];
  let index = new Map<string, Workload>();
  let addresses: Map<string, Workload> | undefined;
  const fleet: Fleet = {
    all: () => workloads,
    byHref: (href) => {
      const found = index.get(href.slice(href.lastIndexOf('/') + 1));
      return found?.href === href ? found : undefined;
    },
    byUuid: (uuid) => index.get(uuid),
    byAddress: (address) => {
      addresses ??= new Map(
        workloads.flatMap((workload) => workload.addresses.map((one) => [one, workload])),
      );
      return addresses.get(address);
    },
    regenerate: (size) => {
      workloads = generateFleet(source, size);
      index = new Map(workloads.map((workload) => [workload.uuid, workload]));
      addresses = undefined;
    },
  };
  fleet.regenerate(count);
  return fleet;
};

/** A number that belongs to a workload for ever, for values nobody chooses. */
export const fingerprint = (workload: Workload): number => hash(workload.uuid);
