import type { Alert } from '../core/alert.ts';
import type { Message } from '../core/ports.ts';
import { button, context, esc, md, message, section } from './parts.ts';

const OFFERED = 20;
/** So many titles fit one message whatever they hold. */
const TITLE = 150;

/** Asks which host of a message with several is meant: one button each, carrying that host's own alert. */
export const pickHost = (action: string, alerts: readonly Alert[]): Message =>
  message(`Which host do you want to ${action}?`, [
    section(md`Which host do you want to ${action}?`),
    ...alerts.slice(0, OFFERED).map(({ id, title, subject }) => ({
      ...section(esc(title, TITLE)),
      accessory: button({ action, value: id, text: subject.name }),
    })),
    ...(alerts.length > OFFERED
      ? [context(md`and ${alerts.length - OFFERED} more: use /illumio ${action} followed by the host's name`)]
      : []),
  ]);
