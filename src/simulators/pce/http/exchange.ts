import type { Answer } from './answer.ts';

/** Who calls: one API key of one user (facts §1, credentials). */
export interface Caller {
  /** The key as in Basic auth, `api_…`; also the name used in /_sim/state `writes[].by`. */
  readonly key: string;
  /** What events show as `action.info.api_key_id`: the key without its prefix (PY tests/data/events.json); absent for a person at the console. */
  readonly keyId?: string;
  readonly user: { readonly href: string; readonly username: string };
  readonly ip: string;
}

/** One call to the API, parsed; handlers see nothing of the socket. */
export interface Exchange {
  readonly method: string;
  /** The full path without query, `/api/v2/…`. */
  readonly path: string;
  /** Named parts of the route's pattern. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed JSON body; undefined when there was none. */
  readonly body: unknown;
  readonly caller: Caller;
}

/** One row of the API: `path` is without `/api/v2`, `:name` stands for one segment. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly handle: (exchange: Exchange) => Answer;
}
