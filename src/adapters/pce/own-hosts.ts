import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { HealthReading } from '../../core/health.ts';
import type { Clock } from '../../core/ports.ts';
import type { Times } from './limits.ts';

/** Nodes change with an upgrade, addresses with a fail-over: minutes are soon enough. */
const KEEP_MS = 15 * 60_000;

/** All addresses a name stands for; none when it cannot be resolved. */
export type Resolve = (name: string) => Promise<readonly string[]>;

const system: Resolve = async (name) => {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address);
  } catch {
    // A name that means nothing here still counts as a name.
    return [];
  }
};

/**
 * Names and addresses of the machines a PCE runs on (definitions §7.2): what its URLs name and resolve to (behind a load
 * balancer that is not a node), and every node and cluster of /health. A PCE without /health (SaaS) has the first alone. Kept
 * for 15 min. A name that does not resolve now, or not in time, counts with the addresses it had before; what resolves later counts
 * from then on. Rejects with PceError when /health fails otherwise: not knowing them is no leave to cut one off.
 */
export const createOwnHosts = (
  urls: readonly string[],
  health: () => Promise<HealthReading>,
  {
    clock,
    times,
    resolve = system,
  }: {
    readonly clock: Clock;
    readonly times: Pick<Times, 'names'>;
    readonly resolve?: Resolve | undefined;
  },
): (() => Promise<readonly string[]>) => {
  const fronts = urls.map((url) => new URL(url).hostname.replace(/^\[|\]$/g, ''));
  const resolved = new Map<string, readonly string[]>();
  let known:
    | { readonly hosts: readonly string[]; readonly names: readonly string[]; readonly at: number }
    | undefined;

  const lookUp = async (name: string): Promise<void> => {
    const addresses = await resolve(name);
    if (addresses.length > 0) resolved.set(name, addresses);
  };

  return async () => {
    if (known === undefined || clock.mono() - known.at >= KEEP_MS) {
      const reading = await health();
      const clusters = reading.available ? reading.clusters : [];
      const nodes = clusters.flatMap((cluster) => cluster.nodes);
      const names = [...fronts, ...clusters.map(({ fqdn }) => fqdn), ...nodes.map(({ name }) => name)];
      await within(times.names, Promise.all(names.filter((name) => isIP(name) === 0).map(lookUp)));
      const addresses = nodes.flatMap(({ address }) => address ?? []);
      known = { hosts: [...names, ...addresses], names, at: clock.mono() };
    }
    return [...new Set([...known.hosts, ...known.names.flatMap((name) => resolved.get(name) ?? [])])];
  };
};

/** Waits for something, but no longer than this. */
const within = async (ms: number, done: Promise<unknown>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([done, late]).finally(() => clearTimeout(timer));
};
