import type { BotStatus } from '../core/command.ts';
import type { Message } from '../core/ports.ts';
import { counted, listed, span } from '../core/text.ts';
import { message, richText } from './parts.ts';

const DAY_MS = 86_400_000;

/** What happened since the line before, or since the start of the process; epoch ms. */
export interface Day {
  readonly since: { readonly line: number } | { readonly start: number };
  readonly events: number;
  readonly alerts: number;
  readonly gaps: number;
}

/** The line a day in the admin channel. @param now epoch ms */
export const dailyView = ({ since, events, alerts, gaps }: Day, status: BotStatus, now: number): Message => {
  const { pces, queue, selfAudit } = status;
  const away = pces.flatMap(({ name, trouble }) => (trouble === undefined ? [] : [name]));
  const basis =
    'line' in since
      ? `in the last ${span(now - since.line)}`
      : `since the start ${span(now - since.start)} ago`;
  const parts = [
    `${counted(events, 'event')}, ${counted(alerts, 'alert')}, ${counted(gaps, 'gap')} ${basis}`,
    queue.oldestAt === undefined
      ? 'nothing waits to be sent'
      : `oldest in the queue ${span(now - queue.oldestAt)}`,
    ...(queue.dead === 0 ? [] : [`${counted(queue.dead, 'message')} could not be delivered`]),
    ...(selfAudit === undefined || selfAudit.ok
      ? []
      : [`self-audit: ${counted(selfAudit.problems.length, 'problem')}`]),
    ...(away.length === 0 ? [] : [`${listed(away)} ${away.length === 1 ? 'does' : 'do'} not answer`]),
    keysLine(pces, now),
  ];
  const said = `${status.ready ? 'Alive' : 'Running, but not ready'}: ${parts.join('; ')}.`;
  return message(said, [richText([said])]);
};

/** The key that ends first, in days; what is not configured is said to be unknown. */
const keysLine = (pces: BotStatus['pces'], now: number): string => {
  const ends = pces.flatMap(({ name, keyExpiresAt }) =>
    keyExpiresAt === undefined ? [] : [{ name, at: keyExpiresAt }],
  );
  const [first] = ends.sort((a, b) => a.at - b.at);
  if (first === undefined) return 'when keys expire is not configured';
  const days = Math.floor((first.at - now) / DAY_MS);
  const whose = pces.length === 1 ? 'the key' : `the key of ${first.name}`;
  return days < 0 ? `${whose} has expired` : `${whose} expires in ${days} d`;
};
