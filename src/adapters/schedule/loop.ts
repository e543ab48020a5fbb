import type { Clock, Log } from '../../core/ports.ts';
import type { Interval } from '../../core/settings.ts';
import { nodeCron } from './node-cron.ts';

export interface LoopSpec {
  readonly name: string;
  /** A duration in ms or a cron expression (seconds optional); a function is asked after each run. */
  readonly every: Interval | (() => Interval);
  /** Delay of the first run, ms: spreads the loops of several PCEs. */
  readonly firstAfterMs: number;
  run(): Promise<void>;
}

export interface LoopDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** How often a cron loop looks at both clocks: a wall clock that was set must not delay it longer than this. */
const LOOK_MS = 60_000;

/**
 * Runs a job again and again until the signal aborts; each run arms the next, so that runs never overlap (design §3). Intervals
 * are measured on the monotonic clock. A cron run that falls due by either clock is made: node-cron alone waits an hour when the
 * wall clock steps back. A run that fails is logged and the loop goes on. Resolves when the last run has ended.
 */
export const runLoop = async (spec: LoopSpec, { clock, log, signal }: LoopDeps): Promise<void> => {
  await clock.sleep(spec.firstAfterMs, signal);
  while (!signal.aborted) {
    const started = clock.mono();
    try {
      await spec.run();
    } catch (err) {
      log.warn({ err, loop: spec.name }, 'a run failed, the next one will be made');
    }
    const every = typeof spec.every === 'function' ? spec.every() : spec.every;
    if (typeof every === 'number') await clock.sleep(every - (clock.mono() - started), signal);
    else await untilCron(every, clock, signal);
  }
};

const untilCron = async (expression: string, clock: Clock, signal: AbortSignal): Promise<void> => {
  const waitMs = untilNext(expression, clock);
  const due = { wall: clock.now() + waitMs, mono: clock.mono() + waitMs };
  while (!signal.aborted && clock.now() < due.wall && clock.mono() < due.mono)
    await clock.sleep(Math.min(LOOK_MS, due.wall - clock.now(), due.mono - clock.mono()), signal);
};

/** Milliseconds until the expression's next time after now. The task is never started: node-cron only computes. */
const untilNext = (expression: string, clock: Clock): number => {
  const [next] = nodeCron()
    .createTask(expression, () => undefined)
    .getNextRuns(1);
  return next === undefined ? LOOK_MS : Math.max(1_000, next.getTime() - clock.now());
};
