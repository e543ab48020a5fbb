/** Every number of the adapter that is not the caller's, with where it comes from. */
export const LIMITS = {
  /** Most rows of one GET /events; the rest is left out silently (facts §2.1). */
  events: 10_000,
  /** Full answers of events one question may read: 50,000 rows, about 75 MB of JSON (facts §2.1: 1.5 kB each). Ingest has no bound. */
  searched: 5,
  /** Most rows of one synchronous collection GET that every release honours (facts §4.1). */
  page: 500,
  /** What some releases honour beyond it, where respond-async is not to be had (facts §4.1, UNCERTAIN). */
  longPage: 100_000,
  /** Most rows of one traffic query (facts §7.1). */
  flows: 200_000,
  /** A body read as a whole; /health of a supercluster is below 100 kB. */
  jsonBytes: 16 * 1024 * 1024,
  /** Of an error's body: its first message is all that is wanted. */
  errorBytes: 64 * 1024,
  /** One record of a streamed array; the largest event known, interfaces of a big host, is below 1 MB. */
  recordBytes: 32 * 1024 * 1024,
} as const;

/** Milliseconds. `Partial<Times>` may be given to `openPce` by tests. */
export interface Times {
  readonly connect: number;
  /** From the request to the head of the answer. */
  readonly headers: number;
  /** Between two pieces of a body. */
  readonly body: number;
  /** One try as a whole, so that a dripping body cannot hold us. */
  readonly call: number;
  /** The same for a download. */
  readonly download: number;
  /** Between two looks at an async job that names no Retry-After (facts §8). */
  readonly jobPoll: number;
  /** Jobs run "in low-traffic times": their latency is unbounded (facts §8). */
  readonly job: number;
  /** Between two looks at a traffic query (facts §7.2: 2–10 s). */
  readonly queryPoll: number;
  readonly query: number;
  /** One look-up of a workload the inventory lacks (design §6). */
  readonly lookup: number;
  /** All look-ups of one `ensure` together. */
  readonly lookups: number;
  /** For name servers: one that is away answers after 5 s or never, and somebody waits before a form. */
  readonly names: number;
}

export const TIMES: Times = {
  connect: 10_000,
  headers: 20_000,
  body: 20_000,
  call: 60_000,
  download: 300_000,
  jobPoll: 5_000,
  job: 600_000,
  queryPoll: 2_000,
  query: 300_000,
  lookup: 2_000,
  lookups: 10_000,
  names: 2_000,
};
