import type { BotStatus } from '../core/command.ts';
import type { Clock, Log, Store } from '../core/ports.ts';
import type { Settings } from '../core/settings.ts';

export interface BotOptions {
  readonly settings: Settings;
  readonly dataDir: string;
  readonly version: string;
  readonly configHash: string;
  readonly log: Log;
  /** Fire alerts for the hour before the first start. */
  readonly backfill: boolean;
  /** Default: the machine's. Tests give one that they step. */
  readonly clock?: Clock;
  /** Stands between the bot and its store: for chaos/, which bends the order of things to see that it notices. No setting reaches it. */
  readonly around?: (store: Store) => Store;
}

/** A bot that is wired but does nothing before `run`. */
export interface Bot {
  /**
   * Runs until the signal aborts, then stops cleanly within 5 s. Rejects when it cannot work at all: a token or key that is
   * refused, a data folder that cannot be used. A PCE or Slack that is merely away is waited for.
   * @param ready called once polling and at least one Slack connection stand
   */
  run(signal: AbortSignal, ready: () => void): Promise<void>;
  status(): Promise<BotStatus>;
  /**
   * Takes a changed configuration while it runs: rules, routes and what they are told of the estate, at once and in one step. Cursor and
   * memories stay. @returns sections that differ and hold from the next start on
   */
  reload(next: Settings, hash: string): Promise<readonly string[]>;
  /** Says in the admin channel that a changed configuration is wrong and was not taken. */
  refuseReload(first: string, errors: number): Promise<void>;
}
