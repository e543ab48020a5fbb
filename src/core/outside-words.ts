import type { IntakeStatus, OutputStatus, SyslogStatus } from './command.ts';
import { counted, grouped, span } from './text.ts';

/** How an output is doing: "takes everything, last told 2 min ago" or what waits, since when and why. @param now epoch ms */
export const outputWords = (
  { waiting, oldestAt, dead, trouble, toldAt }: OutputStatus,
  now: number,
): string =>
  [
    waiting === 0
      ? `nothing waits${toldAt === undefined ? '' : `, last told ${span(now - toldAt)} ago`}`
      : `${counted(waiting, 'notice')} ${waiting === 1 ? 'waits' : 'wait'}, the oldest for ${span(now - (oldestAt ?? now))}`,
    ...(trouble === undefined ? [] : [trouble]),
    ...(dead === 0 ? [] : [`${counted(dead, 'alert')} refused for good`]),
  ].join('; ');

export const intakeWords = ({ taken, refused }: IntakeStatus): string =>
  `${counted(taken, 'call')} taken, ${grouped(refused)} refused since the start`;

/** What came over the PCE's syslog stream; events of lines that cannot be read are polled. */
export const syslogWords = ({ events, health, other, garbled }: SyslogStatus): string =>
  `${counted(events + health + other, 'line')} read${garbled === 0 ? '' : `, ${grouped(garbled)} truncated or garbled (their events come by polling)`}`;
