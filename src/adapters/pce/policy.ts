import { type Dict, dict } from '../../core/foreign.ts';
import type { Label } from '../../core/label.ts';
import { type Policy, parsePolicy } from '../../core/policy.ts';
import { type Clock, PceError } from '../../core/ports.ts';
import type { Collections } from './collections.ts';
import type { Labels } from './labels.ts';
import { parseJson } from './records.ts';

/** The provisioned policy of one PCE. */
export interface PolicyReader {
  /** Kept for 5 min (definitions §7.1). Rejects with PceError: a part of the policy is none. */
  read(): Promise<Policy>;
  /** Forgets what was read: something was provisioned. */
  drop(): void;
}

const KEEP_MS = 5 * 60_000;

/** Reads the active rule sets, boundaries and what they refer to (facts §9); concurrent calls share one read. */
export const createPolicyReader = (
  collections: Collections,
  labels: Labels,
  { org, clock }: { readonly org: number; readonly clock: Pick<Clock, 'mono'> },
): PolicyReader => {
  const rows = async (what: string, name: string): Promise<readonly Dict[]> => {
    let found: Dict[] = [];
    const path = `/orgs/${org}/sec_policy/active/${name}`;
    await collections.read({ what, path, lane: 'response' }, () => {
      found = [];
      return (json) => found.push(dict(parseJson(json)));
    });
    return found;
  };

  const readAll = async (): Promise<Policy> => {
    const [ruleSets, boundaries, services, ipLists, labelGroups] = await Promise.all([
      rows('rule sets', 'rule_sets'),
      rows('enforcement boundaries', 'enforcement_boundaries').catch(noneIfUnknown),
      rows('services', 'services'),
      rows('IP lists', 'ip_lists'),
      rows('label groups', 'label_groups'),
    ]);
    // Rules name labels by href alone; which key one belongs to decides how it is combined with others.
    let missing = false;
    const label = (href: string): Label | undefined => {
      const found = labels.known.get(href);
      missing ||= found === undefined;
      return found;
    };
    const policy = parsePolicy({ ruleSets, boundaries, services, ipLists, labelGroups }, label);
    if (!missing) return policy;
    await labels.all();
    return parsePolicy({ ruleSets, boundaries, services, ipLists, labelGroups }, label);
  };

  let kept: { readonly policy: Promise<Policy>; readonly at: number } | undefined;
  return {
    async read() {
      if (kept !== undefined && clock.mono() - kept.at < KEEP_MS) return await kept.policy;
      const reading = { policy: readAll(), at: clock.mono() };
      kept = reading;
      try {
        return await reading.policy;
      } catch (error) {
        // The next one asks again.
        if (kept === reading) kept = undefined;
        throw error;
      }
    },
    drop: () => {
      kept = undefined;
    },
  };
};

/** Boundaries came with 20.2 and became deny rules with 24.2: a release without them has none. */
const noneIfUnknown = (error: unknown): readonly Dict[] => {
  if (error instanceof PceError && (error.code === 'not-found' || error.code === 'invalid')) return [];
  throw error;
};
