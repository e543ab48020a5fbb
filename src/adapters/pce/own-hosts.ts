import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { HealthReading } from '../../core/health.ts';
import type { Clock } from '../../core/ports.ts';

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
 * for 15 min. Rejects with PceError when /health fails otherwise: not knowing them is no leave to cut one off.
 */
export const createOwnHosts = (
  urls: readonly string[],
  health: () => Promise<HealthReading>,
  { clock, resolve = system }: { readonly clock: Clock; readonly resolve?: Resolve | undefined },
): (() => Promise<readonly string[]>) => {
  const fronts = urls.map((url) => new URL(url).hostname.replace(/^\[|\]$/g, ''));
  let known: { readonly hosts: readonly string[]; readonly at: number } | undefined;
  return async () => {
    if (known !== undefined && clock.mono() - known.at < KEEP_MS) return known.hosts;
    const reading = await health();
    const clusters = reading.available ? reading.clusters : [];
    const nodes = clusters.flatMap((cluster) => cluster.nodes);
    const names = [...fronts, ...clusters.map(({ fqdn }) => fqdn), ...nodes.map(({ name }) => name)];
    const resolved = await Promise.all(names.filter((name) => isIP(name) === 0).map(resolve));
    const addresses = nodes.flatMap(({ address }) => address ?? []);
    known = { hosts: [...new Set([...names, ...addresses, ...resolved.flat()])], at: clock.mono() };
    return known.hosts;
  };
};
