import type { Person } from './alert.ts';
import type { AlertRule } from './rule.ts';
import type { RuleSettings } from './settings.ts';
import type { Severity } from './severity.ts';

/** What a person changed of a rule in Slack. Absent = as the configuration file says. */
export interface RuleChange {
  readonly enabled?: boolean;
  /** null = the rule decides, whatever the file says. */
  readonly severity?: Severity | null;
  /** Values of single options; the others stay those of the file. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The channel its alerts go to, instead of where the routes of the file say. */
  readonly channel?: string;
  /** A rule that was written in Slack, in the words of the configuration: without this change there is none. */
  readonly source?: string;
}

/** A change of a rule beside the configuration file. Rules are configured for all PCEs at once, so it belongs to none. */
export interface Override {
  readonly id: string;
  /** Rule id. */
  readonly rule: string;
  readonly set: RuleChange;
  readonly by: Person;
  readonly byName: string;
  /** When it was asked for, epoch ms. */
  readonly at: number;
  /** `asked` waits for an approver and changes nothing yet. At most one of a rule is active. */
  readonly state: 'asked' | 'active' | 'ended';
  /** Why it needs an approver; absent when it needs none. */
  readonly needs?: string;
  readonly approvedBy?: Person;
  readonly endedAt?: number;
}

/** What holds of a rule now, and who says so. */
export interface RuleInForce {
  readonly rule: AlertRule;
  readonly settings: RuleSettings;
  /** The change that was made in Slack; undefined = the file, or the defaults. */
  readonly override: Override | undefined;
  /** A rule that stands in no file: it was written in Slack, in these words. */
  readonly source?: string | undefined;
  /** A change that no longer fits the rule, because the file or the rule changed since: it is not applied. */
  readonly misfit: boolean;
}

const DEFAULTS: RuleSettings = { enabled: true, severity: undefined, options: {} };

/** The settings of a rule after a change. */
export const changed = (file: RuleSettings = DEFAULTS, set: RuleChange = {}): RuleSettings => ({
  enabled: set.enabled ?? file.enabled,
  severity: set.severity === undefined ? file.severity : (set.severity ?? undefined),
  options: { ...file.options, ...set.options },
  ...(file.runbook === undefined ? {} : { runbook: file.runbook }),
  ...((set.channel ?? file.channel) === undefined ? {} : { channel: set.channel ?? file.channel }),
});

/** Every rule with what holds of it: the file is the base, a change in Slack has the last word as long as it fits. */
export const inForce = (
  rules: readonly AlertRule[],
  file: Readonly<Record<string, RuleSettings>>,
  overrides: readonly Override[],
): RuleInForce[] => {
  const active = new Map(overrides.filter(({ state }) => state === 'active').map((one) => [one.rule, one]));
  return rules.map((rule) => {
    const override = active.get(rule.id);
    const settings = changed(file[rule.id], override?.set);
    const misfit = override !== undefined && !rule.options.safeParse(settings.options).success;
    const { source } = override?.set ?? {};
    return {
      rule,
      override,
      misfit,
      settings: misfit ? changed(file[rule.id]) : settings,
      ...(source === undefined ? {} : { source }),
    };
  });
};
