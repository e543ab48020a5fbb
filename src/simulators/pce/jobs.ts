import { isoMillis } from './clock.ts';
import type { JsonObject } from './json.ts';

/** One `Prefer: respond-async` collection (facts §8). */
export interface Job {
  readonly href: string;
  readonly datafile: string;
  readonly description: string;
  readonly requestedAt: number;
  readonly doneAt: number;
  readonly requestedBy: string;
  /** The rows, serialised as they are read. */
  readonly rows: () => Iterable<string>;
}

/** The jobs of the PCE. */
export interface Jobs {
  add(job: Job): void;
  all(): readonly Job[];
  byHref(href: string): Job | undefined;
  byDatafile(href: string): Job | undefined;
  remove(href: string): void;
}

/** No jobs. */
export const createJobs = (): Jobs => {
  let jobs: readonly Job[] = [];
  return {
    add: (job) => {
      jobs = [...jobs, job];
    },
    all: () => jobs,
    byHref: (href) => jobs.find((job) => job.href === href),
    byDatafile: (href) => jobs.find((job) => job.datafile === href),
    remove: (href) => {
      jobs = jobs.filter((job) => job.href !== href);
    },
  };
};

/** The job as GET shows it: pending, running, then `done` with a result (facts §8: not "completed"). */
export const jobRow = (job: Job, now: number): JsonObject => {
  const done = now >= job.doneAt;
  const running = now >= job.requestedAt + (job.doneAt - job.requestedAt) / 3;
  return {
    href: job.href,
    job_type: ':illumio/async_requests',
    description: job.description,
    status: done ? 'done' : running ? 'running' : 'pending',
    requested_at: jobTime(job.requestedAt),
    requested_by: { href: job.requestedBy },
    ...(done ? { terminated_at: jobTime(job.doneAt) } : {}),
    result: done ? { href: job.datafile } : null,
  };
};

/** `2026-09-06 14:15:41.431000`: without `T` and zone (facts §8, §11.17). */
const jobTime = (ms: number): string => `${isoMillis(ms).slice(0, -1).replace('T', ' ')}000`;
