import type { Workload } from './workload.ts';

/** Offline for longer, or the bot away for longer, makes a standing state (definitions §2). */
export const STANDING_MS = 24 * 3_600_000;

const CLONE = 'agent.clone_detected';
/** Conditions that other rules speak of. */
const TOLD_ELSEWHERE: readonly string[] = [CLONE, 'agent.missed_heartbeats'];

/** The rules that have something to say of a host without any event (definitions §2 "Standing state"). */
export const STANDING_RULES = ['ven-offline', 'ven-suspended', 'ven-clone', 'ven-problem'] as const;
export type StandingRule = (typeof STANDING_RULES)[number];

/** A host that is so already, and since when; epoch ms, undefined where nothing says. */
export interface StandingHost {
  readonly host: Workload;
  /** "last heard", "suspended", the conditions the PCE reports. */
  readonly what: string;
  readonly since: number | undefined;
}

/** What already is so of these hosts, by rule; a rule without a host is left out. */
export const standingStates = (
  hosts: Iterable<Workload>,
  now: number,
): ReadonlyMap<StandingRule, readonly StandingHost[]> => {
  const found = new Map<StandingRule, StandingHost[]>();
  const add = (rule: StandingRule, one: StandingHost): void => {
    found.set(rule, [...(found.get(rule) ?? []), one]);
  };
  for (const host of hosts) {
    if (!host.managed || host.ven === undefined) continue;
    const { status, conditions, heartbeatAt } = host.ven;
    if (host.online === false && now - (heartbeatAt ?? 0) > STANDING_MS)
      add('ven-offline', {
        host,
        what: heartbeatAt === undefined ? 'never heard of' : 'last heard',
        since: heartbeatAt,
      });
    if (status === 'suspended') add('ven-suspended', { host, what: 'suspended', since: undefined });
    if (conditions.includes(CLONE)) add('ven-clone', { host, what: 'cloned', since: undefined });
    const others = conditions.filter((one) => !TOLD_ELSEWHERE.includes(one));
    if (others.length > 0)
      add('ven-problem', { host, what: others.map(conditionWords).join(', '), since: undefined });
  }
  return new Map(
    STANDING_RULES.flatMap((rule): [StandingRule, StandingHost[]][] => {
      const own = found.get(rule);
      return own === undefined
        ? []
        : [[rule, own.sort((a, b) => (a.host.name < b.host.name ? -1 : a.host.name > b.host.name ? 1 : 0))]];
    }),
  );
};

/** `agent.policy_deploy_failed` → `policy deploy failed`. */
const conditionWords = (condition: string): string =>
  condition.replace(/^(agent|workload)\./, '').replaceAll('_', ' ');
