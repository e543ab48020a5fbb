import { notFound } from '../http/answer.ts';
import { answerCollection, EVENT_PAGE } from '../http/collection.ts';
import type { Route } from '../http/exchange.ts';
import { count, oneOf, readQuery, text, time } from '../http/query.ts';
import type { World } from '../world.ts';

/**
 * The parameters of facts §2.1. `event_type[eq][]` is UNCERTAIN but used in production (OPS), so it is accepted;
 * severity knows `err`, not `error`.
 */
const PARAMETERS = {
  'timestamp[gte]': time,
  'timestamp[lte]': time,
  event_type: text,
  'event_type[eq][]': text,
  severity: oneOf('warning', 'err', 'info'),
  status: oneOf('success', 'failure'),
  created_by: text,
  max_results: count,
};

/** GET /events, newest first, and one event by either kind of href (facts §2.1, §2.2). */
export const eventRoutes = (world: World): readonly Route[] => [
  {
    method: 'GET',
    path: '/orgs/:org/events',
    handle: (exchange) => {
      const asked = readQuery(exchange.query, PARAMETERS);
      const type = asked.event_type ?? asked['event_type[eq][]'];
      const now = world.clock.now();
      const from = asked['timestamp[gte]'] ?? Number.NEGATIVE_INFINITY;
      const to = asked['timestamp[lte]'] ?? Number.POSITIVE_INFINITY;
      const matches = [...world.events.between(from, to, now)].filter(
        (event) =>
          (type === undefined || event.type === type) &&
          (asked.severity === undefined || event.severity === asked.severity) &&
          (asked.status === undefined || event.status === asked.status) &&
          (asked.created_by === undefined || event.creators.includes(asked.created_by)),
      );
      const listing = { matches, total: world.events.count(now), render: textOf, page: EVENT_PAGE };
      return answerCollection(world, exchange, listing, asked.max_results);
    },
  },
  {
    method: 'GET',
    path: '/orgs/:org/events/:id',
    handle: ({ params }) => one(world, world.org(`/events/${params['id']}`)),
  },
  {
    method: 'GET',
    path: '/system_events/:id',
    handle: ({ params }) => one(world, `/system_events/${params['id']}`),
  },
];

const textOf = (event: { readonly text: string }): string => event.text;

const one = (world: World, href: string) => {
  const found = world.events.find(href, world.clock.now());
  if (!found) throw notFound('event');
  return { status: 200, type: 'application/json', chunks: [found.text] };
};
