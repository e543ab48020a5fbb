import type { BotStatus } from '../core/command.ts';
import { intakeWords, outputWords, syslogWords } from '../core/outside-words.ts';
import type { Member, Message } from '../core/ports.ts';
import { HOLES, type SelfAudit } from '../core/self-audit.ts';
import { slackChangeWords } from '../core/slack-changes.ts';
import { counted, grouped, listed, span } from '../core/text.ts';
import { clip, context, type Inline, md, message, richText } from './parts.ts';

const DAY_MS = 86_400_000;
/** Channels and problems shown one by one. */
const MOST_SHOWN = 5;
/** Characters of one change of a rule. */
const CHANGE = 300;
/** Waits that nobody notices are not worth a line (design §7). */
const BACKLOG_MS = 10_000;
/** How long after its check a restored backup is worth a line. */
const RESTORED_MS = 7 * DAY_MS;

/** What the bot has seen and what waits: cursor, lag, queue, calls a minute, versions. @param now epoch ms */
export const statusView = (status: BotStatus, now: number): Message => {
  const { ready, version, startedAt, slack, queue, outputs = [], intake, restored, selfAudit } = status;
  const said = ready ? 'I am working' : 'I am not ready yet';
  return message(said, [
    richText(
      [{ bold: ready ? `✓ ${said}` : `● ${said}` }, ` for ${span(now - startedAt)} now.`],
      [`Slack: ${slack.connections} of ${counted(slack.wanted, 'connection')}.`],
      ...foreignLines(slack.foreign),
      ...restoredLines(restored, now),
      queueLine(queue, now),
      ...backlogLines(slack.backlog ?? []),
      ...outputs.map((output): Inline[] => [`Output ${output.name}: ${outputWords(output, now)}.`]),
      ...(intake === undefined ? [] : [[`From outside: ${intakeWords(intake)}.`]]),
      ...auditLines(selfAudit, now),
      ...changeLines(status.changes ?? []),
    ),
    ...status.pces.map((pce) => richText(...pceLines(pce, now))),
    context(md`version ${version}`),
  ]);
};

/** Two sources say what a rule does: the file, and people in Slack. Who looks for a rule that is quiet finds it here. */
const changeLines = (changes: NonNullable<BotStatus['changes']>): Inline[][] => {
  if (changes.length === 0) return [['Rules: as the configuration file says; nothing was changed in Slack.']];
  const more = changes.length - MOST_SHOWN;
  return [
    [{ bold: 'Rules: as the configuration file says, but' }],
    ...changes
      .slice(0, MOST_SHOWN)
      .map((one): Inline[] => [`• ${clip(slackChangeWords(one), CHANGE)}, `, { time: one.at }]),
    ...(more > 0 ? [[`and ${grouped(more)} more, see the Home tab.`]] : []),
  ];
};

const queueLine = ({ waiting, oldestAt, dead }: BotStatus['queue'], now: number): Inline[] => [
  waiting === 0
    ? 'No message waits to be sent.'
    : `${counted(waiting, 'message')} ${waiting === 1 ? 'waits' : 'wait'} to be sent, the oldest for ${span(now - (oldestAt ?? now))}.`,
  ...(dead === 0 ? [] : [{ bold: ` ${counted(dead, 'message')} could not be delivered.` }]),
];

const foreignLines = (foreign = 0): Inline[][] =>
  foreign === 0
    ? []
    : [
        [
          { bold: `Another program uses this Slack app (${counted(foreign, 'connection')}):` },
          ' commands and clicks reach only one of us.',
        ],
      ];

const restoredLines = (restored: BotStatus['restored'], now: number): Inline[][] => {
  if (restored === undefined) return [];
  const { at, checkedAt, responses, messages } = restored;
  if (checkedAt === undefined)
    return [
      [
        { bold: 'Restored from a backup' },
        ' at ',
        { time: at },
        `, checking: ${counted(responses, 'response')} to read back, ${counted(messages, 'message')} to look up. Until then nothing is written to a PCE.`,
      ],
    ];
  return now - checkedAt > RESTORED_MS
    ? []
    : [['Restored from a backup at ', { time: at }, ', checked by ', { time: checkedAt }, '.']];
};

const backlogLines = (backlog: NonNullable<BotStatus['slack']['backlog']>): Inline[][] =>
  backlog
    .filter(({ waitMs }) => waitMs >= BACKLOG_MS)
    .slice(0, MOST_SHOWN)
    .map(({ channel, waiting, waitMs }) => [
      `${grouped(waiting)} ${waiting === 1 ? 'waits' : 'wait'} for `,
      { type: 'channel', channel_id: channel },
      ` (about ${span(waitMs)}): Slack allows one a second.`,
    ]);

const auditLines = (audit: SelfAudit | undefined, now: number): Inline[][] => {
  if (audit === undefined) return [];
  const { at, checked, problems } = audit;
  const when = `self-audit ${span(now - at)} ago, ${counted(checked, 'row')} checked`;
  if (audit.ok) return [[`Nothing is lost (${when}).`]];
  const more = problems.length - MOST_SHOWN;
  return [
    [{ bold: `${counted(problems.length, 'problem')} found` }, ` (${when}):`],
    ...problems
      .slice(0, MOST_SHOWN)
      .map(({ what, id, since }): Inline[] => [`• ${HOLES[what]}: ${id}, since `, { time: since }]),
    ...(more > 0 ? [[`and ${grouped(more)} more, see the log.`]] : []),
  ];
};

const pceLines = (pce: BotStatus['pces'][number], now: number): Inline[][] => {
  const { workloads, managed, readAt } = pce.inventory;
  return [
    [{ bold: pce.name }, pce.trouble === undefined ? ' answers.' : ` does not answer: ${pce.trouble}.`],
    pce.cursor === undefined
      ? ['Events: none evaluated yet.']
      : [
          'Events evaluated up to ',
          { time: pce.cursor },
          `, ${span(now - pce.cursor)} behind now; ${grouped(pce.eventsSeen)} seen since the start`,
          pce.rejected === 0 ? '.' : `, ${grouped(pce.rejected)} could not be read.`,
        ],
    ...gapLines(pce),
    ...sweepLines(pce),
    ...(pce.syslog === undefined ? [] : [[`Syslog: ${syslogWords(pce.syslog)}.`]]),
    [
      pce.lastPollAt === undefined ? 'Not polled yet' : `Last poll ${span(now - pce.lastPollAt)} ago`,
      `; ${Math.round(pce.callsPerMinute * 10) / 10} calls/min.`,
    ],
    [
      readAt === undefined
        ? 'Inventory: still being read.'
        : `Inventory: ${counted(workloads, 'workload')}, ${grouped(managed)} managed, ${span(now - readAt)} old.`,
    ],
    ...memberLines(pce.inventory.members),
    ...keyLines(pce.keyExpiresAt, now),
  ];
};

/** A part of the log that is missing is the worst the bot can say of itself. */
const gapLines = ({ gaps = 0, gapFrom }: BotStatus['pces'][number]): Inline[][] => {
  if (gapFrom !== undefined)
    return [[{ bold: 'A part of the log cannot be read' }, ', from ', { time: gapFrom }, ' on.']];
  return gaps === 0 ? [] : [[`Gaps since the start: ${grouped(gaps)}, all closed.`]];
};

/** What the polls alone would have missed, and windows one answer could not hold; nothing when there is nothing to say. */
const sweepLines = ({
  lastSweepFound = 0,
  late = 0,
  overflows = 0,
}: BotStatus['pces'][number]): Inline[][] => {
  const parts = [
    ...(lastSweepFound === 0 ? [] : [`the last sweep found ${grouped(lastSweepFound)} the polls had not`]),
    ...(late === 0 ? [] : [`${grouped(late)} recorded late`]),
    ...(overflows === 0
      ? []
      : [`${counted(overflows, 'answer')} reached the cap and ${overflows === 1 ? 'was' : 'were'} cut`]),
  ];
  return parts.length === 0 ? [] : [[`Events: ${parts.join('; ')}.`]];
};

/** A member that is away is worth a line of its own; those that answer are named in one. */
const memberLines = (members: readonly Member[] = []): Inline[][] => [
  ...members
    .filter(({ trouble }) => trouble !== undefined)
    .map(({ name, trouble, hosts }): Inline[] => [
      { bold: `Member ${name} does not answer` },
      ` (${trouble}): whether its ${counted(hosts, 'VEN')} ${hosts === 1 ? 'lives' : 'live'} is not known.`,
    ]),
  ...(members.some(({ trouble }) => trouble === undefined)
    ? [
        [
          `Members that answer: ${listed(members.filter(({ trouble }) => trouble === undefined).map(({ name, hosts }) => `${name} (${counted(hosts, 'VEN')})`))}.`,
        ],
      ]
    : []),
];

const keyLines = (at: number | undefined, now: number): Inline[][] => {
  if (at === undefined) return [];
  const days = Math.floor((at - now) / DAY_MS);
  return [[days < 0 ? { bold: 'The key has expired.' } : `The key expires in ${counted(days, 'day')}.`]];
};
