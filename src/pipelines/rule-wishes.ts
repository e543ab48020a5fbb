import { customRule } from '../core/custom/custom-rule.ts';
import type { CustomRule } from '../core/custom/spec.ts';
import { errorsInForm, newRuleText, type WrittenError } from '../core/new-rule.ts';
import { optionFields, optionsFrom } from '../core/option-fields.ts';
import { changed, type RuleInForce } from '../core/override.ts';
import { changeFrom, changeWords } from '../core/rule-change.ts';
import type { RuleSettings } from '../core/settings.ts';
import { SEVERITIES } from '../core/severity.ts';
import { AS_ROUTED } from '../views/rule-form.ts';
import type { Wish } from './rule-drafts.ts';
import type { RuleBase } from './rulebook.ts';

type Values = Readonly<Record<string, string>>;

/** What is wrong with options, each with where it stands; as the configuration file is checked. */
export type Flaws = (
  rule: string,
  options: RuleSettings['options'],
) => readonly { readonly path: string; readonly message: string }[];

export type Parsed =
  | { readonly ok: true; readonly rule: CustomRule }
  | { readonly ok: false; readonly errors: readonly WrittenError[] };

/** What a form asks for, or what is wrong with it, by field. */
export type ReadForm =
  | { readonly ok: true; readonly wish: Wish }
  | { readonly ok: false; readonly errors: Readonly<Record<string, string>> };

/** What is stored for a rule that should be so: only what differs from the file, and the words of one that stands in no file. */
export const wishOf = (
  { rule, settings: before, source }: RuleInForce,
  { settings: file }: Pick<RuleBase, 'settings'>,
  after: RuleSettings,
): Wish => ({
  rule,
  before,
  after,
  set: { ...changeFrom(changed(file[rule.id]), after), ...(source === undefined ? {} : { source }) },
  what: changeWords(before, after),
  fresh: false,
});

/** Back to what the file says; a rule that stands in no file is gone then. */
export const without = (state: RuleInForce, base: Pick<RuleBase, 'settings'>): Wish =>
  state.source === undefined
    ? wishOf(state, base, changed(base.settings[state.rule.id]))
    : { ...wishOf(state, base, { ...state.settings, enabled: false }), set: {}, what: 'deleted' };

/** A rule as its form wants it. Only what differs from the file's own values is kept: an option that is left alone follows the file. */
export const tuned = (
  state: RuleInForce,
  base: Pick<RuleBase, 'settings'>,
  values: Values,
  { flaws: flawsOf, channels }: { readonly flaws: Flaws; readonly channels: readonly string[] },
): ReadForm => {
  const { rule, settings } = state;
  const file = changed(base.settings[rule.id]);
  const fields = optionFields(rule.options);
  const options = { ...file.options, ...optionsFrom(fields, values) };
  const flaws = flawsOf(rule.id, options);
  if (flaws.length > 0)
    return {
      ok: false,
      errors: byField(
        flaws,
        fields.map(({ path }) => path.join('.')),
      ),
    };
  const asFile = rule.options.parse(file.options) as RuleSettings['options'];
  const asWanted = rule.options.parse(options) as RuleSettings['options'];
  const differs = changeFrom({ ...file, options: asFile }, { ...file, options: asWanted });
  const channel = values['channel'] ?? AS_ROUTED;
  if (channel !== AS_ROUTED && !channels.includes(channel))
    return {
      ok: false,
      errors: { channel: 'the configuration no longer speaks in this channel; choose another' },
    };
  const after: RuleSettings = {
    enabled: settings.enabled,
    severity: SEVERITIES.find((one) => one === values['severity']),
    options: { ...file.options, ...differs.options },
    ...(channel === AS_ROUTED ? {} : { channel }),
  };
  return { ok: true, wish: wishOf(state, base, after) };
};

/** A new rule as its form wants it. */
export const written = (values: Values, parse: (text: string) => Parsed): ReadForm => {
  const form = newRuleText(values);
  if (!form.ok) return form;
  const parsed = parse(form.text);
  if (!parsed.ok) return { ok: false, errors: errorsInForm(parsed.errors, form.pasted) };
  const { rule: spec } = parsed;
  const after: RuleSettings = { enabled: spec.enabled, severity: undefined, options: {} };
  return {
    ok: true,
    wish: {
      rule: customRule(spec),
      before: { ...after, enabled: false },
      after,
      set: { source: form.text, ...(spec.enabled ? {} : { enabled: false }) },
      what: 'a new rule',
      fresh: true,
    },
  };
};

/** Each complaint under the field it is about; under the first one where there is none. */
const byField = (flaws: ReturnType<Flaws>, fields: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    flaws.map(({ path, message: why }) => [
      fields.find((one) => one === path || one.startsWith(`${path}.`)) ?? 'severity',
      why,
    ]),
  );
