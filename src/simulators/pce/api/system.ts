import { fqdnOf } from '../fleet/row.ts';
import { json, notFound } from '../http/answer.ts';
import type { Route } from '../http/exchange.ts';
import { readQuery, text } from '../http/query.ts';
import { USERS } from '../users.ts';
import type { World } from '../world.ts';

/** The calls about the PCE itself: noop, version, health, leader, users, settings (facts §1, §3). */
export const systemRoutes = (world: World): readonly Route[] => [
  { method: 'GET', path: '/noop', handle: () => json({}) },
  { method: 'GET', path: '/product_version', handle: () => json(versionOf(world)) },
  {
    method: 'GET',
    path: '/health',
    handle: () => {
      if (!world.health.available) throw notFound('/health');
      return json(healthOf(world));
    },
  },
  {
    method: 'GET',
    path: '/users/:id',
    handle: ({ params }) => {
      const found = USERS.find((user) => user.href === `/users/${params['id']}`);
      if (!found) throw notFound('user');
      return json({ ...found, type: 'local', locked: false, time_zone: 'UTC' });
    },
  },
  {
    method: 'GET',
    path: '/orgs/:org/settings/workloads',
    handle: ({ query }) => {
      readQuery(query, { representation: text });
      return json({
        href: world.org('/settings/workloads'),
        workload_disconnected_timeout_seconds: [{ scope: [], value: 3600 }],
        workload_goodbye_timeout_seconds: [{ scope: [], value: 900 }],
      });
    },
  },
];

/** One element per cluster: alone the one, in a supercluster its leader and members. */
const healthOf = (world: World) => {
  const { health, fqdn, clock } = world;
  const { members, leads } = world.supercluster;
  const rows = health.report(fqdn, clock.now());
  if (members === 0) return rows;
  return rows.flatMap((own) =>
    Array.from({ length: members + 1 }, (_, node) => ({
      ...own,
      type: leads(node) ? 'leader' : 'member',
      ...(node === 0 ? {} : { fqdn: fqdnOf(world, node), nodes: [] }),
    })),
  );
};

const versionOf = ({ version }: World): Record<string, string> => ({
  version,
  build: '4047',
  long_display: `${version}-4047`,
  short_display: version,
  engineering_info: '',
  release_info: 'simulator',
});
