import type { KnownBlock } from '@slack/types';
import { matcherText } from '../core/matcher.ts';
import type { Message } from '../core/ports.ts';
import { isActive, type Silence } from '../core/silence.ts';
import type { SilenceVerdict, Trial } from '../core/silence-trial.ts';
import { counted, listed, span } from '../core/text.ts';
import {
  actions,
  bold,
  bullets,
  button,
  clip,
  code,
  context,
  type Inline,
  joined,
  type Markup,
  md,
  message,
  richText,
  section,
  time,
} from './parts.ts';

/** Names a message lists; characters of a matcher and a reason. */
const SHORT = { names: 10, matcher: 300, reason: 300, rows: 20 } as const;

const matcherOf = ({ matcher }: Pick<Silence, 'matcher'>): Markup =>
  code(clip(matcherText(matcher), SHORT.matcher));

/** `would have hidden 14 of 15 in the last 7 days; 1 of them was real`. */
const trialText = ({ hidden, total, closed, critical }: Trial): string => {
  if (total === 0) return 'Nothing fired in the last 7 days, so nothing would have been hidden.';
  const known = [
    ...(critical > 0 ? [`${counted(critical, 'critical')}`] : []),
    ...(closed.real > 0 ? [`${closed.real} closed as real`] : []),
    ...(closed.expected + closed.false > 0
      ? [`${closed.expected + closed.false} closed as expected or false`]
      : []),
  ];
  return `In the last 7 days it would have hidden ${hidden} of ${total} alerts${known.length === 0 ? '' : `, ${listed(known)} among them`}.`;
};

/** One time a silence may be set for, and who has to agree to it. */
export interface SilenceChoice {
  readonly forMs: number;
  readonly verdict: Exclude<SilenceVerdict, { kind: 'refused' }>;
  /** Its place among what was asked. */
  readonly choice: number;
}

/** What a silence would do, before it does: hidden now, hidden in 7 days, who has to agree. `draft` is looked up at the click. */
export const silencePreview = (
  asked: { readonly matcher: Silence['matcher']; readonly reason: string },
  trial: Trial,
  choices: readonly SilenceChoice[],
  draft: string,
): Message => {
  const [only, second] = choices;
  const text = only === undefined || second !== undefined ? 'Silence?' : `Silence for ${span(only.forMs)}?`;
  const asks = choices.flatMap(({ forMs, verdict }) =>
    verdict.kind === 'approver' ? [md`for ${span(forMs)}: ${verdict.why}`] : [],
  );
  const names = trial.firing.map(({ subject }) => subject.name);
  return message(text, [
    section(md`${bold(text)} ${matcherOf(asked)}`),
    richText([
      names.length === 0
        ? 'Now it hides nothing that fires. '
        : `Now it hides repeats of ${counted(names.length, 'alert')}: ${listed(names, SHORT.names)}. `,
      trialText(trial),
    ]),
    ...(asks.length === 0 ? [] : [section(md`${bold('Needs an approver')} ${joined(asks, '; ')}.`)]),
    actions(
      ...choices.map(({ forMs, verdict, choice }) =>
        button({
          action: `confirm-silence.${choice}`,
          value: `${draft}@${choice}`,
          text: verdict.kind === 'approver' ? `Ask for ${span(forMs)}` : `Silence for ${span(forMs)}`,
          ...(second === undefined ? { style: 'primary' } : {}),
        }),
      ),
    ),
    context(
      md`Reason: ${clip(asked.reason, SHORT.reason)} · the first critical or high-value finding of a day is shown all the same · what was hidden is told at the end`,
    ),
  ]);
};

/** What the announce channel reads of a silence that begins, waits for an approver, or was decided. */
export const silenceAnnouncement = (silence: Silence, trial: Trial | undefined, what: string): Message => {
  const text = `${silence.byName}: ${what}`;
  return message(text, [
    section(md`${bold(what)} by ${silence.byName} until ${time(silence.until)}: ${matcherOf(silence)}`),
    richText([
      `Reason: ${clip(silence.reason, SHORT.reason)}. `,
      ...(trial === undefined ? [] : [trialText(trial)]),
    ]),
    ...(silence.state === 'asked'
      ? [section(md`An approver has to agree: ${silence.needs ?? ''}.`), decide(silence)]
      : []),
    context(md`silence ${silence.id} · /illumio unsilence ${silence.id} ends it`),
  ]);
};

const decide = ({ id }: Silence): KnownBlock =>
  actions(
    button({ action: 'approve-silence', value: id, text: 'Approve', style: 'primary' }),
    button({ action: 'refuse-silence', value: id, text: 'Refuse' }),
  );

/** What a silence hid, told when it is over; what still fires is shown on its own. */
export const silenceEnded = (silence: Silence): Message => {
  const hid = Object.values(silence.hid);
  const total = hid.reduce((sum, { count }) => sum + count, silence.more);
  const text = `A silence by ${silence.byName} is over: it hid ${counted(total, 'finding')}`;
  return message(text, [
    section(md`${bold(text)} ${matcherOf(silence)}`),
    ...(hid.length === 0 ? [] : [bullets(...hid.slice(0, SHORT.names).map(hidLine))]),
    ...(hid.length > SHORT.names
      ? [
          richText([
            `and ${listed(
              hid.slice(SHORT.names).map(({ name }) => name),
              100,
            )}`,
          ]),
        ]
      : []),
    context(
      md`silence ${silence.id} · ${silence.endedBy === undefined ? 'its time was over' : 'ended by a person'} · what still fires is shown now`,
    ),
  ]);
};

const hidLine = ({ name, count }: { readonly name: string; readonly count: number }): Inline[] => [
  clip(name, 100),
  count > 1 ? ` ×${count}` : '',
];

/** Silences that hide or wait, and those that ended in the last day. */
export const silencesView = (silences: readonly Silence[], now: number): Message => {
  const open = silences.filter((one) => one.state === 'asked' || isActive(one, now));
  const text = open.length === 0 ? 'Nothing is silenced' : `${counted(open.length, 'silence')}`;
  return message(text, [
    richText([{ bold: text }]),
    ...open.slice(0, SHORT.rows).map((one) => section(lineOf(one))),
    context(md`/illumio silence host=web-01 for 2h because … hides; /illumio unsilence and an id ends it`),
  ]);
};

const lineOf = (silence: Silence): Markup => {
  const hid = Object.values(silence.hid).reduce((sum, { count }) => sum + count, silence.more);
  return joined(
    [
      md`${code(silence.id)} ${matcherOf(silence)}`,
      silence.state === 'asked'
        ? md`waits for an approver: ${silence.needs ?? ''}`
        : md`until ${time(silence.until)}, has hidden ${hid}`,
      md`by ${silence.byName}: ${clip(silence.reason, 100)}`,
    ],
    ' · ',
  );
};
