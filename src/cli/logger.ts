import { pino } from 'pino';
import type { Log } from '../core/ports.ts';

/** Shorter values are no secrets anybody would choose, and would blot out ordinary words. */
const SHORTEST_SECRET = 8;

/**
 * JSON lines on stderr. Whatever a line is made of, none of the secrets is ever in it: they are cut out of the finished text, so
 * that no field, error or library can forget it.
 */
export const createLogger = (
  level: 'debug' | 'info' | 'warn' | 'error',
  secrets: readonly (string | undefined)[],
  write: (line: string) => void,
): Log => {
  const hidden = secrets.filter((one): one is string => one !== undefined && one.length >= SHORTEST_SECRET);
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    {
      write: (line: string) => {
        let text = line.trimEnd();
        for (const secret of hidden) if (text.includes(secret)) text = text.replaceAll(secret, '[secret]');
        write(text);
      },
    },
  );
};
