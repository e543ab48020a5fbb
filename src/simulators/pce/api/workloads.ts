import { stateOf, WORKLOAD_PARAMETERS, workloadFilter } from '../fleet/filter.ts';
import { workloadDetail, workloadRow } from '../fleet/row.ts';
import type { Workload } from '../fleet/workload.ts';
import { json, noContent, notFound } from '../http/answer.ts';
import { answerCollection, OBJECT_PAGE } from '../http/collection.ts';
import type { Exchange, Route } from '../http/exchange.ts';
import { readQuery, text } from '../http/query.ts';
import type { World } from '../world.ts';
import { changeByCall, recordWorkloadChanges } from './workload-audit.ts';

/** Workloads: list, one with its open ports, partial update (facts §4). */
export const workloadRoutes = (world: World): readonly Route[] => [
  {
    method: 'GET',
    path: '/orgs/:org/workloads',
    handle: (exchange) => {
      const asked = readQuery(exchange.query, WORKLOAD_PARAMETERS);
      const everything = world.fleet.all();
      const listing = {
        matches: everything.filter(workloadFilter(world, asked)),
        total: everything.filter(({ deleted }) => !deleted).length,
        render: (workload: Workload) => JSON.stringify(workloadRow(world, workload)),
        page: OBJECT_PAGE,
      };
      return answerCollection(world, exchange, listing, asked.max_results);
    },
  },
  {
    method: 'GET',
    path: '/orgs/:org/workloads/:id',
    handle: (exchange) => {
      readQuery(exchange.query, { representation: text });
      return json(workloadDetail(world, theWorkload(world, exchange)));
    },
  },
  {
    method: 'PUT',
    path: '/orgs/:org/workloads/:id',
    handle: (exchange) => {
      const workload = theWorkload(world, exchange);
      if (workload.deleted) throw notFound('workload');
      const changes = changeByCall(world, exchange.caller, workload, exchange.body);
      recordWorkloadChanges(world, exchange, 'workload.update', 204, [{ workload, changes }]);
      return noContent();
    },
  },
];

const theWorkload = (world: World, { params }: Exchange): Workload => {
  const workload = world.fleet.byUuid(params['id'] ?? '');
  if (!workload) throw notFound('workload');
  return workload;
};

/** `{href: {hostname, labels, enforcement_mode, online}}` of all workloads that are not deleted: /_sim/state. */
export const workloadStates = (world: World): Record<string, unknown> =>
  Object.fromEntries(
    world.fleet
      .all()
      .filter(({ deleted }) => !deleted)
      .map((workload) => [workload.href, stateOf(workload)]),
  );
