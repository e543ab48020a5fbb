import type { Router } from '../http/router.ts';
import { type User, userNamed } from '../users.ts';

/** A call to the API in somebody's name, as the console makes it. */
export interface CallAs {
  /** Username; see users.ts. */
  readonly by: string;
  readonly method: string;
  /** Without `/api/v2`. */
  readonly path: string;
  readonly body?: unknown;
}

/** Makes the call: its checks, its events, its refusals. Returns the answered value, undefined for an empty answer. */
export const callAs = (route: Router, { by, method, path, body }: CallAs): unknown => {
  const { route: found, params } = route(method, path);
  const { href, username }: User = userNamed(by);
  const answer = found.handle({
    method,
    path: `/api/v2${path}`,
    params,
    query: new URLSearchParams(),
    headers: {},
    body,
    caller: { key: username, user: { href, username }, ip: '192.0.2.50' },
  });
  const text = [...(answer.chunks ?? [])].join('');
  return text === '' ? undefined : JSON.parse(text);
};
