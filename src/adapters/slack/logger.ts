import { type Logger, LogLevel } from '@slack/web-api';
import type { Log } from '../../core/ports.ts';

/** Tokens, tickets of socket URLs and response URLs: whoever has one can act. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\b(xox[a-z]|xapp)-[\w.-]+/g, '$1-…'],
  [/([?&]ticket=)[^&\s"]+/g, '$1…'],
  [/(https?:\/\/hooks\.[\w.-]+\/)\S+/g, '$1…'],
];

/** The text without anything that grants access. */
export const redact = (said: string): string =>
  SECRETS.reduce((rest, [pattern, shown]) => rest.replace(pattern, shown), said);

/**
 * The logger of Slack's packages. All of it is detail: what has a consequence is logged by who knows it (chat, sockets, inbound).
 * Their DEBUG level is off for good: it prints socket tickets, response URLs and whole commands (facts/slack §1).
 */
export const sdkLogger = (log: Log): Logger => {
  const say = (...said: unknown[]): void => {
    log.debug({ said: redact(said.map(String).join(' ')).slice(0, 500) }, 'slack sdk');
  };
  return {
    debug: () => {},
    info: say,
    warn: say,
    error: say,
    setLevel: () => {},
    getLevel: () => LogLevel.INFO,
    setName: () => {},
  };
};
