import type { Clock, Log, Pce } from '../../core/ports.ts';
import type { PceSettings } from '../../core/settings.ts';
import { uuidOf } from '../../core/workload.ts';
import { type Access, type Contact, checkAccess, readContact, readVersion } from './access.ts';
import { createBudget } from './budget.ts';
import { type Client, openClient } from './client.ts';
import { createCollections } from './collections.ts';
import { createEventReader, hasEventBefore, newestEventAt } from './events.ts';
import { readHealth } from './health.ts';
import type { InventorySource } from './inventory.ts';
import { createLabels } from './labels.ts';
import { LIMITS, TIMES, type Times } from './limits.ts';
import { readMembers } from './members.ts';
import { createOwnHosts, type Resolve } from './own-hosts.ts';
import { readPending } from './pending.ts';
import { createPolicyReader } from './policy.ts';
import { policyComparer } from './policy-changes.ts';
import { createPolicyCollections } from './policy-rows.ts';
import { createReachMeter } from './reach.ts';
import { type Rights, readRights } from './rights.ts';
import { standalone, superclusterOf } from './supercluster.ts';
import { createTraffic } from './traffic.ts';
import { createWorkloads } from './workloads.ts';

export type { Access, Contact } from './access.ts';
export { fileBytes } from './flows/file.ts';
export { readFlows } from './flows/read.ts';
export { openInventory } from './inventory.ts';

export interface PceDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Calls a minute we take of the 500 the PCE allows; default 200 (design §6). */
  readonly share?: number;
  /** 0 ≤ n < 1, for the jitter of retries; default Math.random. */
  readonly random?: () => number;
  /** Time-outs and intervals that differ from `TIMES`. */
  readonly times?: Partial<Times>;
  /** How names are resolved; default: the system's resolver. */
  readonly resolve?: Resolve;
  /** Rows of GET /events the PCE is taken to cut at; default 10,000 (facts §2.1). */
  readonly eventsCap?: number;
}

/** One PCE with what only the composition root, `doctor` and the inventory need. */
export interface PceAdapter extends Pce, InventorySource {
  /** How fast it answers without a key, and what time it has. Rejects with PceError. */
  contact(): Promise<Contact>;
  /** Whether a key opens the PCE and its organisation; never rejects for a refusal or a PCE that is away. */
  checkAccess(key?: 'read' | 'write' | 'traffic'): Promise<Access>;
  /** What a key may do, as far as the PCE says it; nothing is tried. Rejects with PceError. */
  rights(key: 'read' | 'write' | 'traffic'): Promise<Rights>;
  /** Whether events of that time (epoch ms) or older ones are still there. Rejects with PceError. */
  hasEventBefore(at: number): Promise<boolean>;
  /** Makes the smallest traffic query there is and deletes it. Rejects with PceError when the traffic key may not. */
  tryTraffic(): Promise<void>;
  /** At start: deletes traffic queries an earlier run left behind; resolves with their number. Rejects with PceError. */
  deleteStaleQueries(): Promise<number>;
  /** Times since the start that an answer of events reached the cap, so that its window had to be cut. */
  overflows(): number;
  /** Ends all connections; calls under way reject. */
  close(): Promise<void>;
}

/**
 * One PCE over HTTP. Nothing is sent before the first call. Throws an Error with a sentence for the operator when the settings
 * cannot be used: no https (but for this machine), an unreadable ca_file.
 */
export const openPce = (settings: PceSettings, deps: PceDeps): PceAdapter => {
  const { clock, log, share, random = Math.random, eventsCap: cap = LIMITS.events } = deps;
  const { name, org, uiUrl } = settings;
  const times: Times = { ...TIMES, ...deps.times };
  const budget = createBudget(clock, share);
  const reach = createReachMeter(clock);
  const { members = [] } = settings;
  const clientOf = (url: string): Client =>
    openClient({ ...settings, url }, { clock, log, budget, reach, times, random });
  const home = clientOf(settings.url);
  const others = members.map((url) => ({ url, client: clientOf(url) }));
  const client =
    others.length === 0
      ? standalone(home)
      : superclusterOf([home, ...others.map((other) => other.client)], { clock });
  const collections = createCollections(client, { clock, times });
  const labels = createLabels(collections, org);
  const policyRows = createPolicyCollections(client, collections, org);
  const policy = createPolicyReader(policyRows, labels, clock);
  const workloads = createWorkloads(client, collections, { org, known: labels.known });
  let overflows = 0;
  const events = createEventReader(client, collections, {
    org,
    cap,
    full: () => {
      overflows += 1;
    },
  });
  const traffic = createTraffic(client, { org, clock, times, known: labels.known });
  return {
    name,
    events: events.all,
    eventPieces: events.pieces,
    findEvents: events.find,
    event: events.one,
    overflows: () => overflows,
    newestEventAt: () => newestEventAt(client, org),
    health: () => readHealth(client),
    policy: policy.read,
    pending: () => readPending(client, org),
    dropPolicy: policy.drop,
    comparePolicy: () => policyComparer(policyRows, labels),
    ownHosts: createOwnHosts([settings.url, ...members], () => readHealth(client), {
      clock,
      times,
      resolve: deps.resolve,
    }),
    reach: reach.read,
    workload: (href, lane = 'ingest') => workloads.one(href, lane),
    suspended: workloads.suspended,
    takesWrites: client.leader,
    putLabels: workloads.putLabels,
    putMode: workloads.putMode,
    findLabel: labels.find,
    flows: traffic.flows,
    link: (href) => `${uiUrl.replace(/\/+$/, '')}/#/workloads/${uuidOf(href)}`,
    callsPerMinute: budget.callsPerMinute,
    eachWorkload: workloads.each,
    ...(others.length === 0
      ? {}
      : {
          eachOfMembers: (active, heard) =>
            readMembers(
              [{ url: settings.url, client: home }, ...others],
              { org, clock, times },
              active,
              heard,
            ),
        }),
    allLabels: labels.all,
    lookUp: (href) => workloads.one(href, 'background', times.lookup),
    contact: () => readContact(client, clock),
    version: () => readVersion(client),
    checkAccess: (key = 'read') => checkAccess(client, org, key),
    rights: (key) => readRights(client, org, key),
    hasEventBefore: (at) => hasEventBefore(client, org, at),
    tryTraffic: traffic.tryOut,
    deleteStaleQueries: traffic.deleteStale,
    close: client.close,
  };
};
