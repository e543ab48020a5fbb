import type { InputBlock, ModalView, PlainTextOption } from '@slack/types';
import type { CommandForm, FormField } from '../core/command-form.ts';
import { type Label, labelText } from '../core/label.ts';
import type { Choice } from '../core/ports.ts';
import type { Workload } from '../core/workload.ts';
import { clip, LIMITS, plainText } from './parts.ts';

/** Callback id of the form that asks what a command is about. */
export const COMMAND_FORM = 'command-form';
const TITLE = 24;
/** Hosts that may be acted on together (definitions §7.10), and labels of a search. */
const MOST = { hosts: 10, labels: 10 } as const;
/** Slack's own default is 3: names such as `db` would never be looked for (types of @slack/types 3.2). */
const QUERY = 1;

/** What stands in a form from the start, by field. */
export type Chosen = Partial<Record<FormField, readonly Choice[]>>;

/** The form of a command. `draft` is looked up when something is typed and when it is sent. */
export const commandForm = (form: CommandForm, chosen: Chosen, draft: string): ModalView => ({
  type: 'modal',
  callback_id: COMMAND_FORM,
  private_metadata: draft,
  title: plainText(form.title, TITLE),
  submit: plainText(form.submit, TITLE),
  close: plainText('Cancel', TITLE),
  blocks: form.fields.map((field) => BLOCKS[field](chosen[field] ?? [])),
});

/** A host as one line of a list. `pce` where there are several. */
export const hostChoice = (
  { name, labels }: Pick<Workload, 'name' | 'labels'>,
  value: string,
  pce?: string,
): Choice => line([name, ...(pce === undefined ? [] : [pce]), labelText(labels)].join(' · '), value);

export const labelChoice = ({ key, value }: Label, ref: string): Choice => line(`${key}=${value}`, ref);

export const ruleChoice = ({ id }: { readonly id: string }): Choice => line(id, id);

const line = (text: string, value: string): Choice => ({ text: clip(text, LIMITS.optionText), value });

const input = (
  field: FormField,
  label: string,
  element: InputBlock['element'],
  more: { readonly hint?: string; readonly optional?: true } = {},
): InputBlock => ({
  type: 'input',
  block_id: field,
  label: plainText(label),
  element,
  ...(more.optional === undefined ? {} : { optional: true }),
  ...(more.hint === undefined ? {} : { hint: plainText(more.hint) }),
});

const option = ({ text, value }: Choice): PlainTextOption => ({
  text: plainText(text, LIMITS.optionText),
  value,
});

const one = (field: FormField, placeholder: string, [chosen]: readonly Choice[]): InputBlock['element'] => ({
  type: 'external_select',
  action_id: field,
  placeholder: plainText(placeholder),
  min_query_length: QUERY,
  ...(chosen === undefined ? {} : { initial_option: option(chosen) }),
});

const several = (
  field: 'hosts' | 'labels',
  placeholder: string,
  chosen: readonly Choice[],
): InputBlock['element'] => ({
  type: 'multi_external_select',
  action_id: field,
  placeholder: plainText(placeholder),
  min_query_length: QUERY,
  max_selected_items: MOST[field],
  ...(chosen.length === 0 ? {} : { initial_options: chosen.slice(0, MOST[field]).map(option) }),
});

const times = (
  field: FormField,
  choices: readonly (readonly [string, string])[],
  initial: string,
): InputBlock['element'] => {
  const options = choices.map(([text, value]) => option({ text, value }));
  const chosen = options.find(({ value }) => value === initial);
  return {
    type: 'static_select',
    action_id: field,
    options,
    ...(chosen === undefined ? {} : { initial_option: chosen }),
  };
};

const NAMES = 'Type a part of its name, or its whole address.';

const BLOCKS: Readonly<Record<FormField, (chosen: readonly Choice[]) => InputBlock>> = {
  host: (chosen) => input('host', 'Host', one('host', 'web-01', chosen), { hint: NAMES, optional: true }),
  hosts: (chosen) =>
    input('hosts', 'Hosts', several('hosts', 'web-01', chosen), {
      hint: 'Type a part of a name, or a whole address. At most ten, all on one PCE.',
    }),
  labels: (chosen) =>
    input('labels', 'Labels', several('labels', 'env=prod', chosen), {
      hint: 'All of them must be on a host.',
      optional: true,
    }),
  rule: (chosen) => input('rule', 'Alert rule', one('rule', 'ven-offline', chosen), { optional: true }),
  since: () =>
    input(
      'since',
      'Since',
      times(
        'since',
        [
          ['1 hour ago', '1h'],
          ['24 hours ago', '24h'],
          ['7 days ago', '7d'],
          ['30 days ago', '30d'],
        ],
        '24h',
      ),
    ),
  lasts: () =>
    input(
      'lasts',
      'For',
      times(
        'lasts',
        [
          ['1 hour', '1h'],
          ['2 hours', '2h'],
          ['8 hours', '8h'],
          ['24 hours', '24h'],
          ['7 days', '7d'],
        ],
        '2h',
      ),
      { hint: 'Longer than 8 hours needs an approver.' },
    ),
  reason: () =>
    input(
      'reason',
      'Reason',
      { type: 'plain_text_input', action_id: 'reason', max_length: 300 },
      { hint: 'Everybody reads it where silences are announced.' },
    ),
};
