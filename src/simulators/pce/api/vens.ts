import { systemOf } from '../fleet/catalog.ts';
import { labelCondition } from '../fleet/filter.ts';
import type { ManagedWorkload } from '../fleet/ven-row.ts';
import { isManaged, venRow } from '../fleet/ven-row.ts';
import { lastHeartbeat, VEN_STATUSES } from '../fleet/workload.ts';
import { json, notFound } from '../http/answer.ts';
import { answerCollection, OBJECT_PAGE } from '../http/collection.ts';
import type { Exchange, Route } from '../http/exchange.ts';
import { count, labelSets, oneOf, readQuery, text, time } from '../http/query.ts';
import type { World } from '../world.ts';

/** The parameters of facts §6 that this fleet can answer; anything else is 406. */
const PARAMETERS = {
  status: oneOf(...VEN_STATUSES),
  health: oneOf('healthy', 'unhealthy', 'error', 'warning'),
  hostname: text,
  name: text,
  ip_address: text,
  labels: labelSets,
  'last_heartbeat_at[gte]': time,
  'last_heartbeat_at[lte]': time,
  disconnected_before: time,
  os_platform: text,
  ven_type: oneOf('server', 'endpoint', 'containerized'),
  active_pce_fqdn: text,
  representation: text,
  max_results: count,
};

/** VENs: list and one (facts §6). The UUID of a VEN is the one of its workload. */
export const venRoutes = (world: World): readonly Route[] => [
  { method: 'GET', path: '/orgs/:org/vens', handle: (exchange) => list(world, exchange) },
  {
    method: 'GET',
    path: '/orgs/:org/vens/:id',
    handle: ({ params }) => {
      const workload = world.fleet.byUuid(params['id'] ?? '');
      if (!workload || !isManaged(workload)) throw notFound('ven');
      return json(venRow(world, workload));
    },
  },
];

const list = (world: World, exchange: Exchange) => {
  const asked = readQuery(exchange.query, PARAMETERS);
  const now = world.clock.now();
  const carries = labelCondition(world, asked.labels);
  const heardSince = asked['last_heartbeat_at[gte]'] ?? Number.NEGATIVE_INFINITY;
  const heardUntil = Math.min(
    asked['last_heartbeat_at[lte]'] ?? Number.POSITIVE_INFINITY,
    asked.disconnected_before ?? Number.POSITIVE_INFINITY,
  );
  const fits = (workload: ManagedWorkload): boolean => {
    const heard = lastHeartbeat(workload.ven, now);
    return (
      (asked.status === undefined || workload.ven.status === asked.status) &&
      (asked.health === undefined || (workload.online ? 'healthy' : 'error') === asked.health) &&
      workload.hostname.includes(asked.hostname ?? '') &&
      (asked.name === undefined || asked.name === '') &&
      workload.addresses.some((address) => address.includes(asked.ip_address ?? '')) &&
      (asked.ven_type === undefined || workload.ven.type === asked.ven_type) &&
      (asked.os_platform === undefined || systemOf(workload.role)[2] === asked.os_platform) &&
      (asked.active_pce_fqdn === undefined || asked.active_pce_fqdn === world.fqdn) &&
      heard >= heardSince &&
      heard <= heardUntil &&
      carries(workload)
    );
  };
  const everything = world.fleet.all().filter(isManaged);
  const render = (workload: ManagedWorkload): string => JSON.stringify(venRow(world, workload));
  const listing = { matches: everything.filter(fits), total: everything.length, render, page: OBJECT_PAGE };
  return answerCollection(world, exchange, listing, asked.max_results);
};
