import type { BotStatus } from '../core/command.ts';
import type { Message } from '../core/ports.ts';
import { counted, grouped, span } from '../core/text.ts';
import { context, type Inline, md, message, richText } from './parts.ts';

/** What the bot has seen and what waits: cursor, lag, queue, calls a minute, versions. @param now epoch ms */
export const statusView = (status: BotStatus, now: number): Message => {
  const { ready, version, startedAt, slack, queue } = status;
  const said = ready ? 'I am working' : 'I am not ready yet';
  return message(said, [
    richText(
      [{ bold: ready ? `✓ ${said}` : `● ${said}` }, ` for ${span(now - startedAt)} now.`],
      [`Slack: ${slack.connections} of ${counted(slack.wanted, 'connection')}.`],
      queueLine(queue, now),
    ),
    ...status.pces.map((pce) => richText(...pceLines(pce, now))),
    context(md`version ${version}`),
  ]);
};

const queueLine = ({ waiting, oldestAt, dead }: BotStatus['queue'], now: number): Inline[] => [
  waiting === 0
    ? 'No message waits to be sent.'
    : `${counted(waiting, 'message')} ${waiting === 1 ? 'waits' : 'wait'} to be sent, the oldest for ${span(now - (oldestAt ?? now))}.`,
  ...(dead === 0 ? [] : [{ bold: ` ${counted(dead, 'message')} could not be delivered.` }]),
];

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
    [
      pce.lastPollAt === undefined ? 'Not polled yet' : `Last poll ${span(now - pce.lastPollAt)} ago`,
      `; ${Math.round(pce.callsPerMinute * 10) / 10} calls/min.`,
    ],
    [
      readAt === undefined
        ? 'Inventory: still being read.'
        : `Inventory: ${counted(workloads, 'workload')}, ${grouped(managed)} managed, ${span(now - readAt)} old.`,
    ],
  ];
};
