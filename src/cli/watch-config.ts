import { statSync } from 'node:fs';
import type { Bot } from '../app.ts';
import type { ConfigResult } from '../config/parse.ts';
import { problemText } from '../config/problem.ts';
import type { Log } from '../core/ports.ts';

export interface WatchedConfig {
  readonly load: () => ConfigResult & { readonly hash: string };
  /** What the bot runs with. */
  readonly hash: string;
  readonly bot: Pick<Bot, 'reload' | 'refuseReload'>;
  readonly log: Log;
}

/**
 * @returns what to call when the file may have changed. A right one takes effect; of a wrong one every error is logged, the first is said
 * in the admin channel, and the old rules go on. One that was looked at already is passed over.
 */
export const createReloading = ({ load, hash, bot, log }: WatchedConfig): (() => Promise<void>) => {
  let known = hash;
  return async () => {
    const next = load();
    if (next.hash === known) return;
    known = next.hash;
    if (!next.ok) {
      for (const problem of next.errors) log.error({ problem }, 'the changed configuration is wrong');
      const [first] = next.errors;
      return bot.refuseReload(first === undefined ? '' : problemText(first), next.errors.length);
    }
    for (const warning of next.warnings) log.warn({ warning }, 'configuration');
    const later = await bot.reload(next.settings, next.hash);
    log.info({ later }, 'configuration taken anew');
  };
};

/** When the file was last written; undefined while it is not there, as in the moment an editor replaces it. */
export const writtenAt = (path: string): number | undefined =>
  statSync(path, { throwIfNoEntry: false })?.mtimeMs;
