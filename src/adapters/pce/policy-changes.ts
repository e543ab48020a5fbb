import { changeOf, objectOf, type PolicyChange, type PolicyQuestion } from '../../core/draft/change.ts';
import { PceError } from '../../core/ports.ts';
import type { Labels } from './labels.ts';
import { labelled } from './policy.ts';
import type { PolicyCollections } from './policy-rows.ts';

/**
 * Reads objects of the policy in the two versions of a question, and what their rules refer to: the draft may name what the active
 * policy does not have. Of what rules refer to, all active rules are read to find those that use it.
 */
export const policyComparer = (
  rows: PolicyCollections,
  labels: Labels,
): ((question: PolicyQuestion) => Promise<PolicyChange>) => {
  const referred = once(() => rows.referred('active', LANE));
  const drafted = once(() => rows.referred('draft', LANE));
  const everything = once(() => rows.all('active', LANE));
  return async ({ href, versions }) => {
    const object = objectOf(href);
    if (object === undefined) throw new PceError('invalid', `${href} is no object of a policy`);
    const found = {
      before: await rows.object(object.href, versions?.before ?? 'active', LANE),
      after: await rows.object(object.href, versions?.after ?? 'draft', LANE),
      active: object.alone ? { ...(await referred()), ruleSets: [], boundaries: [] } : await everything(),
      drafted: await drafted(),
    };
    return await labelled(labels, (label) => changeOf(object, found, label));
  };
};

const LANE = 'ingest';

const once = <T>(read: () => Promise<T>): (() => Promise<T>) => {
  let reading: Promise<T> | undefined;
  return () => {
    reading ??= read();
    return reading;
  };
};
