import { inVersion, type Referred } from '../../core/draft/change.ts';
import { type Dict, dict } from '../../core/foreign.ts';
import type { PolicyRows } from '../../core/policy.ts';
import { type Lane, PceError } from '../../core/ports.ts';
import type { Client } from './client.ts';
import type { Collections } from './collections.ts';
import { parseJson } from './records.ts';

type Version = 'active' | 'draft';

/** The objects of a policy as the PCE sends them. Every method rejects with PceError: a part of a collection is none. */
export interface PolicyCollections {
  all(version: Version, lane: Lane): Promise<PolicyRows>;
  /** What rules refer to by href, without the rules. */
  referred(version: Version, lane: Lane): Promise<Referred>;
  /** One object of any version; undefined where that version has none. */
  object(href: string, version: Version | number, lane: Lane): Promise<Dict | undefined>;
}

export const createPolicyCollections = (
  client: Client,
  collections: Collections,
  org: number,
): PolicyCollections => {
  const rows = async (version: Version, what: string, name: string, lane: Lane): Promise<readonly Dict[]> => {
    let found: Dict[] = [];
    const path = `/orgs/${org}/sec_policy/${version}/${name}`;
    await collections.read({ what, path, lane }, () => {
      found = [];
      return (json) => found.push(dict(parseJson(json)));
    });
    return found;
  };

  const referred: PolicyCollections['referred'] = async (version, lane) => {
    const [services, ipLists, labelGroups] = await Promise.all([
      rows(version, 'services', 'services', lane),
      rows(version, 'IP lists', 'ip_lists', lane),
      rows(version, 'label groups', 'label_groups', lane),
    ]);
    return { services, ipLists, labelGroups };
  };

  return {
    referred,
    async all(version, lane) {
      const [ruleSets, boundaries, rest] = await Promise.all([
        rows(version, 'rule sets', 'rule_sets', lane),
        rows(version, 'enforcement boundaries', 'enforcement_boundaries', lane).catch(noneIfUnknown),
        referred(version, lane),
      ]);
      return { ruleSets, boundaries, ...rest };
    },
    object: async (href, version, lane) =>
      await client.call({ path: inVersion(href, version), lane, expects: [404] }, async (answer) =>
        answer.status === 404 ? undefined : dict(await answer.json()),
      ),
  };
};

/** Boundaries came with 20.2 and became deny rules with 24.2: a release without them has none. */
const noneIfUnknown = (error: unknown): readonly Dict[] => {
  if (error instanceof PceError && (error.code === 'not-found' || error.code === 'invalid')) return [];
  throw error;
};
