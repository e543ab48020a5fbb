import type { PceEvent } from '../core/event.ts';
import type { HealthReading } from '../core/health.ts';
import { usedIn } from '../core/policy-use.ts';
import {
  type Clock,
  type EventArchive,
  type Inventory,
  type Log,
  type Pce,
  PceError,
  type SeriesShelf,
} from '../core/ports.ts';
import { countAgents } from '../core/series/agents.ts';
import { countTypes } from '../core/series/events.ts';
import { countDecisions } from '../core/series/flows.ts';
import { createHealthHours } from '../core/series/health.ts';
import { HOUR_MS } from '../core/series/sample.ts';
import { counted } from '../core/text.ts';
import type { HourDecisions } from '../core/traffic/decisions.ts';
import type { Workload } from '../core/workload.ts';

/** An older look at the machines is not what is so at this hour. */
const FRESH_MS = HOUR_MS / 2;

export interface SamplingDeps {
  readonly pce: Pick<Pce, 'name' | 'policy'>;
  readonly inventory: Pick<Inventory, 'workloads' | 'readAt' | 'members' | 'refresh'>;
  readonly series: SeriesShelf;
  /** Absent = events are not kept. */
  readonly archive?: EventArchive | undefined;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** Tells people of a trouble of our own. */
  tell(trouble: string): void;
}

/**
 * What becomes samples of one PCE. Agents are counted and polls of health are closed at the full hour; events and traffic come when
 * their hour is complete. What fails, or falls into a stop, is a hole. Each rejects with StoreError.
 */
export interface Sampling {
  /** At each full hour: counts the agents, and closes the hour of health before. */
  hourly(): Promise<void>;
  /** One poll of health. */
  health(reading: HealthReading): void;
  /** @param from start of the hour, epoch ms @param events all of it, or null where it could not be read */
  events(from: number, events: readonly PceEvent[] | null): Promise<void>;
  flows(hours: readonly HourDecisions[]): Promise<void>;
}

export const createSampling = ({
  pce,
  inventory,
  series,
  archive,
  clock,
  log,
  tell,
}: SamplingDeps): Sampling => {
  const polled = createHealthHours();
  const { name } = pce;

  const policyUse = async (): Promise<((host: Workload) => boolean) | undefined> => {
    try {
      return usedIn(await pce.policy());
    } catch (err) {
      if (!(err instanceof PceError)) throw err;
      log.warn({ err, pce: name }, 'the policy could not be read for a sample');
      return undefined;
    }
  };

  const agents = async (): Promise<void> => {
    const hour = Math.floor(clock.now() / HOUR_MS);
    if (inventory.readAt === undefined || clock.now() - inventory.readAt > FRESH_MS)
      await inventory.refresh();
    for (const { name: member, trouble, hosts } of inventory.members ?? [])
      if (trouble !== undefined)
        tell(
          `${member}, a member of ${name}, does not answer (${trouble}): whether its ${counted(hosts, 'VEN')} ${hosts === 1 ? 'lives' : 'live'} is not known.`,
        );
    const figures = countAgents(inventory.workloads(), await policyUse());
    await series.add(name, hour, 'agents', figures);
  };

  return {
    health: (reading) => polled.add(reading, clock.now()),
    async hourly() {
      // Before the agents: these ask the PCE, and may fail.
      for (const { hour, figures } of polled.over(clock.now()))
        await series.add(name, hour, 'health', figures);
      await agents();
    },
    async events(from, events) {
      if (events === null) return;
      await series.add(name, Math.floor(from / HOUR_MS), 'events', countTypes(events));
      try {
        await archive?.keep(name, from, from + HOUR_MS, events);
      } catch (err) {
        tell(
          `The events of ${name} from ${new Date(from).toISOString()} on, an hour, could not be kept in the archive.`,
        );
        throw err;
      }
    },
    async flows(hours) {
      for (const one of hours) await series.add(name, one.hour, 'flows', countDecisions(one));
    },
  };
};
