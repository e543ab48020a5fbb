import type { ContextBlock, InputBlock, ModalView, SectionBlock } from '@slack/types';
import type { Action, ActionPlan } from '../core/action.ts';
import { inOrder, type Label, sameLabels } from '../core/label.ts';
import { labelDifference } from '../core/label-merge.ts';
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
/** Characters of a ticket: a link to a message of a thread fits. */
const TICKET = 200;

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
  hosts: readonly [Shown, ...Shown[]],
  where: {
    readonly draft: string;
    readonly pce: string;
    /** How long it may be asked for; absent for what does not end. */
    readonly reviewsMs?: readonly number[];
    readonly mayEnd?: boolean;
    /** Who must agree beside the one who asks, and why; absent when nobody must. */
    readonly needs?: string;
    /** The name that must be typed; absent for an ordinary host. */
    readonly typed?: string;
    /** Hosts that were asked for too and cannot be in it, and why; whole sentences. */
    readonly leftOut?: readonly string[];
    /** A link that stands for a ticket until somebody writes another. */
    readonly evidence?: string | undefined;
    /** Whom a host talked to, by its href; absent for what cuts nobody off. */
    readonly peers?: (href: string) => PeersShown;
  },
): ModalView => ({
  type: 'modal',
  callback_id: RESPONSE_FORM,
  private_metadata: where.draft,
  title: plainText(
    `${action.title} ${hosts.length > 1 ? `${hosts.length} hosts` : hosts[0].target.name}`,
    TITLE,
  ),
  submit: plainText(action.submit, TITLE),
  close: plainText('Cancel'),
  blocks: [
    ...hosts.flatMap((host) => hostBlocks(host, hosts.length, where.peers)),
    ...(where.leftOut ?? []).map((line) => section(md`${line}`)),
    ...(where.needs === undefined ? [] : [section(md`${where.needs}`)]),
    ...(hosts.length > 1 ? [] : linesOf(hosts[0])),
    ...(where.peers === undefined || hosts.length > 1
      ? []
      : [context(md`${peersText(where.peers(hosts[0].target.href))}`)]),
    divider(),
    ...(where.typed === undefined ? [] : [typing(where.typed)]),
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
      element: {
        type: 'plain_text_input',
        action_id: 'ticket',
        max_length: TICKET,
        ...(where.evidence === undefined || where.evidence.length > TICKET
          ? {}
          : { initial_value: where.evidence }),
      },
    },
    ...(where.reviewsMs === undefined ? [] : timing(where.reviewsMs, where.mayEnd === true)),
    context(
      md`PCE ${where.pce} · every other label is kept · the outcome is read back before it is reported`,
    ),
  ],
});

/** A host of a form: what it is and what would change. */
interface Shown {
  readonly target: Target;
  readonly plan: Extract<ActionPlan, { ok: true }>;
}

const linesOf = ({ plan: { notes, warnings } }: Shown): ContextBlock[] =>
  [...notes, ...warnings].map((line) => context(md`${line}`));

/** One host with all its labels; of several each in short, with what to know of it in one block. */
const hostBlocks = (
  { target, plan }: Shown,
  all: number,
  peers: ((href: string) => PeersShown) | undefined,
): (SectionBlock | ContextBlock)[] => {
  if (plan.mode !== undefined)
    return [
      section(
        md`${bold(target.name)} ${labels(target.labels, target.labels)}\nEnforcement now: ${plan.mode.before}\nEnforcement after: ${bold(plan.mode.after)}`,
      ),
    ];
  if (all === 1)
    return [
      section(
        md`${bold(target.name)}\nLabels now:\n${labels(target.labels, plan.intended)}\nLabels after:\n${labels(plan.intended, target.labels)}`,
      ),
    ];
  const change = labelDifference(target.labels, plan.intended) ?? 'nothing changes';
  return [
    section(md`${bold(target.name)} ${labels(target.labels, plan.intended)}\n${change}`),
    context(
      md`${[...plan.notes, ...plan.warnings, ...(peers === undefined ? [] : [peersText(peers(target.href))])].join(' ')}`,
    ),
  ];
};

/** Asks for the name of what must not be mistaken (definitions §7.2). */
const typing = (name: string): InputBlock => ({
  type: 'input',
  block_id: 'typed',
  label: plainText('Type the name of the host'),
  hint: plainText(`It matters more than others: type ${clip(name, 100)}.`),
  element: { type: 'plain_text_input', action_id: 'typed', max_length: 255 },
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
  { byName, target, pce, reason, ticket, id, mode }: Response,
  { done }: Pick<Action, 'done'>,
): Message =>
  message(`${byName}: ${target.name} ${done}`, [
    section(
      md`${bold(target.name)} was ${done}${mode === undefined ? '' : ` (${mode.before} → ${mode.after})`} by ${byName}. Reason: ${reason}${ticket === undefined ? '' : ` (${ticket})`}`,
    ),
    context(md`PCE ${pce} · audit id ${id}`),
  ]);

/** Said aloud when a request ended undone although everybody had agreed, or when the one who asked cannot be told himself. */
export const notDoneLine = (
  { byName, target, pce, reason, id, state, outcome = '' }: Response,
  { title }: Pick<Action, 'title'>,
): Message =>
  message(`${title} ${target.name} was not done`, [
    section(
      md`${bold(`${title} ${target.name}`)}, asked for by ${byName}, ${
        state === 'failed'
          ? `did not work as intended. ${outcome}`
          : `${state === 'lapsed' ? 'lapsed' : 'was stopped'}: ${outcome} Nothing was changed.`
      } Reason: ${reason}`,
    ),
    context(md`PCE ${pce} · audit id ${id}`),
  ]);
