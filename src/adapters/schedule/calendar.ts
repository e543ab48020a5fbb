import { nextFullHour } from '../../core/full-hour.ts';
import type { Clock, Log } from '../../core/ports.ts';
import { nodeCron } from './node-cron.ts';

/**
 * When a job of the wall clock is run: at full hours of UTC, each or one a day, or as a cron expression (seconds optional) says in a zone
 * (an IANA name, such as `Europe/Berlin`).
 */
export type CalendarTime =
  | { readonly utc: 'each hour' | number }
  | { readonly cron: string; readonly zone: string };

/** A job of the wall clock (design §3): it asks the state what is due, so that a run too many does no harm. */
export interface CalendarJob {
  readonly name: string;
  readonly when: CalendarTime;
  run(): Promise<void> | void;
}

export interface Calendar {
  /** No further runs; resolves when those under way have ended. */
  stop(): Promise<void>;
}

export interface CalendarDeps {
  readonly clock: Clock;
  readonly log: Log;
}

/** How often the wall clock is looked at: one that was set must not delay a run longer than this. */
const LOOK_MS = 60_000;

/**
 * Runs jobs at their times, never two of one job at once. A run that fails is logged and the job goes on. A run that falls into a stop is
 * not made up, nor, in a zone, one in the hour the wall clock is set back. Throws for a zone that does not exist.
 */
export const startCalendar = (jobs: readonly CalendarJob[], { clock, log }: CalendarDeps): Calendar => {
  const ends = jobs.map(({ name, when, run }) => {
    const safely = async (): Promise<void> => {
      try {
        await run();
      } catch (err) {
        log.warn({ err, job: name }, 'a calendar job failed, the next one will be made');
      }
    };
    return 'utc' in when ? byHours(when.utc, safely, clock) : byCron(name, when, safely, log);
  });
  return { stop: async () => void (await Promise.all(ends.map((end) => end()))) };
};

type End = () => Promise<void>;

/** node-cron asks ICU for the time of the zone even where that is UTC: 11 MB resident from the first time on (docs/performance.md). */
const byHours = (utc: 'each hour' | number, run: () => Promise<void>, clock: Clock): End => {
  const ending = new AbortController();
  const { signal } = ending;
  const next = (): number => nextFullHour(clock.now(), utc === 'each hour' ? undefined : utc);
  const keep = async (): Promise<void> => {
    while (!signal.aborted) {
      for (let due = next(); !signal.aborted && clock.now() < due; due = Math.min(due, next()))
        await clock.sleep(Math.min(LOOK_MS, due - clock.now()), signal);
      if (!signal.aborted) await run();
    }
  };
  const kept = keep();
  return () => {
    ending.abort();
    return kept;
  };
};

const byCron = (
  name: string,
  { cron, zone }: { readonly cron: string; readonly zone: string },
  run: () => Promise<void>,
  log: Log,
): End => {
  let running: Promise<void> | undefined;
  const made = (): Promise<void> => {
    running = run();
    return running;
  };
  const task = nodeCron().schedule(cron, made, {
    name,
    timezone: zone,
    noOverlap: true,
    logger: loggerFor(name, log),
  });
  return async () => {
    await task.destroy();
    await running;
  };
};

/** node-cron speaks in sentences made of data; ours are constant with the data beside them. */
const loggerFor = (job: string, log: Log) => {
  const at = (level: keyof Log) => (said: string | Error) =>
    log[level]({ job, said: said instanceof Error ? said.message : said }, 'node-cron says');
  return { debug: at('debug'), info: at('debug'), warn: at('warn'), error: at('error') };
};
