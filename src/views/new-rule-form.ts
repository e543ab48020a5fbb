import type { InputBlock, ModalView } from '@slack/types';
import type { NewRuleField } from '../core/new-rule.ts';
import { SEVERITIES } from '../core/severity.ts';
import { context, md, plainText } from './parts.ts';
import { chooser } from './rule-form.ts';

/** Callback id of the form with which a rule is written. */
export const RULE_NEW = 'rule-new';
const TITLE = 24;
/** Characters of a field, and of a rule that is pasted: Slack takes 3,000 (facts/slack §3). */
const MOST = { field: 500, yaml: 3_000 } as const;

/** A new rule: the common ones by fields, anything richer as it would stand in the configuration. `draft` is looked up at the submission. */
export const newRuleForm = (draft: string): ModalView => ({
  type: 'modal',
  callback_id: RULE_NEW,
  private_metadata: draft,
  title: plainText('New rule', TITLE),
  submit: plainText('Try it'),
  close: plainText('Cancel'),
  blocks: [
    field('id', 'Id', 'A short name in small letters, digits and dashes: night-sign-in'),
    field('title', 'Title', 'What it finds, in a few words'),
    field('event', 'Event type', 'sec_rule.*, rule_set.delete: * stands for anything, a comma for or'),
    chooser(
      'status',
      'Status',
      [
        ['Any', 'any'],
        ['Success', 'success'],
        ['Failure', 'failure'],
      ],
      'any',
    ),
    chooser(
      'severity',
      'Severity',
      SEVERITIES.map((one) => [one, one] as const),
      'warning',
    ),
    field('actor', 'Actor', 'Name, key id or href of who did it: svc-*'),
    field('field', 'Field', 'resource_changes[].changes.enforcement_mode.after'),
    field('is', 'Field is', 'visibility_only, idle: a value, * for anything, or /an expression/'),
    field('count', 'At least', 'So many, in the window below; empty = each is told'),
    field('within', 'Within', '10m, 1h'),
    chooser(
      'by',
      'Counted for each',
      (['actor', 'address', 'host'] as const).map((one) => [one, one] as const),
      'actor',
    ),
    field(
      'yaml',
      'Or: the whole rule, as in config.yml',
      'Instead of the fields above; docs/custom-rules.md',
      true,
    ),
    context(md`It is tried on the last 7 days before it is saved.`),
  ],
});

const field = (name: NewRuleField, label: string, hint: string, multiline = false): InputBlock => ({
  type: 'input',
  block_id: name,
  optional: true,
  label: plainText(label, 150),
  hint: plainText(hint, 150),
  element: {
    type: 'plain_text_input',
    action_id: name,
    multiline,
    max_length: multiline ? MOST.yaml : MOST.field,
  },
});
