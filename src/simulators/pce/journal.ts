import type { JsonObject } from './json.ts';

const REQUESTS_KEPT = 10_000;

/** One call to the API as /_sim/state shows it; `status` is 0 until, or unless, it was answered. */
export interface RequestRecord {
  readonly at: string;
  readonly method: string;
  /** Without query. */
  readonly path: string;
  readonly query: string;
  status: number;
  /** Which PCE of a supercluster was asked. */
  readonly node?: number;
}

/** One change made through the API; `before` and `after` have the shape of /_sim/state `workloads[href]`, or are the object. */
export interface WriteRecord {
  readonly at: string;
  readonly href: string;
  readonly body: unknown;
  readonly before: JsonObject | null;
  readonly after: JsonObject | null;
  /** The API key. */
  readonly by: string;
}

/** What was asked of the simulator, for tests. */
export interface Journal {
  readonly requests: readonly RequestRecord[];
  readonly writes: readonly WriteRecord[];
  /** Notes a call when it comes; the caller sets `status` later. Only the last 10,000 are kept. */
  request(record: RequestRecord): void;
  write(record: WriteRecord): void;
}

/** An empty journal. */
export const createJournal = (): Journal => {
  let requests: RequestRecord[] = [];
  const writes: WriteRecord[] = [];
  return {
    get requests() {
      return requests.slice(-REQUESTS_KEPT);
    },
    get writes() {
      return writes;
    },
    request: (record) => {
      requests.push(record);
      if (requests.length >= 2 * REQUESTS_KEPT) requests = requests.slice(-REQUESTS_KEPT);
    },
    write: (record) => {
      writes.push(record);
    },
  };
};
