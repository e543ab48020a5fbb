import { type Flow, identity } from './flow.ts';
import type { StaysOpen } from './peers.ts';

/** What flow reports said of a quarantined host after its policy was applied (definitions §7.7 "effect (next two flow reports)"). */
export interface FlowFacts {
  /** Reports that came, two at most: then nothing more is looked at. */
  readonly reports: number;
  /** Last time of the newest connection in them, epoch ms on the PCE's clock. */
  readonly at: number;
  /** Distinct connections that were let through although the active policy stops them. */
  readonly passed: number;
  /** The first of them: `443/tcp from app-01`. */
  readonly examples: readonly string[];
}

/** Reports that are waited for. */
export const FLOW_REPORTS = 2;
/** A connection of the minute in which the policy was applied tells nothing. */
const GRACE_MS = 60_000;
const EXAMPLES = 3;

/**
 * Looks at the flows of one host while they are read.
 * @param appliedAt when its policy was applied, epoch ms on the PCE's clock
 * @param known what earlier reports said: only what is newer counts
 * @param staysOpen what the active policy lets through all the same
 */
export const witnessFlows = (
  href: string,
  appliedAt: number,
  known: FlowFacts | undefined,
  staysOpen: StaysOpen,
) => {
  const since = Math.max(appliedAt + GRACE_MS, known?.at ?? 0);
  let newest = 0;
  const passed = new Map<string, string>();
  return {
    take({ source, destination, service, decision, lastAt }: Flow): void {
      const direction = destination.href === href ? 'in' : 'out';
      const other = direction === 'in' ? source : destination;
      if ((direction === 'out' && source.href !== href) || other.href === href || lastAt <= since) return;
      newest = Math.max(newest, lastAt);
      const path = `${direction} ${service} ${identity(other)}`;
      if (decision !== 'allowed' || passed.has(path) || staysOpen(direction, other, service)) return;
      passed.set(path, `${service} ${direction === 'in' ? 'from' : 'to'} ${other.name}`);
    },
    /** What is known now; the same as before when nothing new was reported. */
    result: (): FlowFacts | undefined =>
      newest === 0
        ? known
        : {
            reports: (known?.reports ?? 0) + 1,
            at: newest,
            passed: (known?.passed ?? 0) + passed.size,
            examples: [...new Set([...(known?.examples ?? []), ...passed.values()])].slice(0, EXAMPLES),
          },
  };
};
