import type { Agenda } from './agenda.ts';
import { createAgenda } from './agenda.ts';
import type { Clock } from './clock.ts';
import { createClock } from './clock.ts';
import type { EventLog } from './events/log.ts';
import { createEventLog } from './events/log.ts';
import type { Fleet } from './fleet/fleet.ts';
import { createFleet } from './fleet/fleet.ts';
import { seedLabels } from './fleet/generate.ts';
import type { LabelBook } from './fleet/label-book.ts';
import { createLabelBook } from './fleet/label-book.ts';
import type { Health } from './health.ts';
import { createHealth } from './health.ts';
import type { Faults } from './http/faults.ts';
import { createFaults } from './http/faults.ts';
import type { Jobs } from './jobs.ts';
import { createJobs } from './jobs.ts';
import type { Journal } from './journal.ts';
import { createJournal } from './journal.ts';
import type { Settings } from './options.ts';
import { outcomeOf } from './policy/enforce.ts';
import type { PolicyStore } from './policy/store.ts';
import { createPolicyStore } from './policy/store.ts';
import type { Random } from './random.ts';
import { createRandom } from './random.ts';
import { createSupercluster, type Supercluster } from './supercluster.ts';
import type { Traffic } from './traffic/traffic.ts';
import { createTraffic } from './traffic/traffic.ts';

const SITE_AGE_MS = 400 * 86_400_000;

/** Everything one simulated PCE is and remembers; handlers and the control API work on it. */
export interface World {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly agenda: Agenda;
  /** For ids made at run time. */
  readonly random: Random;
  readonly fqdn: string;
  /** Through which PCE of the supercluster it is looked at; 0 = the one whose port was asked for. */
  readonly node: number;
  /** Three numbers, as `25.2.0`. */
  readonly version: string;
  readonly networkId: string;
  /** `/labels/1` → `/orgs/1/labels/1`. */
  readonly org: (path: string) => string;
  readonly labels: LabelBook;
  readonly fleet: Fleet;
  readonly events: EventLog;
  readonly health: Health;
  readonly policy: PolicyStore;
  readonly traffic: Traffic;
  readonly jobs: Jobs;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly supercluster: Supercluster;
}

/** A world as seeded: labels, fleet, policy, no event yet. */
export const createWorld = (settings: Settings): World => {
  const clock = createClock(settings.now, settings.realTime);
  const random = createRandom(`world ${settings.seed}`);
  const org = (path: string): string => `/orgs/${settings.org}${path}`;
  const labels = createLabelBook(org, random.uuid);
  seedLabels(labels, settings.now - SITE_AGE_MS);
  const fleet = createFleet({ seed: settings.seed, now: settings.now, labels, org }, settings.workloads);
  const world: World = {
    settings,
    clock,
    agenda: createAgenda(clock),
    random,
    fqdn: 'pce.example.com',
    node: 0,
    version: /^\d+\.\d+$/.test(settings.release) ? `${settings.release}.0` : settings.release,
    networkId: random.uuid(),
    org,
    labels,
    fleet,
    events: createEventLog(),
    health: createHealth(settings.release),
    policy: createPolicyStore({ labels, org, now: settings.now - SITE_AGE_MS }),
    traffic: createTraffic(
      fleet,
      settings,
      ({ src, dst, service: { proto, port } }) => outcomeOf(world, { src, dst, proto, port }).passes,
    ),
    jobs: createJobs(),
    journal: createJournal(),
    faults: createFaults(),
    supercluster: createSupercluster(settings.members),
  };
  return world;
};
