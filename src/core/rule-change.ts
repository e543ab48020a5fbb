import type { RuleChange } from './override.ts';
import type { AlertRule } from './rule.ts';
import type { RuleTrial } from './rule-trial.ts';
import type { RuleSettings } from './settings.ts';

/** What stands between the file and what is wanted: only that is stored, so that the file stays the base of everything else. */
export const changeFrom = (file: RuleSettings, wanted: RuleSettings): RuleChange => {
  const options = Object.entries(wanted.options).filter(([key, value]) => !same(value, file.options[key]));
  return {
    ...(wanted.enabled === file.enabled ? {} : { enabled: wanted.enabled }),
    ...(wanted.severity === file.severity ? {} : { severity: wanted.severity ?? null }),
    ...(options.length === 0 ? {} : { options: Object.fromEntries(options) }),
    ...(wanted.channel === file.channel || wanted.channel === undefined ? {} : { channel: wanted.channel }),
  };
};

export type ChangeVerdict =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'alone' }
  /** Another person, of the approvers, must agree; why, for people. */
  | { readonly kind: 'approver'; readonly why: string };

/**
 * Whether an admin may change a rule alone (definitions §8: default-critical rules and what hides more than it shows need an
 * approver). What cannot be tried is taken to hide. Pure: who asks is authorised elsewhere.
 */
export const judgeChange = (
  rule: Pick<AlertRule, 'severity'>,
  before: RuleSettings,
  after: RuleSettings,
  trial: RuleTrial,
): ChangeVerdict => {
  const moved = before.channel !== after.channel;
  const alike = same(before.options, after.options) && before.severity === after.severity && !moved;
  if (alike && before.enabled === after.enabled) return { kind: 'nothing' };
  if (alike && after.enabled) return { kind: 'alone' };
  const whys = [
    ...(rule.severity === 'critical' ? ['the rule is critical by default'] : []),
    ...(trial.hidden > trial.after.times
      ? [`it would have hidden ${trial.hidden} findings of the last 7 days and shown ${trial.after.times}`]
      : []),
    ...(trial.complete || !after.enabled || onlyMoved(before, after)
      ? []
      : ['what it would hide could not be tried completely']),
  ];
  return whys.length === 0 ? { kind: 'alone' } : { kind: 'approver', why: whys.join('; ') };
};

/** Another channel hides nothing. */
const onlyMoved = (before: RuleSettings, after: RuleSettings): boolean =>
  before.enabled === after.enabled &&
  before.severity === after.severity &&
  same(before.options, after.options);

/** Values of a configuration are plain JSON. */
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** What changes, for people: "off", "severity error → info, minutes 10 → 20". */
export const changeWords = (before: RuleSettings, after: RuleSettings): string => {
  const keys = [...new Set([...Object.keys(before.options), ...Object.keys(after.options)])];
  const words = [
    ...(before.enabled === after.enabled ? [] : [after.enabled ? 'on' : 'off']),
    ...(before.severity === after.severity
      ? []
      : [`severity ${before.severity ?? 'its own'} → ${after.severity ?? 'its own'}`]),
    ...(before.channel === after.channel
      ? []
      : [`channel ${before.channel ?? 'as routed'} → ${after.channel ?? 'as routed'}`]),
    ...keys
      .filter((key) => !same(before.options[key], after.options[key]))
      .map((key) => `${key} ${valueWords(before.options[key])} → ${valueWords(after.options[key])}`),
  ];
  return words.length === 0 ? 'as it is' : words.join(', ');
};

const valueWords = (value: unknown): string =>
  value === undefined ? 'default' : typeof value === 'string' ? value : JSON.stringify(value);
