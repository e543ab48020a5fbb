import type { InputBlock, ModalView } from '@slack/types';
import { fieldText, type OptionField } from '../core/option-fields.ts';
import type { Override, RuleInForce } from '../core/override.ts';
import type { Message } from '../core/ports.ts';
import type { ChangeVerdict } from '../core/rule-change.ts';
import type { RuleTrial, Spoken } from '../core/rule-trial.ts';
import { SEVERITIES } from '../core/severity.ts';
import { counted } from '../core/text.ts';
import {
  actions,
  bold,
  button,
  clip,
  code,
  context,
  joined,
  type Markup,
  md,
  message,
  plainText,
  section,
  time,
} from './parts.ts';

/** Callback ids: the form with the fields, and the preview that is confirmed. */
export const RULE_TUNE = 'rule-tune';
export const RULE_SAVE = 'rule-save';
/** Value of the severity list: the rule decides. */
const OWN_SEVERITY = 'own';
/** Value of the channel list: where the routes of the file say. */
export const AS_ROUTED = 'routed';
/** Channels to choose from; a list in Slack takes 100. */
const MOST_CHANNELS = 90;
/** Fields a form asks for; a modal takes 100 blocks. */
const MOST_FIELDS = 90;
const TITLE = 24;

/** A modal that only says something. */
export const ruleNotice = (title: string, lines: readonly Markup[]): ModalView => ({
  type: 'modal',
  callback_id: RULE_SAVE,
  title: plainText(title, TITLE),
  close: plainText('Close'),
  blocks: lines.map(section),
});

/** The severity and every option of a rule, as they are now. `draft` is looked up at the submission. @param options parsed ones */
export const tuneForm = (
  { rule, settings }: RuleInForce,
  fields: readonly OptionField[],
  options: unknown,
  channels: readonly { readonly id: string; readonly name: string }[],
  draft: string,
): ModalView => ({
  type: 'modal',
  callback_id: RULE_TUNE,
  private_metadata: draft,
  title: plainText('Tune a rule', TITLE),
  submit: plainText('Try it'),
  close: plainText('Cancel'),
  blocks: [
    section(md`${bold(rule.id)}\n${rule.about}`),
    chooser(
      'severity',
      'Severity',
      [
        ['Each finding has its own', OWN_SEVERITY],
        ...SEVERITIES.map((one) => [`Always ${one}`, one] as const),
      ],
      settings.severity ?? OWN_SEVERITY,
    ),
    chooser(
      'channel',
      'Told in',
      [
        ['Where the routes say', AS_ROUTED],
        ...channels.slice(0, MOST_CHANNELS).map(({ id, name }) => [name, id] as const),
      ],
      settings.channel ?? AS_ROUTED,
    ),
    ...fields.slice(0, MOST_FIELDS).map((field) => inputOf(field, fieldText(field, options))),
    context(
      md`It is tried on the last 7 days before it is saved. An empty field means what the configuration file says.`,
    ),
  ],
});

const inputOf = (field: OptionField, text: string): InputBlock => {
  const name = field.path.join('.');
  const label = field.path.join(' ').replaceAll('_', ' ');
  if (field.kind === 'choice' || field.kind === 'switch')
    return chooser(
      name,
      label,
      field.choices.map((one) => [one, one]),
      text,
      field.about,
    );
  return {
    type: 'input',
    block_id: name,
    optional: true,
    label: plainText(label, 150),
    ...hintOf(field.about),
    element: {
      type: 'plain_text_input',
      action_id: name,
      max_length: 500,
      ...(text === '' ? {} : { initial_value: clip(text, 500) }),
    },
  };
};

/** A list to choose one of. */
export const chooser = (
  name: string,
  label: string,
  choices: readonly (readonly [string, string])[],
  chosen: string,
  about = '',
): InputBlock => {
  const options = choices.map(([text, value]) => ({ text: plainText(text, 75), value }));
  const initial = options.find(({ value }) => value === chosen);
  return {
    type: 'input',
    block_id: name,
    optional: true,
    label: plainText(label, 150),
    ...hintOf(about),
    element: {
      type: 'static_select',
      action_id: name,
      options,
      ...(initial === undefined ? {} : { initial_option: initial }),
    },
  };
};

const hintOf = (about: string) => (about === '' ? {} : { hint: plainText(about, 150) });

/** Shown at once, while the last 7 days are read. */
export const tryingModal = (rule: string): ModalView =>
  ruleNotice('Trying it', [md`Trying ${bold(rule)} on the last 7 days …`]);

/** What a change would have done, who has to agree, and the button that saves it. */
export const changePreview = (
  rule: string,
  what: string,
  trial: RuleTrial,
  verdict: ChangeVerdict,
  draft: string,
  fresh = false,
): ModalView => ({
  type: 'modal',
  callback_id: RULE_SAVE,
  private_metadata: draft,
  title: plainText(fresh ? 'New rule' : 'Change a rule', TITLE),
  submit: plainText(verdict.kind === 'approver' ? 'Ask an approver' : 'Save', TITLE),
  close: plainText('Cancel'),
  blocks: [
    section(md`${bold(rule)}: ${what}`),
    section(md`${trialWords(trial, fresh)}`),
    ...(verdict.kind === 'approver' ? [section(md`${bold('Needs an approver')}: ${verdict.why}.`)] : []),
    context(
      md`It holds from the next poll on, for all PCEs, beside the configuration file; what the rule remembers is kept. It is announced and audited.`,
    ),
  ],
});

/** `In the last 7 days it would have fired 14 times on 6 hosts; as it is now, 20 times on 9 hosts.` */
const trialWords = ({ before, after, complete, since, missing }: RuleTrial, fresh = false): string =>
  [
    `In the last 7 days it would have ${times(after)}${fresh ? '' : `; as it is now, ${times(before)}`}.`,
    ...(missing.length === 0 ? [] : [`Not everything could be read: ${missing.join('; ')}.`]),
    ...(complete || missing.length > 0
      ? []
      : [
          `It also looks at what cannot be replayed, such as health or states, or there were more events than are tried: those since ${new Date(since).toISOString().slice(0, 10)} were.`,
        ]),
  ].join(' ');

const times = ({ times: count, subjects, hosts }: Spoken): string =>
  count === 0
    ? 'fired not once'
    : `fired ${counted(count, 'time')} on ${counted(subjects, hosts ? 'host' : 'subject')}`;

/** What the announce channel reads of a change that was made, waits for an approver, or was decided. */
export const changeAnnouncement = (
  override: Override,
  what: string,
  said: string,
  trial?: RuleTrial,
): Message => {
  const text = `${override.byName}: ${said}: ${override.rule} ${what}`;
  return message(text, [
    section(
      joined(
        [
          md`${bold(said)} by ${override.byName}: ${bold(override.rule)} ${what}`,
          ...(trial === undefined ? [] : [md`${trialWords(trial)}`]),
        ],
        '\n',
      ),
    ),
    ...(override.state === 'asked'
      ? [
          section(md`An approver has to agree: ${override.needs ?? ''}.`),
          actions(
            button({ action: 'approve-rule', value: override.id, text: 'Approve', style: 'primary' }),
            button({ action: 'refuse-rule', value: override.id, text: 'Refuse' }),
          ),
        ]
      : []),
    context(
      md`change ${code(override.id)} of ${time(override.at)} · the Home tab of this app shows what holds`,
    ),
  ]);
};
