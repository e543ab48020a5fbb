import { dict } from '../../core/foreign.ts';
import { type Clock, PceError } from '../../core/ports.ts';
import { parseWorkload, type Workload } from '../../core/workload.ts';
import type { Client } from './client.ts';
import { createCollections } from './collections.ts';
import type { Times } from './limits.ts';
import { parseJson } from './records.ts';

/** What came of asking one PCE of a supercluster for its VENs. */
export interface MemberReading {
  /** As VENs and people name it: the host of its URL. */
  readonly name: string;
  /** Why it did not tell; undefined = it did. */
  readonly trouble: string | undefined;
}

/** One PCE of a supercluster, by itself. */
export interface Node {
  readonly url: string;
  readonly client: Client;
}

/**
 * Asks every PCE of a supercluster for the VENs it hears: heartbeats are not replicated, so the leader alone does not know who lives
 * (facts §8). One that is away is part of the answer, never a rejection; its rows count only when all of them came.
 * @param active the PCEs that VENs say they report to: a node of that name is asked for its own alone, any other for all
 */
export const readMembers = async (
  nodes: readonly Node[],
  { org, clock, times }: { readonly org: number; readonly clock: Clock; readonly times: Times },
  active: ReadonlySet<string>,
  heard: (workload: Workload) => void,
): Promise<readonly MemberReading[]> => {
  const readings = nodes.map(async ({ url, client }): Promise<MemberReading> => {
    const { hostname, host } = new URL(url);
    const name = active.has(hostname) ? hostname : host;
    let rows: Workload[] = [];
    const collection = {
      what: `workloads of ${name}`,
      path: `/orgs/${org}/workloads`,
      query: { managed: true, ...(active.has(hostname) ? { 'agent.active_pce_fqdn': hostname } : {}) },
      lane: 'background',
    } as const;
    try {
      await createCollections(client, { clock, times }).read(collection, () => {
        rows = [];
        return (json) => {
          const row = parseJson(json);
          const workload = dict(row)['deleted'] === true ? undefined : parseWorkload(row);
          if (workload !== undefined) rows.push(workload);
        };
      });
    } catch (error) {
      if (!(error instanceof PceError)) throw error;
      return { name, trouble: error.message };
    }
    for (const row of rows) heard(row);
    return { name, trouble: undefined };
  });
  return await Promise.all(readings);
};
