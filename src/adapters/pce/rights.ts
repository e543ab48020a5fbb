import { dict, list } from '../../core/foreign.ts';
import type { Client, KeyName } from './client.ts';

/** What a key may do to the objects of one kind, as far as the PCE says it. */
export interface RightsOn {
  /** Objects that were looked at and said what the key may do. */
  readonly said: number;
  readonly write: number;
  readonly provision: number;
}

/** What a key may do, read without trying: every object lists it in `caps` (facts/pce-api §4.2, §10). */
export interface Rights {
  readonly workloads: RightsOn;
  readonly ruleSets: RightsOn;
}

/** Objects of a kind that are looked at: scopes differ by label, so one says little. */
const SAMPLE = 200;

/** Two cheap reads with that key. Rejects with PceError; what it may not even see counts as nothing said. */
export const readRights = async (
  client: Client,
  org: number,
  key: Exclude<KeyName, 'none'>,
): Promise<Rights> => {
  const capsOf = async (
    path: string,
    query: Readonly<Record<string, string | number | boolean>>,
  ): Promise<RightsOn> =>
    client.call(
      { path: `/orgs/${org}${path}`, query, key, lane: 'question', expects: [403, 404] },
      async ({ status, json, body }) => {
        if (status >= 300) {
          body();
          return NOTHING;
        }
        return counted(list(await json()).map((row) => dict(row)['caps']));
      },
    );
  return {
    workloads: await capsOf('/workloads', { managed: true, max_results: SAMPLE }),
    ruleSets: await capsOf('/sec_policy/draft/rule_sets', { max_results: SAMPLE }),
  };
};

const NOTHING: RightsOn = { said: 0, write: 0, provision: 0 };

const counted = (all: readonly unknown[]): RightsOn => {
  const said = all.filter(Array.isArray);
  const having = (cap: string): number => said.filter((caps) => caps.includes(cap)).length;
  return { said: said.length, write: having('write'), provision: having('provision') };
};
