import { compileRules } from './detect.ts';
import type { PceEvent } from './event.ts';
import { glob } from './label-query.ts';
import { replayEvents } from './replay.ts';
import type { AlertRule, Finding, RuleContext } from './rule.ts';
import type { RuleSettings } from './settings.ts';
import { SEVERITIES } from './severity.ts';
import { subjectKey } from './subject.ts';
import type { Estate } from './workload.ts';

/** How often a rule spoke, and about how many subjects. */
export interface Spoken {
  readonly times: number;
  readonly subjects: number;
  /** True when all of these are hosts. */
  readonly hosts: boolean;
}

/** A rule as it is beside the rule as it is wanted, over the same events. */
export interface RuleTrial {
  readonly before: Spoken;
  readonly after: Spoken;
  /** Findings of before that are gone after, or less severe. */
  readonly hidden: number;
  /** Epoch ms of the oldest event looked at. */
  readonly since: number;
  /** False when something it looks at cannot be replayed (health, states) or could not be read: then it may hide more. */
  readonly complete: boolean;
  /** What could not be read, for people. */
  readonly missing: readonly string[];
}

/** Recorded events of one PCE that the rule hears, and its hosts as they are now. */
export interface TrialRun {
  readonly pce: string;
  readonly events: readonly PceEvent[];
  readonly estate: Estate;
}

/** True when the rule listens to the event. */
export const hears = ({ on }: Pick<AlertRule, 'on'>, { type, notices }: PceEvent): boolean =>
  on.types.some((pattern) => glob(pattern, type)) ||
  (on.notices ?? []).some((pattern) => notices.some((one) => glob(pattern, one.type)));

/** Runs a rule with two settings over recorded events, before any grouping or quiet period; a rule that is off finds nothing. */
export const tryRule = (
  rule: AlertRule,
  settings: { readonly before: RuleSettings; readonly after: RuleSettings },
  runs: readonly TrialRun[],
  context: RuleContext,
): Pick<RuleTrial, 'before' | 'after' | 'hidden'> => {
  const found = (one: RuleSettings): Found[] => {
    const set = compileRules([rule], () => one, context);
    return runs.flatMap(({ pce, events, estate }) =>
      replayEvents(pce, events, set, estate).findings.map(({ finding }) => ({ pce, finding })),
    );
  };
  const [before, after] = [found(settings.before), found(settings.after)];
  const still = new Map(after.map((one) => [keyOf(one), rank(one)]));
  const hidden = before.filter((one) => (still.get(keyOf(one)) ?? -1) < rank(one)).length;
  return { before: spoken(before), after: spoken(after), hidden };
};

interface Found {
  readonly pce: string;
  readonly finding: Finding;
}

const keyOf = ({ pce, finding }: Found): string => `${pce}|${subjectKey(finding.subject)}|${finding.at}`;

const rank = ({ finding }: Found): number => SEVERITIES.indexOf(finding.severity);

const spoken = (found: readonly Found[]): Spoken => ({
  times: found.length,
  subjects: new Set(found.map(({ pce, finding }) => `${pce}|${subjectKey(finding.subject)}`)).size,
  hosts: found.every(({ finding }) => ['workload', 'ven'].includes(finding.subject.kind)),
});
