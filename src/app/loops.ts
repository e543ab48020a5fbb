import { ping } from '../adapters/http/index.ts';
import type { LoopSpec } from '../adapters/schedule/loop.ts';
import type { BotStatus } from '../core/command.ts';
import { pollPace } from '../core/poll-pace.ts';
import type { Settings } from '../core/settings.ts';
import { WINDOW_MS } from '../pipelines/alerting.ts';
import type { Meter } from '../pipelines/meter.ts';
import type { Desk } from './desk.ts';

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Cadences that are not configured (design §6). */
export const EVERY_MS = {
  reach: 5 * SECOND_MS,
  sweepState: 10 * MINUTE_MS,
  quarantines: 5 * MINUTE_MS,
  due: 5 * SECOND_MS,
  inventory: 6 * HOUR_MS,
  auditSweep: 24 * HOUR_MS,
  prune: HOUR_MS,
  selfAudit: 10 * MINUTE_MS,
  ping: MINUTE_MS,
} as const;

/** The job the bot is for: it begins at once, and judges what it has read when `look` says what is known of the machines. */
export const pollLoop = (
  { settings, alerting }: Desk,
  { poll }: Settings,
  meter: Meter,
  look: Promise<void>,
): LoopSpec =>
  jobOf(settings.name, meter)(
    'events',
    () => pollPace(poll.events, alerting.status().rows),
    0,
    () => alerting.poll(WINDOW_MS.poll, { estate: look }),
  );

/** A loop on one PCE, under names that its log lines and metrics share. */
const jobOf =
  (pce: string, meter: Meter) =>
  (name: string, every: LoopSpec['every'], firstAfterMs: number, run: () => Promise<void>): LoopSpec => ({
    name: `${pce} ${name}`,
    every,
    firstAfterMs,
    run: () => meter.run({ pce, job: name }, run),
  });

/** What else one PCE is asked, and how often. First runs are spread so that several PCEs and loops do not start as one burst. */
export const loopsOf = (
  { settings, pce, inventory, alerting, traffic }: Desk,
  { poll }: Settings,
  meter: Meter,
  signal: AbortSignal,
): LoopSpec[] => {
  const named = jobOf(settings.name, meter);
  return [
    named('sweep', poll.sweep, 2 * MINUTE_MS, () => alerting.poll(WINDOW_MS.sweep)),
    named('look back', poll.sweep, 3 * MINUTE_MS, alerting.lookBack),
    named('event counts', poll.sweep, 4 * MINUTE_MS, alerting.countHour),
    named('audit sweep', EVERY_MS.auditSweep, HOUR_MS, () =>
      alerting.poll(EVERY_MS.auditSweep, { late: true }),
    ),
    named('health', poll.health, SECOND_MS, alerting.health),
    named('reach', EVERY_MS.reach, EVERY_MS.reach, alerting.reach),
    named('state sweep', EVERY_MS.sweepState, MINUTE_MS, alerting.sweep),
    named('quarantines', EVERY_MS.quarantines, 2 * MINUTE_MS, alerting.quarantines),
    named('due', EVERY_MS.due, EVERY_MS.due, async () => {
      await alerting.wake();
      await alerting.settle();
      await alerting.attend();
    }),
    named('policy changes', EVERY_MS.due, EVERY_MS.due, alerting.policy),
    named('inventory', EVERY_MS.inventory, EVERY_MS.inventory, inventory.refresh),
    named('traffic', poll.traffic, 20 * SECOND_MS, () => traffic.run(signal)),
    named('stale queries', 24 * HOUR_MS, 5 * SECOND_MS, async () => void (await pce.deleteStaleQueries())),
  ];
};

/**
 * Calls a minute we take of the 500 a PCE allows a key (facts §1): 200, and more where the operator polls more often than the
 * cadence of design §6 needs.
 */
export const callsNeeded = ({ poll }: Settings): number => {
  const perMinute = (every: Settings['poll']['events']): number =>
    typeof every === 'number' ? MINUTE_MS / every : 1;
  const ingest = perMinute(poll.events) + perMinute(poll.sweep) + 2 * perMinute(poll.health);
  return Math.min(450, Math.max(200, Math.ceil((ingest * 1.5 * 200) / 60)));
};

/** How far behind the cursor may be before people are told, ms: 5 min (fault 24), and two polls where these are rarer. */
export const lagAllowed = ({ poll }: Settings): number =>
  typeof poll.events === 'number' ? Math.max(5 * MINUTE_MS, 2 * poll.events) : 2 * HOUR_MS;

/** A dead-man's switch: what alarms is that no call comes, so a bot that is not ready makes none. */
export const pingLoop = (url: string, status: () => Promise<BotStatus>): LoopSpec => ({
  name: 'ping',
  every: EVERY_MS.ping,
  firstAfterMs: 10 * SECOND_MS,
  run: async () => {
    if ((await status()).ready) await ping(url);
  },
});
