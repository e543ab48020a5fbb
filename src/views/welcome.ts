import type { Message } from '../core/ports.ts';
import { bullets, context, md, message, richText } from './parts.ts';

/** Said once where the bot was invited: what it is for, how to ask, and who sees the answers. */
export const welcomeView = ({
  pces,
  alerts,
}: {
  readonly pces: string;
  /** Whether alerts come to this channel by the configuration. */
  readonly alerts: boolean;
}): Message =>
  message('Illumio ChatOps is in this channel', [
    richText([
      { bold: 'I watch the Illumio PCE' },
      ` (${pces}) and answer questions about it. `,
      alerts
        ? 'Alerts of it come to this channel.'
        : 'No alerts come to this channel by my configuration; questions work everywhere.',
    ]),
    bullets(
      [{ bold: '/illumio workload web-01' }, ' — a host: labels, enforcement, open alerts'],
      [{ bold: '/illumio alerts' }, ' — what is firing now'],
      [{ bold: '/illumio help' }, ' — everything you can ask, with examples'],
    ),
    context(
      md`In a thread, where /illumio does not work: name me and ask, as in “@illumio workload web-01”. On any message: ⋮ → Act on hosts here. Answers are seen by who asks.`,
    ),
  ]);
