import type { BotStatus } from '../core/command.ts';
import { span } from '../core/text.ts';

export interface LagWatchDeps {
  readonly status: () => Promise<BotStatus>;
  /** A cursor so far behind is told, ms: 5 min (fault 24), more where polls are further apart. */
  readonly mostMs: number;
  tell(trouble: string): void;
}

/**
 * Tells people once when the events of a PCE are read more slowly than they come, or not at all, and once when they are caught up with.
 * A PCE that cannot be reached has an alert of its own.
 */
export const createLagWatch = ({ status, mostMs, tell }: LagWatchDeps): (() => Promise<void>) => {
  const behind = new Set<string>();
  return async () => {
    for (const { name, lagMs = 0, trouble } of (await status()).pces) {
      if (lagMs > mostMs && trouble === undefined && !behind.has(name)) {
        behind.add(name);
        tell(
          `I am ${span(lagMs)} behind with the events of ${name}: it does not give them as fast as they come. Alerts are late, not lost.`,
        );
      } else if (lagMs <= mostMs && behind.delete(name))
        tell(`I am up to date with the events of ${name} again.`);
    }
  };
};
