import { Refusal } from './answer.ts';
import type { Route } from './exchange.ts';

/** A route that fits a call, with the named parts of its path. */
export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the route of a call; `path` is without `/api/v2`. */
export type Router = (method: string, path: string) => Match;

/**
 * A router over `routes`; earlier routes win. Throws 403 for another organisation (facts §1: wrong org_id is 403 or 404),
 * 404 `invalid_uri` for an unknown path, 405 for a known path with another method.
 */
export const createRouter = (routes: readonly Route[], org: number): Router => {
  const compiled = routes.map((route) => ({ route, ...compile(route.path) }));
  return (method, path) => {
    const foreign = /^\/orgs\/([^/]+)/.exec(path);
    if (foreign && foreign[1] !== String(org)) {
      throw new Refusal(403, 'forbidden_error', 'You are not authorised for this organisation');
    }
    const fitting = compiled.filter((candidate) => candidate.pattern.test(path));
    if (fitting.length === 0) throw new Refusal(404, 'invalid_uri', `Invalid URI: ${path}`);
    const found = fitting.find((candidate) => candidate.route.method === method);
    if (!found) throw new Refusal(405, 'method_not_allowed_error', `Method ${method} is not allowed here`);
    const values = found.pattern.exec(path)?.slice(1) ?? [];
    const params = Object.fromEntries(found.names.map((name, index) => [name, values[index] ?? '']));
    return { route: found.route, params };
  };
};

const compile = (path: string): { readonly pattern: RegExp; readonly names: readonly string[] } => {
  const names = [...path.matchAll(/:(\w+)/g)].map((match) => match[1] as string);
  return { pattern: new RegExp(`^${path.replaceAll(/:\w+/g, '([^/]+)')}/?$`), names };
};
