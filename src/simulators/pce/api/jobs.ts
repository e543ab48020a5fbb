import { json, jsonRows, noContent, notFound } from '../http/answer.ts';
import type { Exchange, Route } from '../http/exchange.ts';
import type { Job } from '../jobs.ts';
import { jobRow } from '../jobs.ts';
import type { World } from '../world.ts';

/** Async collection jobs and their data files (facts §8). */
export const jobRoutes = (world: World): readonly Route[] => [
  {
    method: 'GET',
    path: '/orgs/:org/jobs',
    handle: () => json(world.jobs.all().map((job) => jobRow(job, world.clock.now()))),
  },
  {
    method: 'GET',
    path: '/orgs/:org/jobs/:id',
    handle: (exchange) => json(jobRow(theJob(world, exchange), world.clock.now())),
  },
  {
    method: 'DELETE',
    path: '/orgs/:org/jobs/:id',
    handle: (exchange) => {
      world.jobs.remove(theJob(world, exchange).href);
      return noContent();
    },
  },
  {
    method: 'GET',
    path: '/orgs/:org/datafiles/:id',
    handle: ({ params }) => {
      const job = world.jobs.byDatafile(world.org(`/datafiles/${params['id']}`));
      if (!job || world.clock.now() < job.doneAt) throw notFound('datafile');
      return jsonRows(job.rows());
    },
  },
];

const theJob = (world: World, { params }: Exchange): Job => {
  const job = world.jobs.byHref(world.org(`/jobs/${params['id']}`));
  if (!job) throw notFound('job');
  return job;
};
