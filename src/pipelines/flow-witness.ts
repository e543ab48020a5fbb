import type { Flow } from '../core/flow.ts';
import { FLOW_REPORTS, witnessFlows } from '../core/flow-facts.ts';
import { staysOpenUnder } from '../core/peers.ts';
import { type Clock, type Inventory, type Pce, PceError, type Store } from '../core/ports.ts';

/** After a day nobody waits for reports. */
const GIVEN_UP_MS = 24 * 3_600_000;

export interface FlowWitnessDeps {
  readonly pce: Pick<Pce, 'name' | 'policy'>;
  readonly inventory: Pick<Inventory, 'workload'>;
  readonly store: Pick<Store, 'quarantines' | 'response' | 'commit'>;
  readonly clock: Pick<Clock, 'now'>;
  touchHost(href: string): Promise<void>;
}

/** Sees in the rows of one poll whether connections of quarantined hosts still pass. */
export interface Witnessing {
  take(flow: Flow): void;
  /** The whole poll was read: what it said is durable, and the messages about the hosts say it. */
  end(): Promise<void>;
}

/** Prepares for a poll; undefined when no host waits for flow reports, or the policy to judge them by cannot be read. */
export type FlowWitness = () => Promise<Witnessing | undefined>;

export const createFlowWitness =
  ({ pce, inventory, store, clock, touchHost }: FlowWitnessDeps): FlowWitness =>
  async () => {
    const waiting = (await store.quarantines(pce.name)).filter(
      ({ policy, endedAt = 0 }) =>
        policy?.appliedAt !== undefined &&
        (policy.flows?.reports ?? 0) < FLOW_REPORTS &&
        clock.now() - endedAt < GIVEN_UP_MS,
    );
    if (waiting.length === 0) return undefined;
    const active = await policyOf(pce);
    if (active === undefined) return undefined;
    const watched = waiting.flatMap(({ id, target, policy }) => {
      const host = inventory.workload(target.href);
      if (host === undefined || policy?.appliedAt === undefined) return [];
      const open = staysOpenUnder(active, host, host.labels, (href) => inventory.workload(href));
      return [
        { id, href: target.href, flows: witnessFlows(target.href, policy.appliedAt, policy.flows, open) },
      ];
    });
    const byHref = new Map(watched.map((one) => [one.href, one.flows]));
    return {
      take(flow) {
        for (const { href } of [flow.source, flow.destination])
          if (href !== undefined) byHref.get(href)?.take(flow);
      },
      async end() {
        for (const { id, href, flows } of watched) {
          const found = flows.result();
          // Something else may have been seen of its policy while the rows were read.
          const now = await store.response(id);
          if (now === undefined || found === undefined || found.at === now.policy?.flows?.at) continue;
          await store.commit([{ type: 'response-observed', id, policy: { ...now.policy, flows: found } }]);
          await touchHost(href);
        }
      },
    };
  };

const policyOf = async (pce: Pick<Pce, 'policy'>) => {
  try {
    return await pce.policy();
  } catch (err) {
    if (err instanceof PceError) return undefined;
    throw err;
  }
};
