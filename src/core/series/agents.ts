import type { Workload } from '../workload.ts';
import { type Figures, figureName, withMost } from './sample.ts';

/** What `trend agents` can part hosts by. */
export const AGENT_PARTS = ['version', 'mode', 'os', 'managed', 'offline', 'suspended'] as const;
export type AgentPart = (typeof AGENT_PARTS)[number];
/** Counted for the boards as well: unmanaged machines that policy names, and VENs with a condition of theirs. */
type Counted = AgentPart | 'in policy' | 'warning';

/** Versions and systems that are named; the others count as one. */
const MOST_VALUES = 20;

/** How a host counts: all of them by `managed`, only those with a VEN by the rest. */
const READERS: Readonly<Record<AgentPart, (host: Workload) => string>> = {
  version: ({ ven }) => ven?.version ?? 'unknown',
  mode: ({ mode }) => mode?.replaceAll('_', ' ') ?? 'unknown',
  os: ({ os }) => os ?? 'unknown',
  managed: ({ managed }) => (managed ? 'managed' : 'unmanaged'),
  offline: ({ online }) => (online === undefined ? 'unknown' : online ? 'online' : 'offline'),
  suspended: ({ ven }) => (ven?.status === 'suspended' ? 'suspended' : 'not suspended'),
};

/** The name under which so many hosts are counted. */
export const agentFigure = (part: Counted, value: string): string => figureName(part, value);

/**
 * Counts the hosts of an estate in one pass, for a sample or a board.
 * @param inPolicy whether policy names this unmanaged host; undefined = the policy is not known, then it is not counted
 */
export const countAgents = (
  hosts: Iterable<Workload>,
  inPolicy: ((host: Workload) => boolean) | undefined,
): Figures => {
  const parts = new Map<AgentPart, Map<string, number>>(AGENT_PARTS.map((part) => [part, new Map()]));
  let warnings = 0;
  let named = 0;
  for (const host of hosts) {
    for (const [part, counts] of parts) {
      if (part !== 'managed' && !host.managed) continue;
      const value = READERS[part](host);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    if (host.managed && (host.ven?.conditions.length ?? 0) > 0) warnings += 1;
    if (!host.managed && inPolicy?.(host) === true) named += 1;
  }
  return Object.fromEntries([
    ...[...parts].flatMap(([part, counts]) =>
      withMost(counts, MOST_VALUES).map(([value, count]) => [agentFigure(part, value), count] as const),
    ),
    [agentFigure('warning', 'warning'), warnings] as const,
    ...(inPolicy === undefined ? [] : [[agentFigure('in policy', 'unmanaged'), named] as const]),
  ]);
};
