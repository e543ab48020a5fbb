import type { BotStatus } from '../core/command.ts';
import type { Clock } from '../core/ports.ts';
import { type Day, dailyView } from '../views/daily.ts';
import type { Meter } from './meter.ts';
import type { Troubles } from './troubles.ts';

export interface DailyDeps {
  readonly status: () => Promise<BotStatus>;
  readonly meter: Pick<Meter, 'total'>;
  readonly troubles: Pick<Troubles, 'say'>;
  readonly clock: Pick<Clock, 'now'>;
}

type Totals = Pick<Day, 'events' | 'alerts' | 'gaps'>;

/**
 * One line a day that the bot is alive: silence then means something. Counts are those since the line before, or since the start,
 * which the line says. Its key is the day's, so that a restart at that minute does not say it twice.
 */
export const createDailyLine = ({ status, meter, troubles, clock }: DailyDeps): (() => Promise<void>) => {
  let last: { readonly at: number; readonly totals: Totals } | undefined;
  return async () => {
    const now = clock.now();
    const seen = await status();
    const totals: Totals = {
      events: sum(seen, ({ eventsSeen }) => eventsSeen),
      alerts: meter.total('alerts_fired'),
      gaps: sum(seen, ({ gaps }) => gaps ?? 0),
    };
    const before = last?.totals ?? { events: 0, alerts: 0, gaps: 0 };
    const day = new Date(now).toISOString().slice(0, 10);
    troubles.say(
      `alive.${day}`,
      dailyView(
        {
          since: last === undefined ? { start: seen.startedAt } : { line: last.at },
          events: totals.events - before.events,
          alerts: totals.alerts - before.alerts,
          gaps: totals.gaps - before.gaps,
        },
        seen,
        now,
      ),
    );
    last = { at: now, totals };
  };
};

const sum = ({ pces }: BotStatus, figure: (pce: BotStatus['pces'][number]) => number): number =>
  pces.reduce((total, pce) => total + figure(pce), 0);
