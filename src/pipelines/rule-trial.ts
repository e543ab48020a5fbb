import type { PceEvent } from '../core/event.ts';
import { type Clock, type Inventory, type Pce, PceError } from '../core/ports.ts';
import type { AlertRule, RuleContext } from '../core/rule.ts';
import { hears, type RuleTrial, type TrialRun, tryRule } from '../core/rule-trial.ts';
import type { RuleSettings } from '../core/settings.ts';

const DAY_MS = 24 * 3_600_000;
/** What a trial looks at (definitions §4). */
const DAYS = 7;
/** Events of the rule that are held at most: a big PCE has more a week than this process should. */
const MOST_EVENTS = 50_000;

export interface TrialDeps {
  readonly desks: readonly { readonly pce: Pick<Pce, 'name' | 'events'>; readonly inventory: Inventory }[];
  readonly base: () => { readonly context: RuleContext };
  readonly clock: Pick<Clock, 'now'>;
}

/** Tries a change of a rule on the last 7 days of every PCE; nothing is told or remembered. A PCE that cannot be read is missing, never quiet. */
export const tryOut = async (
  rule: AlertRule,
  settings: { readonly before: RuleSettings; readonly after: RuleSettings },
  deps: TrialDeps,
): Promise<RuleTrial> => {
  const now = deps.clock.now();
  const missing: string[] = [];
  const runs: TrialRun[] = [];
  let since = now - DAYS * DAY_MS;
  for (const { pce, inventory } of deps.desks) {
    try {
      const { events, from } = await lastDays(rule, pce, now);
      since = Math.max(since, from);
      runs.push({ pce: pce.name, events, estate: inventory });
    } catch (err) {
      if (!(err instanceof PceError)) throw err;
      missing.push(`${pce.name}: ${err.message}`);
    }
  }
  const { types, notices = [], readings = [] } = rule.on;
  const replayable = types.length + notices.length > 0 && readings.every((one) => one === 'wake');
  return {
    ...tryRule(rule, settings, runs, deps.base().context),
    since,
    missing,
    complete: replayable && missing.length === 0 && since <= now - DAYS * DAY_MS,
  };
};

/** Day by day, newest first, keeping only what the rule hears: a week of everything would not fit. */
const lastDays = async (
  rule: AlertRule,
  pce: Pick<Pce, 'events'>,
  now: number,
): Promise<{ events: PceEvent[]; from: number }> => {
  let events: PceEvent[] = [];
  let from = now;
  for (let day = 0; day < DAYS && events.length < MOST_EVENTS; day++) {
    const answer = await pce.events(from - DAY_MS, from);
    if (answer.completeFrom !== undefined) return { events, from };
    from -= DAY_MS;
    events = [...answer.events.filter((event) => hears(rule, event)), ...events];
  }
  return { events, from };
};
