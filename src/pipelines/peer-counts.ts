import type { PolicyReading } from '../core/action.ts';
import type { Flow } from '../core/flow.ts';
import type { Label } from '../core/label.ts';
import { countPeers, type Peers, staysOpenUnder } from '../core/peers.ts';
import { type Clock, type Log, PceError } from '../core/ports.ts';
import type { Workload } from '../core/workload.ts';
import type { ResponseDesk } from './response-desk.ts';

/** How long a form says "still counting" (definitions §7.3). */
const COUNTING_MS = 20_000;
const DAY_MS = 24 * 3_600_000;
/** A count is good for what the person who saw it does next. */
const GOOD_MS = 30 * 60_000;
const MOST_KEPT = 500;

/** Counts whom a host talked to in the last 24 h, and remembers the number for who weighs a request right after. */
export interface PeerCounts {
  /** Distinct peers as a form counted them in the last 30 min; undefined when none did. */
  known(pce: string, href: string): number | undefined;
  /** By href, all with one query; undefined when the PCE did not answer within 20 s, or not at all. */
  count(
    desk: Pick<ResponseDesk, 'pce' | 'inventory'>,
    hosts: readonly HostThen[],
  ): Promise<ReadonlyMap<string, Peers> | undefined>;
}

/** A host, and what it would be under. */
export interface HostThen {
  readonly workload: Workload;
  readonly after: readonly Label[];
  readonly policy: PolicyReading | undefined;
}

export const createPeerCounts = ({
  clock,
  log,
}: {
  readonly clock: Clock;
  readonly log: Log;
}): PeerCounts => {
  const counts = new Map<string, { readonly count: number; readonly at: number }>();
  const keyOf = (pce: string, href: string): string => `${pce}|${href}`;
  return {
    known(pce, href) {
      const one = counts.get(keyOf(pce, href));
      return one === undefined || clock.mono() - one.at > GOOD_MS ? undefined : one.count;
    },

    async count({ pce, inventory }, hosts) {
      const late = new AbortController();
      const over = new AbortController();
      void clock.sleep(COUNTING_MS, over.signal).then(() => late.abort());
      const counting = new Map(
        hosts.map(({ workload, after, policy }) => [
          workload.href,
          countPeers(
            workload.href,
            policy?.ok === true
              ? staysOpenUnder(policy.policy, workload, after, (href) => inventory.workload(href))
              : () => false,
          ),
        ]),
      );
      const take = (flow: Flow): void => {
        for (const { href } of [flow.source, flow.destination])
          if (href !== undefined) counting.get(href)?.take(flow);
      };
      const to = clock.now();
      const query = {
        from: to - DAY_MS,
        to,
        labels: [],
        workloads: [...counting.keys()],
        decisions: ['allowed'],
      };
      try {
        const { truncated } = await pce.flows(query, take, late.signal);
        const peers = new Map([...counting].map(([href, one]) => [href, one.result(!truncated)]));
        for (const [href, { count }] of peers) {
          const oldest = counts.keys().next();
          if (counts.size >= MOST_KEPT && oldest.done === false) counts.delete(oldest.value);
          counts.set(keyOf(pce.name, href), { count, at: clock.mono() });
        }
        return peers;
      } catch (err) {
        if (!(err instanceof PceError)) throw err;
        log.info({ err, pce: pce.name }, 'the peers of hosts could not be counted in time');
        return undefined;
      } finally {
        over.abort();
      }
    },
  };
};
