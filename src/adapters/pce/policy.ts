import type { Label } from '../../core/label.ts';
import { type Policy, parsePolicy } from '../../core/policy.ts';
import type { Clock } from '../../core/ports.ts';
import type { Labels } from './labels.ts';
import type { PolicyCollections } from './policy-rows.ts';

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
  rows: PolicyCollections,
  labels: Labels,
  clock: Pick<Clock, 'mono'>,
): PolicyReader => {
  const readAll = async (): Promise<Policy> => {
    const all = await rows.all('active', 'response');
    return await labelled(labels, (label) => parsePolicy(all, label));
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

/** Rules name labels by href alone; which key one belongs to decides how it is combined with others. What is not known is read once. */
export const labelled = async <T>(
  labels: Labels,
  parse: (label: (href: string) => Label | undefined) => T,
): Promise<T> => {
  let missing = false;
  const parsed = parse((href) => {
    const found = labels.known.get(href);
    missing ||= found === undefined;
    return found;
  });
  if (!missing) return parsed;
  await labels.all();
  return parse((href) => labels.known.get(href));
};
