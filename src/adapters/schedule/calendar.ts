import { schedule } from 'node-cron';
import type { Log } from '../../core/ports.ts';

/** A job of the wall clock (design §3): it asks the state what is due, so that a run too many does no harm. */
export interface CalendarJob {
  readonly name: string;
  /** A cron expression, seconds optional. */
  readonly cron: string;
  /** IANA name, such as `Europe/Berlin` or `UTC`. */
  readonly zone: string;
  run(): Promise<void> | void;
}

export interface Calendar {
  /** No further runs; resolves when those under way have ended. */
  stop(): Promise<void>;
}

/**
 * Runs jobs at their times on node-cron, never two of one job at once. A run that fails is logged and the job goes on. A run that
 * falls into a stop, or into the hour the wall clock is set back, is not made up.
 */
export const startCalendar = (jobs: readonly CalendarJob[], { log }: { readonly log: Log }): Calendar => {
  const running = new Set<Promise<void>>();
  const tasks = jobs.map(({ name, cron, zone, run }) =>
    schedule(
      cron,
      () => {
        const made = Promise.resolve()
          .then(run)
          .catch((err: unknown) =>
            log.warn({ err, job: name }, 'a calendar job failed, the next one will be made'),
          );
        running.add(made);
        return made.finally(() => running.delete(made));
      },
      { name, timezone: zone, noOverlap: true, logger: loggerFor(name, log) },
    ),
  );
  return {
    async stop() {
      for (const task of tasks) await task.destroy();
      await Promise.all(running);
    },
  };
};

/** node-cron speaks in sentences made of data; ours are constant with the data beside them. */
const loggerFor = (job: string, log: Log) => {
  const at = (level: keyof Log) => (said: string | Error) =>
    log[level]({ job, said: said instanceof Error ? said.message : said }, 'node-cron says');
  return { debug: at('debug'), info: at('debug'), warn: at('warn'), error: at('error') };
};
