import type { InputBlock, ModalView } from '@slack/types';
import type { Action, ActionPlan } from '../core/action.ts';
import { inOrder, type Label, sameLabels } from '../core/label.ts';
import type { Message } from '../core/ports.ts';
import type { Response, Target } from '../core/response.ts';
import { span } from '../core/text.ts';
import {
  bold,
  clip,
  context,
  divider,
  joined,
  type Markup,
  md,
  message,
  plainText,
  section,
} from './parts.ts';
import { type PeersShown, peersText } from './peers.ts';

/** The callback id of every response form: which action it is, the draft knows. */
export const RESPONSE_FORM = 'respond';

/** Value of the reason list that asks for words of one's own. */
export const OTHER_REASON = 'other';

const TITLE = 24;

/** Shown at once, because a trigger id lives 3 s (facts/slack §3); it is filled when the host has been read. */
export const loadingModal = (action: Pick<Action, 'title'>, name: string): ModalView =>
  notice(action, name, [md`Reading ${name} …`]);

/** A modal that only says something. */
export const notice = (action: Pick<Action, 'title'>, name: string, lines: readonly Markup[]): ModalView => ({
  type: 'modal',
  callback_id: RESPONSE_FORM,
  title: plainText(`${action.title} ${name}`, TITLE),
  close: plainText('Close'),
  blocks: lines.map(section),
});

/** The form: what will change, what to know, and why it is done. `draft` is looked up again at the submission. */
export const responseForm = (
  action: Action,
  target: Target,
  plan: Extract<ActionPlan, { ok: true }>,
  where: {
    readonly draft: string;
    readonly pce: string;
    /** How long it may be asked for; absent for what does not end. */
    readonly reviewsMs?: readonly number[];
    readonly mayEnd?: boolean;
    /** Who must agree beside the one who asks, and why; absent when nobody must. */
    readonly needs?: string;
    /** Whom it talked to; absent for what cuts nobody off. */
    readonly peers?: PeersShown;
  },
): ModalView => ({
  type: 'modal',
  callback_id: RESPONSE_FORM,
  private_metadata: where.draft,
  title: plainText(`${action.title} ${target.name}`, TITLE),
  submit: plainText(action.submit, TITLE),
  close: plainText('Cancel'),
  blocks: [
    section(
      md`${bold(target.name)}\nLabels now:\n${labels(target.labels, plan.intended)}\nLabels after:\n${labels(plan.intended, target.labels)}`,
    ),
    ...(where.needs === undefined ? [] : [section(md`${where.needs}`)]),
    ...[...plan.notes, ...plan.warnings].map((line) => context(md`${line}`)),
    ...(where.peers === undefined ? [] : [context(md`${peersText(where.peers)}`)]),
    divider(),
    {
      type: 'input',
      block_id: 'reason',
      label: plainText('Reason'),
      hint: plainText('Seen in the audit log.'),
      element: {
        type: 'static_select',
        action_id: 'reason',
        placeholder: plainText('Choose a reason'),
        options: [
          ...action.reasons.map((reason) => ({ text: plainText(reason, 75), value: clip(reason, 75) })),
          { text: plainText('Other (write it below)'), value: OTHER_REASON },
        ],
      },
    },
    {
      type: 'input',
      block_id: 'words',
      optional: true,
      label: plainText('In your words'),
      element: { type: 'plain_text_input', action_id: 'words', max_length: 500 },
    },
    {
      type: 'input',
      block_id: 'ticket',
      optional: true,
      label: plainText('Ticket'),
      element: { type: 'plain_text_input', action_id: 'ticket', max_length: 100 },
    },
    ...(where.reviewsMs === undefined ? [] : timing(where.reviewsMs, where.mayEnd === true)),
    context(
      md`PCE ${where.pce} · every other label is kept · the outcome is read back before it is reported`,
    ),
  ],
});

/** How long, and what then; what is not offered is not shown as a choice. */
const timing = (reviewsMs: readonly number[], mayEnd: boolean): InputBlock[] => {
  const times = reviewsMs.map((ms) => ({ text: plainText(span(ms), 75), value: String(ms) }));
  const chosen = times[1] ?? times[0];
  const ask = { text: plainText('ask, and remind'), value: 'ask' };
  const release = { text: plainText('release by itself, if nothing fires'), value: 'release' };
  return [
    {
      type: 'input',
      block_id: 'review',
      optional: true,
      label: plainText('Review in'),
      element: {
        type: 'static_select',
        action_id: 'review',
        options: times,
        ...(chosen === undefined ? {} : { initial_option: chosen }),
      },
    },
    {
      type: 'input',
      block_id: 'ending',
      optional: true,
      label: plainText('Then'),
      element: {
        type: 'static_select',
        action_id: 'ending',
        options: mayEnd ? [ask, release] : [ask],
        initial_option: ask,
      },
    },
  ];
};

/** Labels in reading order; those the other set lacks in bold. */
const labels = (shown: readonly Label[], other: readonly Label[]): Markup =>
  shown.length === 0
    ? md`none`
    : joined(
        inOrder(shown).map((label) => {
          const text = `${label.key}=${label.value}`;
          return other.some(({ href }) => href === label.href) ? md`${text}` : bold(text);
        }),
        ' ',
      );

/** What stands between two label sets, for people: "env prod → stage". */
export const changedLabels = (before: readonly Label[], after: readonly Label[]): string => {
  if (sameLabels(before, after)) return 'nothing';
  const keys = [...new Set([...before, ...after].map(({ key }) => key))];
  return keys
    .flatMap((key) => {
      const was = before.find((label) => label.key === key);
      const is = after.find((label) => label.key === key);
      if (was?.href === is?.href) return [];
      return [`${key} ${was?.value ?? '(none)'} → ${is?.value ?? '(none)'}`];
    })
    .join(', ');
};

/** What the announce channel reads: who did what to which host, why, and where to look it up. No mention: nobody asked to be told. */
export const announcement = (
  { byName, target, pce, reason, ticket, id }: Response,
  { done }: Pick<Action, 'done'>,
): Message =>
  message(`${byName}: ${target.name} ${done}`, [
    section(
      md`${bold(target.name)} was ${done} by ${byName}. Reason: ${reason}${ticket === undefined ? '' : ` (${ticket})`}`,
    ),
    context(md`PCE ${pce} · audit id ${id}`),
  ]);
