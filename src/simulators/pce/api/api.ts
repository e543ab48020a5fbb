import { recordAuthenticationFailure } from '../events/build.ts';
import { json, notFound, Refusal } from '../http/answer.ts';
import { basicCredentials, sameCredentials, unauthorised } from '../http/auth.ts';
import { parseBody } from '../http/body.ts';
import type { Caller, Route } from '../http/exchange.ts';
import { createRateLimit } from '../http/rate-limit.ts';
import { createRouter } from '../http/router.ts';
import type { Application, Call } from '../http/server.ts';
import { answering } from '../http/server.ts';
import { KEY_OWNER } from '../users.ts';
import type { World } from '../world.ts';

const PREFIX = '/api/v2';

/** The REST API of the PCE over `routes`: path, then credentials, then rate limit, then the route (facts §1). */
export const createApi = (world: World, routes: readonly Route[]): Application => {
  const { org, rateLimit, realTime } = world.settings;
  const route = createRouter(routes, org);
  const limit = createRateLimit(rateLimit.perMinute, rateLimit.retryAfter, realTime);
  return (call) =>
    answering(() => {
      const path = apiPath(call);
      if (path === '/node_available') return nodeAvailable(world);
      const caller = authenticate(world, call);
      limit(caller.key);
      if (path === '/supercluster/leader') return leader(world, call);
      refuseOnMember(world, call);
      const { route: found, params } = route(call.method, path);
      return found.handle({
        method: call.method,
        path: call.url.pathname,
        params,
        query: call.url.searchParams,
        headers: call.headers,
        body: parseBody(call.bytes),
        caller,
      });
    });
};

const apiPath = (call: Call): string => {
  const { pathname } = call.url;
  if (!pathname.startsWith(`${PREFIX}/`)) throw new Refusal(404, 'invalid_uri', `Invalid URI: ${pathname}`);
  return pathname.slice(PREFIX.length);
};

/** Without credentials; 200 when a core node works, otherwise 404 (facts §3). */
const nodeAvailable = (world: World) => {
  if (!world.health.nodeAvailable()) throw notFound('available node');
  return json({});
};

/** 404 on a member; the prose of the reference says 202 of a leader, its example 200 (facts §3): the one here, the other alone. */
const leader = ({ supercluster: { members, leads } }: World, { node }: Call) => {
  if (!leads(node)) throw notFound('leader');
  return { status: members > 0 ? 202 : 200 };
};

/** Members accept GET only (facts §8). Status and token are ours: none is recorded in the facts. */
const refuseOnMember = ({ supercluster }: World, { method, node }: Call): void => {
  if (method !== 'GET' && !supercluster.leads(node))
    throw new Refusal(403, 'forbidden_on_member_error', 'This PCE is not the leader of the supercluster');
};

const authenticate = (world: World, call: Call): Caller => {
  const { key, secret } = world.settings;
  const given = basicCredentials(call.headers['authorization']);
  if (given && sameCredentials(given, { key, secret })) {
    const { href, username } = KEY_OWNER;
    return { key, keyId: key.replace(/^api_/, ''), user: { href, username }, ip: call.ip };
  }
  recordAuthenticationFailure(world, {
    method: call.method,
    path: call.url.pathname,
    ip: call.ip,
    key: given?.key,
  });
  throw unauthorised();
};
